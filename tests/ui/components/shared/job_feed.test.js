// Following a job from the browser: one request for all that follow it, patience, and an end.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { JobFeed, jobUrl, pause } from "../../../../bioviz/ui/components/shared/job_feed.js";

globalThis.document = /** @type {any} */ ({ hidden: false });
/** @param {number} share */
const at = (share) => ({ text: `${share}`, share, note: "", over: false });
const settle = () => new Promise((done) => setImmediate(done));

test("all that follow a job share one request, and who comes later is told at once", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let asked = 0;
  const feed = new JobFeed("/j", async () => at(++asked / 10));
  /** @type {number[]} */
  const first = [];
  /** @type {number[]} */
  const second = [];
  const leave = feed.follow((progress) => first.push(progress.share));
  await settle();
  const leaveToo = feed.follow((progress) => second.push(progress.share));
  assert.deepEqual([asked, first, second], [1, [0.1], [0.1]]);
  mock.timers.tick(1000);
  await settle();
  assert.deepEqual([asked, first, second], [2, [0.1, 0.2], [0.1, 0.2]]);
  leave();
  leaveToo();
  mock.timers.tick(60_000);
  await settle();
  assert.equal(asked, 2, "nobody follows it any more");
  feed.follow((progress) => first.push(progress.share));
  await settle();
  assert.equal(asked, 3, "it is followed again");
  mock.timers.reset();
});

test("an answer that comes after the last one left starts no second round", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  /** @type {((progress: any) => void)[]} */
  const answers = [];
  const feed = new JobFeed("/j", () => new Promise((done) => answers.push(done)));
  feed.follow(() => {})();
  feed.follow(() => {});
  for (const done of answers) done(at(0.5));
  await settle();
  mock.timers.tick(1000);
  await settle();
  assert.equal(answers.length, 3, "one round goes on");
  mock.timers.reset();
});

test("a server that does not answer is said after three times, asked less often, and forgiven", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let up = false;
  /** @type {unknown[]} */
  const heard = [];
  const feed = new JobFeed("/j", async () => {
    if (!up) throw new Error("gone");
    return at(0.7);
  });
  feed.follow((progress) => heard.push([progress.share, progress.lost]));
  await settle();
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(heard, []);
    mock.timers.tick(1000);
    await settle();
  }
  assert.deepEqual(heard, [[0, true]]);
  up = true;
  mock.timers.tick(pause(3, false));
  await settle();
  assert.deepEqual(heard.at(-1), [0.7, false]);
  mock.timers.reset();
});

test("pauses grow to ten seconds, and are longer where nobody looks", () => {
  assert.deepEqual(
    [0, 2, 3, 4, 9].map((failures) => pause(failures, false)),
    [1000, 1000, 2000, 4000, 10_000],
  );
  assert.equal(pause(0, true), 5000);
});

test("the id of a job is escaped in its address", () => {
  assert.equal(jobUrl("/lab", "a/../b"), "/lab/bioviz/jobs/a%2F..%2Fb.json");
});
