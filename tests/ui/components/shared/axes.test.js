// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import {
  boxesWithin,
  frequencyTicks,
  heightOf,
  hzToMel,
  niceStep,
  placedBoxes,
  shortNumber,
  ticksBetween,
  timeTicks,
} from "../../../../bioviz/ui/components/shared/axes.js";

/** @import { Box } from "../../../../bioviz/ui/components/shared/axes.js" */
/** @import { PictureAbout } from "../../../../bioviz/ui/components/shared/media.js" */

/**
 * @param {number} actual
 * @param {number} expected
 */
const near = (actual, expected) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

/** @type {PictureAbout} */
const about = { start_s: 10, end_s: 14, low_hz: 0, high_hz: 8000, axis: "linear", top_db: 0, floor_db: -60 };

test("mels are those of O'Shaughnessy: 1000 Hz is 1000 mel", () => {
  assert.equal(hzToMel(0), 0);
  assert.ok(Math.abs(hzToMel(1000) - 1000) < 0.02);
  assert.ok(Math.abs(hzToMel(8000) - 2840.02) < 0.01);
});

test("a step is the smallest round one of which no more than wanted fit", () => {
  for (const [span, most, step] of [
    [3, 6, 0.5],
    [10, 10, 1],
    [10, 9, 2],
    [24, 6, 5],
    [96, 6, 20],
    [0.7, 7, 0.1],
    [999, 1, 1000],
    [5, 0, 5],
  ]) {
    near(niceStep(span, most), step);
    if (most) assert.ok(span / niceStep(span, most) <= most + 1e-9);
  }
});

test("ticks are multiples of the step, with both ends, whatever the rounding", () => {
  assert.deepEqual(ticksBetween(0, 1, 0.25), [0, 0.25, 0.5, 0.75, 1]);
  assert.equal(ticksBetween(0, 0.3, 0.1).length, 4);
  assert.deepEqual(ticksBetween(0.6, 2.2, 0.5), [1, 1.5, 2]);
  assert.deepEqual(ticksBetween(1.1, 1.4, 1), []);
});

test("numbers have the digits that their step needs", () => {
  assert.equal(shortNumber(2, 1), "2");
  assert.equal(shortNumber(2, 0.5), "2.0");
  assert.equal(shortNumber(0.30000000000000004, 0.1), "0.3");
  assert.equal(shortNumber(0.25, 0.05), "0.25");
  assert.equal(shortNumber(2000, 500), "2000");
});

test("a frequency's height is 0 at the bottom, 1 at the top, and never beyond", () => {
  for (const scale of /** @type {const} */ (["linear", "mel"])) {
    assert.equal(heightOf(500, 500, 4000, scale), 0);
    assert.equal(heightOf(4000, 500, 4000, scale), 1);
    assert.equal(heightOf(100, 500, 4000, scale), 0);
    assert.equal(heightOf(9000, 500, 4000, scale), 1);
  }
  near(heightOf(2000, 0, 8000, "linear"), 0.25);
  near(heightOf(2000, 0, 8000, "mel"), hzToMel(2000) / hzToMel(8000));
  assert.ok(heightOf(2000, 0, 8000, "mel") > 0.5);
});

test("time ticks span the picture and are some 70 pixels apart", () => {
  const ticks = timeTicks(10, 14, 600);
  assert.deepEqual(
    ticks.map(({ at }) => at),
    [10, 10.5, 11, 11.5, 12, 12.5, 13, 13.5, 14],
  );
  assert.equal(ticks[1].text, "10.5");
  assert.ok(timeTicks(10, 14, 140).length <= 3);
});

test("frequency ticks are in kHz, within the axis, and never nearer than is readable", () => {
  for (const scale of /** @type {const} */ (["linear", "mel"])) {
    for (const high of [4000, 8000, 24_000, 192_000]) {
      const y = (/** @type {number} */ hz) => (1 - heightOf(hz, 0, high, scale)) * 220;
      const ticks = frequencyTicks({ low: 0, high, scale }, { most: 6, apart: 14, y });
      assert.ok(ticks.length >= 2, `${scale} ${high}`);
      for (const { at, text } of ticks) {
        assert.ok(at >= 0 && at <= high);
        near(Number(text) * 1000, at);
      }
      for (let k = 1; k < ticks.length; k++) assert.ok(y(ticks[k - 1].at) - y(ticks[k].at) >= 14);
    }
  }
  const linear = frequencyTicks(
    { low: 0, high: 8000, scale: "linear" },
    { most: 6, apart: 14, y: (hz) => 220 - (hz / 8000) * 220 },
  );
  assert.deepEqual(
    linear.map(({ text }) => text),
    ["0", "2", "4", "6", "8"],
  );
});

test("only boxes of which something is seen are drawn; one without frequencies spans all", () => {
  /** @type {Box[]} */
  const boxes = [
    [9, 10, 1000, 2000, "ends where the picture starts"],
    [14, 15, 1000, 2000, "starts where it ends"],
    [11, 12, 8000, 9000, "above"],
    [11, 12, null, null, "no frequencies"],
    [9, 10.5, 7000, 9000, "a corner"],
  ];
  assert.deepEqual(
    boxesWithin(boxes, about).map((box) => box[4]),
    ["no frequencies", "a corner"],
  );
});

test("boxes lie where their times and frequencies are, and are never too thin to see", () => {
  const place = {
    x: (/** @type {number} */ seconds) => (Math.min(Math.max(seconds, 10), 14) - 10) * 100,
    y: (/** @type {number} */ hz) => 80 - Math.min(hz, 8000) / 100,
  };
  /** @type {Box[]} */
  const boxes = [
    [11, 12.5, 2000, 4000, "call"],
    [13, 13.001, null, null, "click"],
    [13, 20, 7990, 8010, "at the edge"],
  ];
  assert.deepEqual(placedBoxes(boxes, about, place), [
    { x: 100, y: 40, width: 150, height: 20, label: "call" },
    { x: 300, y: 0, width: 2, height: 80, label: "click" },
    { x: 300, y: 0, width: 100, height: 2, label: "at the edge" },
  ]);
});
