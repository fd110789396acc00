// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { flagsUrl, post } from "../../../../bioviz/ui/components/flag_bar/api.js";
import { FlagQueue } from "../../../../bioviz/ui/components/flag_bar/queue.js";
import { kindOfKey, pressedKind, statusLines } from "../../../../bioviz/ui/components/flag_bar/status.js";

/** @import { Decision, Delivery } from "../../../../bioviz/ui/components/flag_bar/queue.js" */

/**
 * @param {number} row
 * @param {string} kind
 * @returns {Decision}
 */
const decision = (row, kind) => ({
  id: `${row}-${kind}`,
  kind,
  row,
  dataset: "demo",
  version: "v",
  label: "",
  wrong: "",
  note: "",
});

/**
 * @param {Delivery["outcome"][]} outcomes one after the other, then stored
 * @param {number} [retryAfterMs]
 */
function queueWith(outcomes, retryAfterMs = 4000) {
  /** @type {string[]} */
  const log = [];
  const queue = new FlagQueue(
    async ({ id }) => {
      log.push(`sent ${id}`);
      await new Promise(setImmediate);
      return { outcome: outcomes.shift() ?? "stored" };
    },
    ({ id }, { outcome }) => log.push(`${outcome} ${id}`),
    retryAfterMs,
  );
  return { log, queue };
}

test("decisions are sent one after the other, in the order they were made", async () => {
  const { log, queue } = queueWith([]);
  queue.push(decision(1, "fine"));
  queue.push(decision(2, "unsure"));
  const sending = queue.send();
  queue.push(decision(1, "undo"));
  await Promise.all([sending, queue.send()]);
  assert.deepEqual(log, [
    "sent 1-fine",
    "stored 1-fine",
    "sent 2-unsure",
    "stored 2-unsure",
    "sent 1-undo",
    "stored 1-undo",
  ]);
  assert.equal(queue.length, 0);
});

test("one that cannot be stored now waits, and holds those after it back", async () => {
  const { log, queue } = queueWith(["later"]);
  queue.push(decision(1, "fine"));
  queue.push(decision(2, "unsure"));
  await queue.send();
  assert.deepEqual(log, ["sent 1-fine", "later 1-fine"]);
  assert.equal(queue.length, 2);
  await queue.send();
  assert.equal(queue.length, 0);
});

test("one that waits is sent again by itself, and only once", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { log, queue } = queueWith(["later", "later"], 100);
  queue.push(decision(1, "fine"));
  await queue.send();
  t.mock.timers.tick(99);
  assert.equal(log.length, 2);
  await queue.send(); // the user does something else meanwhile
  t.mock.timers.tick(99);
  assert.equal(log.length, 4);
  t.mock.timers.tick(1);
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  assert.deepEqual(log.slice(4), ["sent 1-fine", "stored 1-fine"]);
});

test("one that is refused is dropped, and the others go on", async () => {
  const { log, queue } = queueWith(["refused"]);
  queue.push(decision(1, "fine"));
  queue.push(decision(2, "unsure"));
  await queue.send();
  assert.deepEqual(log.slice(1), ["refused 1-fine", "sent 2-unsure", "stored 2-unsure"]);
});

test("what was dropped while one was under way stays dropped", async () => {
  const { log, queue } = queueWith([]);
  queue.push(decision(1, "fine"));
  const sending = queue.send();
  queue.clear();
  queue.push(decision(2, "unsure"));
  await sending;
  assert.deepEqual(log.at(-1), "stored 2-unsure");
  assert.equal(queue.length, 0);
});

test("the last decision on a clip is the one that waits", () => {
  const { queue } = queueWith([]);
  queue.push(decision(1, "fine"));
  queue.push(decision(1, "unsure"));
  queue.push(decision(2, "background"));
  assert.equal(queue.lastOn("demo", 1)?.kind, "unsure");
  assert.equal(queue.lastOn("other", 1), undefined);
  assert.equal(queue.lastOn("demo", 3), undefined);
});

