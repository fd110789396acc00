// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import {
  boxBetween,
  dragged,
  handleAt,
  handlesOf,
  rectOf,
} from "../../../../bioviz/ui/components/clip_panel/box_geometry.js";
import { LETTER_WIDTH, namesAt, placedNames } from "../../../../bioviz/ui/components/clip_panel/box_names.js";
import { wheelFactor } from "../../../../bioviz/ui/components/clip_panel/pointer.js";
import {
  boxText,
  crossText,
  levelAt,
  levelText,
  rangeText,
} from "../../../../bioviz/ui/components/clip_panel/readouts.js";
import { DEFAULTS } from "../../../../bioviz/ui/components/clip_panel/settings.js";
import { ClipUrls } from "../../../../bioviz/ui/components/clip_panel/urls.js";
import {
  NARROWEST_HZ,
  SHORTEST_S,
  isSame,
  panned,
  placeAt,
  toPixels,
  zoomed,
} from "../../../../bioviz/ui/components/clip_panel/viewport.js";
import { peakText } from "../../../../bioviz/ui/components/clip_panel/waveform.js";

/** @import { Frame } from "../../../../bioviz/ui/components/clip_panel/viewport.js" */
/** @import { LevelGrid } from "../../../../bioviz/ui/components/clip_panel/readouts.js" */

const whole = { start: 10, end: 15, low: 0, high: 8000 };
/** @type {("linear" | "mel")[]} */
const AXES = ["linear", "mel"];
/** @type {(axis?: "linear" | "mel", view?: typeof whole) => Frame} */
const frame = (axis = "linear", view = whole) => ({ view, axis, left: 36, top: 20, width: 400, height: 296 });
const near = (/** @type {number} */ a, /** @type {number} */ b, tolerance = 1e-6) =>
  assert.ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);

test("a place and its pixel are one another's, on either axis and zoomed", () => {
  for (const axis of AXES) {
    for (const view of [whole, { start: 11, end: 11.5, low: 900, high: 4000 }]) {
      for (const [x, y] of [
        [36, 20],
        [436, 316],
        [150, 77.5],
        [0, 400],
      ]) {
        const back = toPixels(placeAt(x, y, frame(axis, view)), frame(axis, view));
        near(back.x, x);
        near(back.y, y, 1e-4);
      }
    }
  }
  assert.deepEqual(toPixels({ seconds: 10, hz: 8000 }, frame()), { x: 36, y: 20 });
  assert.deepEqual(toPixels({ seconds: 15, hz: 0 }, frame()), { x: 436, y: 316 });
  assert.deepEqual(placeAt(236, 168, frame()), { seconds: 12.5, hz: 4000 });
});

test("zooming keeps what lies under the pointer where it is", () => {
  for (const axis of AXES) {
    const at = { seconds: 12, hz: 3000 };
    const before = toPixels(at, frame(axis));
    const view = zoomed(whole, whole, axis, { time: 0.5, band: 0.4 }, at);
    const after = toPixels(at, frame(axis, view));
    near(after.x, before.x);
    near(after.y, before.y, 1e-4);
    near(view.end - view.start, 2.5);
  }
});

test("zooming ends at the whole and at the least that can be told apart", () => {
  const at = { seconds: 12, hz: 3000 };
  assert.ok(isSame(zoomed(whole, whole, "linear", { time: 3, band: 3 }, at), whole));
  const least = zoomed(whole, whole, "linear", { time: 1e-6, band: 1e-6 }, at);
  near(least.end - least.start, SHORTEST_S);
  near(least.high - least.low, NARROWEST_HZ);
  const mel = zoomed(whole, whole, "mel", { band: 1e-6 }, at);
  assert.ok(mel.high - mel.low >= NARROWEST_HZ - 1 && mel.low >= 0);
  // At an edge the view stays within what there is, however far out one zooms.
  const edge = zoomed(
    { start: 10, end: 11, low: 0, high: 500 },
    whole,
    "linear",
    { time: 2 },
    { seconds: 11, hz: 0 },
  );
  assert.deepEqual([edge.start, edge.end], [10, 12]);
});

test("panning moves by a share of what is shown and never leaves the clip", () => {
  const view = { start: 12, end: 13, low: 2000, high: 4000 };
  assert.deepEqual(panned(view, whole, "linear", { time: 0.25, band: -0.5 }), {
    start: 12.25,
    end: 13.25,
    low: 1000,
    high: 3000,
  });
  assert.deepEqual(panned(view, whole, "linear", { time: 99, band: 99 }), {
    start: 14,
    end: 15,
    low: 6000,
    high: 8000,
  });
  assert.ok(isSame(panned(whole, whole, "mel", { time: -1, band: 1 }), whole));
  // Of a mel axis the same drag is the same pixels, whatever the frequency.
  const mel = panned(view, whole, "mel", { band: 0.1 });
  near(toPixels({ seconds: 12, hz: 4000 }, frame("mel", view)).y, 20, 1e-3);
  near(toPixels({ seconds: 12, hz: 4000 }, frame("mel", mel)).y, 20 + 29.6, 1e-3);
});

