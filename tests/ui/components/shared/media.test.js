// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import {
  Kept,
  clipUrl,
  decodeRows,
  factsUrl,
  fetchChecked,
} from "../../../../bioviz/ui/components/shared/media.js";

const source = { base: "/base", dataset: "my set/ü", version: "abc" };

test("addresses name the dataset's version, and escape what is in a name", () => {
  const query = { h: 64, cmap: "greys&x" };
  const url = clipUrl(source, 7, "png", query);
  assert.equal(url, "/base/bioviz/clip/my%20set%2F%C3%BC/7.png?h=64&cmap=greys%26x&v=abc");
  assert.equal(factsUrl(source, null, 7), "/base/bioviz/clip/my%20set%2F%C3%BC/7.json?v=abc");
  assert.equal(factsUrl(source, "k/1", 7), "/base/bioviz/run/k%2F1/clip/7.json?v=abc");
});

test("rows are little-endian int32 in base64, or a list, or none", () => {
  const bytes = Buffer.from(new Int32Array([0, 1, 70_000, -1]).buffer);
  assert.deepEqual([...decodeRows(bytes.toString("base64"))], [0, 1, 70_000, -1]);
  assert.deepEqual([...decodeRows([3, 4])], [3, 4]);
  assert.equal(decodeRows("").length, 0);
  assert.equal(decodeRows(null).length, 0);
});

/** A loader that answers when it is told to. */
function loader() {
  /** @type {{ url: string, ahead?: AbortSignal, resolve: (value: string) => void }[]} */
  const calls = [];
  const load = (/** @type {string} */ url, /** @type {AbortSignal | undefined} */ ahead) =>
    new Promise((/** @type {(value: string) => void} */ resolve, reject) => {
      calls.push({ url, ahead, resolve });
      ahead?.addEventListener("abort", () => reject(new Error("called off")));
    });
  return { calls, load };
}

test("what is asked for twice is loaded once", async () => {
  const { calls, load } = loader();
  const kept = new Kept(load, 3);
  const both = [kept.get("a"), kept.get("a")];
  calls[0].resolve("A");
  assert.deepEqual(await Promise.all(both), ["A", "A"]);
  assert.equal(await kept.get("a"), "A");
  assert.equal(calls.length, 1);
});

test("the one that was not asked for longest is dropped", async () => {
  /** @type {string[]} */
  const dropped = [];
  let loaded = 0;
  const kept = new Kept(
    async (url) => {
      loaded++;
      return url;
    },
    2,
    (result) => dropped.push(result),
  );
  await kept.get("a");
  await kept.get("b");
  await kept.get("a");
  await kept.get("c");
  assert.deepEqual(dropped, ["b"]);
  assert.equal(kept.size, 2);
  await kept.get("a");
  assert.equal(loaded, 3);
});

test("a failure is told, and not kept", async () => {
  let attempts = 0;
  const kept = new Kept(async () => {
    if (++attempts === 1) throw new Error("no");
    return "yes";
  }, 2);
  await assert.rejects(kept.get("a"), /no/);
  assert.equal(await kept.get("a"), "yes");
});

test("what was fetched ahead and called off is loaded anew for who needs it now", async () => {
  const { calls, load } = loader();
  const kept = new Kept(load, 3);
  const ahead = new AbortController();
  const early = kept.get("a", ahead.signal);
  const needed = kept.get("a");
  assert.equal(calls.length, 1);
  ahead.abort();
  await assert.rejects(early, /called off/);
  await new Promise(setImmediate);
  assert.equal(calls.length, 2);
  assert.equal(calls[1].ahead, undefined);
  calls[1].resolve("A");
  assert.equal(await needed, "A");
});

test("a failure of what was fetched ahead is no calling off", async () => {
  const kept = new Kept(async () => {
    throw new Error("broken");
  }, 3);
  const early = kept.get("a", new AbortController().signal);
  const needed = kept.get("a");
  await assert.rejects(early, /broken/);
  await assert.rejects(needed, /broken/);
});

test("errors are the server's sentence, and one where there is no server", async (t) => {
  const answer = t.mock.method(globalThis, "fetch");
  answer.mock.mockImplementation(async () => Response.json({ error: "No such clip." }, { status: 404 }));
  await assert.rejects(fetchChecked("/x"), { message: "No such clip." });
  answer.mock.mockImplementation(async () => new Response("<html>", { status: 502 }));
  await assert.rejects(fetchChecked("/x"), /status 502/);
  answer.mock.mockImplementation(async () => {
    throw new TypeError("Failed to fetch");
  });
  await assert.rejects(fetchChecked("/x"), /does not answer/);
});

test("what is fetched ahead says so, and may wait", async (t) => {
  const answer = t.mock.method(globalThis, "fetch", async () => new Response("ok"));
  const { signal } = new AbortController();
  await fetchChecked("/x", signal);
  await fetchChecked("/x");
  const [ahead, now] = answer.mock.calls.map((call) => /** @type {any} */ (call.arguments)[1]);
  assert.deepEqual([ahead.headers["X-Bioviz-Ahead"], ahead.priority, ahead.signal], ["1", "low", signal]);
  assert.deepEqual([now.headers, now.priority, now.signal], [{}, "high", undefined]);
});