test("a post names decision, version and user, and goes on when the page closes", async (t) => {
  const answer = t.mock.method(globalThis, "fetch", async () => Response.json({ state: "s" }));
  assert.deepEqual(await post("/flags/demo/1", decision(1, "fine"), "Anna"), {
    outcome: "stored",
    reply: { state: "s" },
  });
  const [url, request] = /** @type {any[]} */ (answer.mock.calls[0].arguments);
  assert.deepEqual([url, request.method, request.keepalive], ["/flags/demo/1", "POST", true]);
  assert.deepEqual(JSON.parse(request.body), {
    id: "1-fine",
    kind: "fine",
    version: "v",
    label: "",
    wrong: "",
    note: "",
    user: "Anna",
  });
});

test("what the server answers decides what becomes of a decision", async (t) => {
  const answer = t.mock.method(globalThis, "fetch");
  const posted = async (/** @type {() => Promise<Response>} */ reply) => {
    answer.mock.mockImplementation(reply);
    return post("/flags/demo/7", decision(7, "fine"), "Anna");
  };
  const refused = await posted(async () => Response.json({ error: "No label." }, { status: 400 }));
  assert.deepEqual(refused, { outcome: "refused", sentence: "Clip 7 was not flagged: No label." });
  const failed = await posted(async () => Response.json({ error: "Disk full." }, { status: 500 }));
  assert.deepEqual(failed, { outcome: "later", sentence: "Disk full. It is tried again." });
  const proxy = await posted(async () => new Response("<html>", { status: 200 }));
  assert.equal(proxy.outcome, "later");
  const gone = await posted(async () => {
    throw new TypeError("Failed to fetch");
  });
  assert.match(gone.sentence ?? "", /does not answer/);
});

const mine = { kind: "fine", text: "fine", user: "Anna", mine: true, note: "", label: "", wrong: "" };
const theirs = { ...mine, kind: "unsure", text: "unsure", user: "Ben", mine: false, note: "faint" };
const stored = { flags: [mine, theirs], labels: [], known: [], state: "s" };
const texts = (/** @type {Parameters<typeof statusLines>[0]} */ now) =>
  statusLines(now).map(({ strong = "", text }) => strong + text);

test("the bar says whose flags a clip has", () => {
  assert.deepEqual(texts({ about: stored, user: "Anna" }), ["fine by you", "unsure by Ben: faint"]);
  assert.deepEqual(texts({ about: { ...stored, flags: [] }, user: "Anna" }), ["not flagged"]);
});

test("nothing is said of a clip before the server has answered", () => {
  assert.deepEqual(texts({ user: "Anna" }), [" "]);
});

test("a decision that is not stored says so, and why", () => {
  const waiting = decision(1, "fine");
  assert.deepEqual(texts({ waiting, user: "Anna" }), ["storing …"]);
  assert.deepEqual(texts({ waiting, user: "" }), ["not stored yet: it needs your name"]);
  const trouble = "The dashboard does not answer.";
  assert.deepEqual(texts({ waiting, user: "Anna", trouble }), ["not stored yet", trouble]);
  assert.deepEqual(texts({ user: "Anna", trouble, refused: "No label." }), ["No label."]);
  assert.equal(statusLines({ user: "Anna", failed: "gone" })[0].tone, "error");
});

test("the pressed button is what waits, else one's own flag", () => {
  assert.equal(pressedKind(stored, undefined), "fine");
  assert.equal(pressedKind(stored, decision(1, "background")), "background");
  assert.equal(pressedKind({ ...stored, flags: [theirs] }, undefined), undefined);
  assert.equal(pressedKind(undefined, undefined), undefined);
});

test("keys flag in either case, and z takes back", () => {
  const kinds = [{ id: "fine", title: "Fine", key: "f", help: "" }];
  assert.equal(kindOfKey("f", kinds), "fine");
  assert.equal(kindOfKey("F", kinds), "fine");
  assert.equal(kindOfKey("Z", kinds), "undo");
  assert.equal(kindOfKey("q", kinds), undefined);
});

test("addresses escape names, not the slashes between", () => {
  assert.equal(
    flagsUrl("/base", "my set/3.json", { user: "A&B" }),
    "/base/bioviz/flags/my%20set/3.json?user=A%26B",
  );
  assert.equal(flagsUrl("", "demo/3"), "/bioviz/flags/demo/3");
});