test("a box is the same whichever corner it is begun at, and stays in the clip", () => {
  const [a, b] = [
    { seconds: 12, hz: 5000 },
    { seconds: 11, hz: 3000 },
  ];
  assert.deepEqual(boxBetween(a, b, whole), { start: 11, end: 12, low: 3000, high: 5000 });
  assert.deepEqual(boxBetween(b, a, whole), boxBetween(a, b, whole));
  const out = boxBetween({ seconds: -3, hz: -100 }, { seconds: 99, hz: 1e6 }, whole);
  assert.deepEqual(out, whole);
  const dot = boxBetween({ seconds: 15, hz: 8000 }, { seconds: 15, hz: 8000 }, whole);
  assert.ok(dot.end <= 15 && dot.end > dot.start && dot.high <= 8000 && dot.high > dot.low);
});

test("a box is moved as it is, and resized at the side that was taken", () => {
  const box = { start: 11, end: 12, low: 3000, high: 5000 };
  const from = { seconds: 11.5, hz: 4000 };
  const by = { seconds: 12, hz: 4500 };
  assert.deepEqual(dragged(box, "move", from, by, whole, "linear"), {
    start: 11.5,
    end: 12.5,
    low: 3500,
    high: 5500,
  });
  const far = dragged(box, "move", from, { seconds: 99, hz: 1e5 }, whole, "linear");
  assert.deepEqual(far, { start: 14, end: 15, low: 6000, high: 8000 });
  assert.deepEqual(dragged(box, "e", from, by, whole, "linear"), { ...box, end: 12.5 });
  assert.deepEqual(dragged(box, "nw", from, by, whole, "linear"), { ...box, start: 11.5, high: 5500 });
  // Beyond the other side it turns over.
  assert.deepEqual(dragged(box, "w", from, { seconds: 13, hz: 4000 }, whole, "linear"), {
    ...box,
    start: 12,
    end: 12.5,
  });
});

test("a press takes corners, sides or the box, and nothing beside it", () => {
  const rect = { x: 100, y: 50, width: 80, height: 60 };
  /** @type {[number, number, string | undefined][]} */
  const presses = [
    [100, 50, "nw"],
    [180, 110, "se"],
    [140, 50, "n"],
    [95, 80, "w"],
    [140, 80, "move"],
    [90, 80, undefined],
  ];
  for (const [x, y, handle] of presses) assert.equal(handleAt(x, y, rect), handle);
  assert.equal(handleAt(102, 52, { x: 100, y: 50, width: 4, height: 4 }), "move"); // however small
  assert.equal(handlesOf(rect).length, 4);
  assert.deepEqual(rectOf({ start: 10, end: 12.5, low: 4000, high: 8000 }, frame()), {
    x: 36,
    y: 20,
    width: 200,
    height: 148,
  });
});

/** @type {LevelGrid} */
const grid = {
  codes: Uint8Array.from([0, 10, 20, 30, 40, 50, 60, 255]),
  about: {
    start_s: 10, end_s: 14, low_hz: 0, high_hz: 2000, axis: "linear", top_db: 0, floor_db: 0,
    width: 4, height: 2, lowest_db: -127.5, step_db: 0.5,
  },
}; // prettier-ignore

test("a level is that of the pixel under the pointer", () => {
  assert.deepEqual(levelAt(grid, { seconds: 13.99, hz: 500 }), { db: 0, below: false });
  assert.deepEqual(levelAt(grid, { seconds: 11, hz: 1500 }), { db: -122.5, below: false });
  assert.deepEqual(levelAt(grid, { seconds: 10, hz: 2000 }), { db: -127.5, below: true });
  assert.deepEqual(levelAt(grid, { seconds: 14, hz: 0 }), { db: 0, below: false }); // the last edge is within
  assert.equal(levelAt(grid, { seconds: 14.01, hz: 0 }), undefined);
  assert.equal(levelAt(grid, { seconds: 12, hz: 2001 }), undefined);
});

