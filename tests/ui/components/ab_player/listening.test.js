// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import {
  HEIGHT,
  MARGIN,
  commonFrame,
  frequencyToY,
  timeToX,
} from "../../../../bioviz/ui/components/ab_player/frame.js";
import {
  commonTop,
  letter,
  levelText,
  lowerLoudness,
  noteText,
} from "../../../../bioviz/ui/components/ab_player/levels.js";
import { loopPosition } from "../../../../bioviz/ui/components/ab_player/sync_player.js";

/** @import { PictureAbout } from "../../../../bioviz/ui/components/shared/media.js" */

/**
 * @param {Partial<PictureAbout>} more
 * @returns {PictureAbout}
 */
const about = (more) => ({
  start_s: 0,
  end_s: 2,
  low_hz: 0,
  high_hz: 8000,
  axis: "linear",
  top_db: 0,
  floor_db: 0,
  ...more,
});

test("one scale has its top at the strongest clip, in whole steps", () => {
  assert.equal(commonTop([-42, -31.2, -60]), -30);
  assert.equal(commonTop([-30]), -30);
  assert.equal(commonTop([-29.9]), -25);
  assert.equal(commonTop([40]), 20);
});

test("where one clip cannot be so loud, all are asked for at what it reaches", () => {
  assert.equal(lowerLoudness(-30, [-30, -30.04]), undefined);
  assert.equal(lowerLoudness(-30, [-30, -36.5]), -36.5);
  assert.equal(lowerLoudness(-30, [-30, null]), undefined); // silence
  assert.equal(lowerLoudness(-30, [-120]), -90);
});

test("what was done to the level is said", () => {
  assert.equal(levelText({ gain_db: 6.04, loudness_db: -30 }), "raised by 6.0 dB");
  assert.equal(levelText({ gain_db: -6.06, loudness_db: -30 }), "lowered by 6.1 dB");
  assert.equal(levelText({ gain_db: 0.01, loudness_db: -30 }), "as recorded");
  assert.equal(levelText({ gain_db: 0, loudness_db: null }), "silent");
});

test("the note says what is known, with real minus signs", () => {
  assert.equal(noteText({ slow: 1, count: 2 }), "");
  const all = noteText({ loudness: -30, colours: [-90, -30], slow: 10, count: 1 });
  assert.match(
    all,
    /^All brought to −30\.0 dBFS \(root mean square\), so that none stands out by its level\./,
  );
  assert.match(all, /All played 10× slower\. Colours from −90\.0 to −30\.0 dB re full scale for all/);
  assert.match(all, /no neighbor to compare/);
});

test("clips are lettered from A", () => {
  assert.deepEqual([0, 1, 2].map(letter), ["A", "B", "C"]);
});

test("all clips lie on the longest clip's time axis and the widest frequency axis", () => {
  const frame = commonFrame(
    [about({}), about({ start_s: 10, end_s: 14, low_hz: 500, high_hz: 12_000 })],
    400,
  );
  assert.deepEqual(frame, { seconds: 4, low: 0, high: 12_000, axis: "linear", width: 400 });
  assert.equal(timeToX(0, frame), MARGIN.left);
  assert.equal(timeToX(2, frame), MARGIN.left + 200);
  assert.equal(timeToX(9, frame), MARGIN.left + 400);
  assert.equal(timeToX(-1, frame), MARGIN.left);
  assert.equal(frequencyToY(12_000, frame), 0);
  assert.equal(frequencyToY(0, frame), HEIGHT);
  assert.equal(frequencyToY(3000, frame), 0.75 * HEIGHT);
});

test("a place in the loop goes round, and waits for the start", () => {
  assert.equal(loopPosition(1, 0.5, 4), 1.5);
  assert.equal(loopPosition(3, 1.5, 4), 0.5);
  assert.equal(loopPosition(1, -0.03, 4), 1);
});
