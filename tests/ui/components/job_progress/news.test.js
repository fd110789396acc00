// When Python is asked to draw anew: at the end of a job, and at news where they are shown.

import assert from "node:assert/strict";
import { test } from "node:test";

import { isNews } from "../../../../bioviz/ui/components/job_progress/job_progress.js";

const known = { text: "Training · 1 of 9 clips", share: 0.1, note: "Epoch 1", over: false };

test("a bar asks when the job is over, and for nothing else", () => {
  assert.ok(isNews({ ...known, over: true }, known, "bar"));
  assert.ok(!isNews({ ...known, text: "Training · 2 of 9 clips", note: "Epoch 2" }, known, "bar"));
});

test("what shows news asks when there are some, and leaves the end to the bar", () => {
  assert.ok(isNews({ ...known, note: "Epoch 2" }, known, "note"));
  assert.ok(isNews({ ...known, text: "Training · 2 of 9 clips" }, known, "note"));
  assert.ok(!isNews({ ...known }, known, "note"));
  assert.ok(!isNews({ ...known, over: true }, known, "note"));
});

test("nothing is asked of a server that is gone", () => {
  assert.ok(!isNews({ ...known, over: true, lost: true }, known, "bar"));
  assert.ok(!isNews({ ...known, note: "Epoch 2", lost: true }, known, "note"));
});
