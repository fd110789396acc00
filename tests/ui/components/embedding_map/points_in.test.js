// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import pointsIn from "../../../../bioviz/ui/components/embedding_map/points_in.js";
import { arrived, failed, storedPoints } from "../../../../bioviz/ui/components/embedding_map/point_store.js";
import { payload } from "./sample_points.js";

/** @type {Map<string, (reply: object | null) => void>} address -> how to answer what is asked of it, null for refusing */
const open = new Map();
/** @type {string[]} */
const asked = [];
globalThis.fetch = /** @type {any} */ (
  (/** @type {string} */ url) => {
    asked.push(url);
    return new Promise((done) =>
      open.set(url, (head) => done(head ? reply(head) : { ok: false, status: 500, json: async () => ({}) })),
    );
  }
);

/** @param {any} head whose columns are sent behind it */
function reply(head) {
  /** @type {Uint8Array[]} */
  const columns = [];
  let end = 0;
  const dtypes = { Uint8Array: "u1", Uint16Array: "u2", Int32Array: "i4", Float32Array: "f4" };
  const text = JSON.stringify(head, (_, value) => {
    if (!ArrayBuffer.isView(value)) return value;
    const { buffer, byteLength, constructor } = /** @type {Float32Array} */ (value);
    const padded = new Uint8Array(Math.ceil(byteLength / 8) * 8);
    padded.set(new Uint8Array(buffer));
    const at = end;
    columns.push(padded);
    end += padded.length;
    const dtype = dtypes[/** @type {keyof typeof dtypes} */ (constructor.name)];
    return { dtype, at, count: /** @type {Float32Array} */ (value).length };
  });
  const encoded = new TextEncoder().encode(text);
  const start = 8 + Math.ceil(encoded.length / 8) * 8;
  const bytes = new Uint8Array(start + end).fill(32);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(start - 8), true);
  bytes.set(encoded, 8);
  let at = start;
  for (const column of columns) {
    bytes.set(column, at);
    at += column.length;
  }
  return { ok: true, arrayBuffer: async () => bytes.buffer };
}

const settled = () => new Promise((done) => setTimeout(done, 30));
const points = () => ({ ...payload([[0, 0]]), digest: undefined }); // which Python tells apart from them
const flags = (/** @type {number} */ code) => ({
  colourings: [
    {
      kind: "categories",
      id: "flags",
      title: "Flags",
      names: ["none", "fine"],
      colours: ["#888888", "#0072B2"],
      codes: Uint16Array.of(code),
    },
  ],
});
const code = (/** @type {string} */ digest) => {
  const colouring = /** @type {any} */ (storedPoints(digest))?.colouring("flags");
  return colouring?.codes?.[0];
};

/**
 * @param {string} digest of points
 * @param {string | null} marks
 */
function tell(digest, marks) {
  const source = marks ? { digest: marks, url: `/marks/${marks}` } : null;
  pointsIn(/** @type {any} */ ({ data: { digest, url: `/points/${digest}`, marks: source } }));
}

/**
 * @param {string} url
 * @param {object | null} head
 */
async function answer(url, head) {
  open.get(url)?.(head);
  await settled();
}

test("a map waits for points and marks; later marks come alone and take the place of those before", async () => {
  /** @type {string[]} */
  const heard = [];
  const stop = arrived.on((digest) => heard.push(digest));
  tell("map", "none");
  await answer("/points/map", points());
  assert.equal(storedPoints("map"), undefined, "its marks are on their way");
  await answer("/marks/none", flags(0));
  assert.equal(code("map"), 0);
  const before = storedPoints("map");
  tell("map", "none");
  tell("map", "one");
  assert.equal(storedPoints("map"), before, "the points stay while marks are on their way");
  await answer("/marks/one", flags(1));
  assert.equal(code("map"), 1);
  assert.deepEqual(asked.splice(0), ["/points/map", "/marks/none", "/marks/one"]);
  assert.deepEqual(heard, ["map", "map"]);
  stop();
});

test("marks that come too late, when others were asked for since, are dropped", async () => {
  tell("walk", "a");
  tell("walk", "b");
  await answer("/points/walk", points());
  await answer("/marks/b", flags(1));
  await answer("/marks/a", flags(0));
  assert.deepEqual([storedPoints("walk")?.marks?.digest, code("walk")], ["b", 1]);
  assert.deepEqual(asked.splice(0), ["/points/walk", "/marks/a", "/marks/b"], "points are asked for once");
  tell("walk", "c");
  tell("walk", "b"); // taken back
  await answer("/marks/c", flags(0));
  assert.equal(storedPoints("walk")?.marks?.digest, "b");
});

test("points without marks need no more; what does not arrive is told and asked for again", async () => {
  /** @type {string[]} */
  const told = [];
  const stop = failed.on(({ digest, why }) => told.push(`${digest}: ${why}`));
  tell("plain", null);
  await answer("/points/plain", points());
  assert.equal(storedPoints("plain")?.marks, null);
  tell("plain", "lost");
  await answer("/marks/lost", null);
  assert.match(told.join(), /^plain: The flags of the map did not arrive: 500\. Load the page anew\.$/);
  assert.equal(storedPoints("plain")?.marks, null, "the points stay");
  tell("plain", "lost");
  await answer("/marks/lost", flags(1));
  assert.equal(code("plain"), 1);
  stop();
});
