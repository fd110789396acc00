// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { unsentKinds } from "../../../../bioviz/ui/components/shared/act_link.js";
import { ActLog, actLog } from "../../../../bioviz/ui/components/shared/acts.js";

/** @param {ActLog} log */
function heardBy(log) {
  /** @type {[kind: string, value: any, by: string | undefined, first: boolean | undefined][]} */
  const heard = [];
  log.on((kind, act) => heard.push([kind, act.value, act.by, act.first]));
  return heard;
}

test("acts are numbered over all kinds, and each kind keeps its newest", () => {
  const log = new ActLog();
  log.act("clip", ["demo", 3], "map");
  log.act("colour", "flags", "map");
  log.act("clip", ["demo", 4], "inspector");
  assert.equal(log.acts.get("clip")?.number, 3);
  assert.equal(log.acts.get("colour")?.number, 2);
  assert.deepEqual(log.get("clip"), ["demo", 4]);
});

test("what comes late from Python never undoes what was done since", () => {
  const log = new ActLog();
  log.act("clip", ["demo", 3]);
  log.act("clip", ["demo", 4]);
  const heard = heardBy(log);
  log.hear({ clip: [1, true, ["demo", 3]] });
  assert.deepEqual(log.get("clip"), ["demo", 4]);
  assert.deepEqual(heard, []);
});

test("an act of Python's that is newer counts, and the next act here comes after it", () => {
  const log = new ActLog();
  log.act("clip", ["demo", 3]);
  log.hear({ clip: [7, false, ["demo", 9]] });
  assert.equal(log.clip("demo"), 9);
  log.act("clip", ["demo", 5]);
  assert.equal(log.acts.get("clip")?.number, 8);
  assert.equal(log.clip("demo"), 5);
});

test("numbers of acts that are dropped count too", () => {
  const log = new ActLog();
  log.act("clip", 1);
  log.act("clip", 2);
  log.hear({ colour: [9, false, "label"] });
  assert.equal(log.next(), 10);
});

test("of equal numbers the browser's counts", () => {
  const log = new ActLog();
  log.hear({ clip: [5, false, ["demo", 1]] });
  log.hear({ clip: [5, true, ["demo", 2]] });
  assert.equal(log.clip("demo"), 2);
  log.hear({ clip: [5, false, ["demo", 3]] });
  assert.equal(log.clip("demo"), 2);
});

test("what a page opens with is told as the first of its kind, a later one is not", () => {
  const log = new ActLog();
  const heard = heardBy(log);
  log.hear({ clip: [1, false, ["demo", 1]] });
  log.hear({ clip: [2, false, ["demo", 2]] });
  log.act("clip", ["demo", 3], "map");
  assert.deepEqual(
    heard.map(([, , by, first]) => [by, first]),
    [
      [undefined, true],
      [undefined, false],
      ["map", undefined],
    ],
  );
});

test("a log that is sent is heard as it was, and hearing it again changes nothing", () => {
  const log = new ActLog();
  log.act("clip", ["demo", 3], "map");
  log.hear({ flags: [12, false, "state"] });
  const other = new ActLog();
  other.hear(log.toSend());
  assert.deepEqual(other.toSend(), log.toSend());
  const heard = heardBy(other);
  other.hear(log.toSend());
  assert.deepEqual(heard, []);
});

test("nothing sent is nothing heard", () => {
  const log = new ActLog();
  log.hear(undefined);
  log.hear(null);
  assert.equal(log.acts.size, 0);
});

test("a clip counts in its own dataset only, and only as a whole number", () => {
  const log = new ActLog();
  assert.equal(log.clip("demo"), -1);
  for (const [value, row] of [
    [["demo", 3], 3],
    [["other", 3], -1],
    [["demo", -1], -1],
    [["demo", 2.5], -1],
    [["demo", "3"], -1],
    ["demo", -1],
    [null, -1],
  ]) {
    log.act("clip", value);
    assert.equal(log.clip("demo"), row, JSON.stringify(value));
  }
});

test("a listener that stops hears no more, also when it stops while it is told", () => {
  const log = new ActLog();
  let heard = 0;
  const stop = log.on(() => {
    heard++;
    stop();
  });
  const others = heardBy(log);
  log.act("clip", 1);
  log.act("clip", 2);
  assert.equal(heard, 1);
  assert.equal(others.length, 2);
});

test("a group has one log", () => {
  assert.equal(actLog("page"), actLog("page"));
  assert.notEqual(actLog("page"), actLog("other page"));
});

test("only acts of this browser that Python neither knows nor was sent are told", () => {
  const log = new ActLog();
  log.act("clip", 1); // 1
  log.hear({ colour: [2, false, "label"] }); // Python's own
  log.act("user", "Anna"); // 3
  const none = new Map();
  assert.deepEqual(unsentKinds(log, {}, none), ["clip", "user"]);
  assert.deepEqual(unsentKinds(log, { clip: 1 }, none), ["user"]);
  assert.deepEqual(unsentKinds(log, { clip: 1 }, new Map([["user", 3]])), []);
  log.act("clip", 2);
  assert.deepEqual(unsentKinds(log, { clip: 1 }, new Map([["user", 3]])), ["clip"]);
});