test("places, boxes and levels have units, and what is unknown is said so", () => {
  assert.equal(
    crossText({ seconds: 3.42, hz: 4800 }, { db: -46.2, below: false }, whole),
    "3.42 s · 4.80 kHz · −46 dB",
  );
  const close = { ...whole, end: 10.2 };
  assert.equal(crossText({ seconds: 10.12345, hz: 312 }, undefined, close), "10.1235 s · 0.312 kHz · … dB");
  assert.equal(levelText({ db: -127.5, below: true }), "≤ −127 dB");
  const box = { start: 1.2, end: 2.5, low: 4400, high: 5200 };
  assert.equal(boxText(box, undefined).place, "1.20–2.50 s · 1.30 s · 4.40–5.20 kHz");
  const measured = {
    start_s: 1.2,
    end_s: 2.5,
    low_hz: 4400,
    high_hz: 5200,
    snr_db: -1.44,
    snr_unknown: "",
    peak_hz: 4700,
    flank_hz: 40,
  };
  assert.equal(boxText(box, measured).above, "−1.4 dB above noise");
  const unknown = boxText(box, { ...measured, snr_db: null, snr_unknown: "the noise rises as high" });
  assert.equal(unknown.above, "above noise: unknown");
  assert.equal(unknown.why, "Unknown: the noise rises as high.");
  assert.equal(boxText({ ...box, end: 1.2345 }, measured).place, "1.200–1.234 s · 34 ms · 4.40–5.20 kHz");
  assert.equal(rangeText(whole, { top_db: -16.4, floor_db: -66.4 }), "0–8 kHz · −66 to −16 dB");
  assert.equal(peakText(1.5), "peak 3.5 dBFS, above full scale");
  assert.equal(peakText(0.5), "peak −6.0 dBFS");
  assert.equal(peakText(0), "digital silence");
});

test("of many boxes names never lie on one another, and each begins above its box where it can", () => {
  const lane = { left: 36, width: 400 };
  const crowd = Array.from({ length: 40 }, (_, k) => ({ x: 36 + 10 * k, width: 8, label: `bird ${k % 7}` }));
  const placed = placedNames(crowd, lane);
  assert.ok(placed.length >= 4);
  for (const [k, name] of placed.entries()) {
    const next = placed[k + 1];
    if (next) assert.ok(name.left + name.label.length * LETTER_WIDTH <= next.left);
    assert.ok(name.left >= 36 && name.left + name.label.length * LETTER_WIDTH <= 436 + 1e-9);
  }
  assert.deepEqual(placedNames([{ x: 100, width: 9, label: "wren" }], lane), [{ left: 100, label: "wren" }]);
  const series = Array.from({ length: 12 }, (_, k) => ({ x: 40 + 30 * k, width: 20, label: "wren" }));
  assert.ok(placedNames(series, lane).length <= 3); // the same name is not repeated over each box
  const boxes = [
    { x: 0, y: 0, width: 10, height: 10, label: "a" },
    { x: 5, y: 5, width: 10, height: 10, label: "b" },
  ];
  assert.deepEqual(namesAt(boxes, 7, 7), ["a", "b"]);
  assert.deepEqual(namesAt(boxes, 14, 14), ["b"]);
});

test("a notch of the wheel zooms alike in all browsers, and no event by more than half", () => {
  const event = (/** @type {object} */ fields) => /** @type {WheelEvent} */ (fields);
  assert.ok(wheelFactor(event({ deltaY: 100, deltaMode: 0 })) > 1.2);
  assert.ok(wheelFactor(event({ deltaY: -100, deltaMode: 0 })) < 0.85);
  near(wheelFactor(event({ deltaY: 3, deltaMode: 1 })), wheelFactor(event({ deltaY: 90, deltaMode: 0 })));
  assert.ok(wheelFactor(event({ deltaY: 1e6, deltaMode: 2 })) < 1.5);
});

test("a part is asked for on the colours of the whole, with the same numbers for picture and levels", () => {
  const urls = new ClipUrls({ ...DEFAULTS, context: "1", loudness: true, band: true, low: "1" }, () => 700);
  urls.move({ base: "", dataset: "d", version: "v1", run: null });
  const of = urls.ofClip(7);
  assert.equal(of.picture(), urls.picture(7)); // fetched ahead under the same address
  const part = { start: 1.234567, end: 2, low: 100, high: 900.04 };
  const query = (/** @type {string} */ url) => Object.fromEntries(new URL(url, "http://h").searchParams);
  const { top, cmap, ...numbers } = query(of.picture(part, -12.5));
  assert.deepEqual([top, cmap], ["-12.5", "greys"]);
  assert.deepEqual(
    [numbers.from, numbers.to, numbers.low, numbers.high],
    ["1.23457", "2.00000", "100.0", "900.0"],
  );
  assert.deepEqual(query(of.levels(part)), numbers);
  const heard = query(of.sound(part));
  assert.deepEqual(
    [heard.from, heard.low, heard.high, heard.loudness, heard.context],
    ["1.23457", "100.0", "900.0", "-23", "1"],
  );
  assert.match(of.measures(part), /\/bioviz\/clip\/d\/7\/box\.json\?/);
});
