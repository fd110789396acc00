// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { countArea } from "../../../../bioviz/ui/components/embedding_map/callout.js";
import {
  countsPerName,
  figureOf,
  measureNotes,
  scaleEnds,
  toggled,
} from "../../../../bioviz/ui/components/embedding_map/legend.js";
import { isFromPeer } from "../../../../bioviz/ui/components/embedding_map/linked_maps.js";
import { outlines, rings } from "../../../../bioviz/ui/components/embedding_map/overlay.js";
import { MapState } from "../../../../bioviz/ui/components/embedding_map/map_state.js";
import { joined } from "../../../../bioviz/ui/components/embedding_map/shared_legend.js";
import {
  arrived,
  keepPoints,
  storedPoints,
} from "../../../../bioviz/ui/components/embedding_map/point_store.js";
import { Points } from "../../../../bioviz/ui/components/embedding_map/points.js";
import {
  emptyText,
  statusText,
  tipLines,
  tipPlace,
  toldText,
} from "../../../../bioviz/ui/components/embedding_map/said.js";
import { grouped } from "../../../../bioviz/ui/components/shared/numbers.js";
import { column, pointsAt } from "./sample_points.js";

test("the line below the map says how many of how many are drawn", () => {
  const marks = (/** @type {number} */ n) => ({ pictured: false, inView: n, drawnInView: n });
  assert.equal(
    statusText({ placed: 100, total: 100 }, marks(100), "categories", undefined),
    "100 of 100 clips drawn",
  );
  assert.equal(
    statusText({ placed: 90, total: 100 }, marks(90), "categories", 7),
    "90 of 100 clips drawn · 10 without a place on the map · 7 selected",
  );
  assert.equal(
    statusText({ placed: 0, total: 50 }, marks(0), "categories", undefined),
    "0 of 50 clips drawn",
  );
  const large = { placed: 500_000, total: 500_000 };
  const spots = "a spot has the colour of most clips there, labelled above background; zoom in to see each";
  assert.equal(
    statusText(large, { ...marks(500_000), pictured: true }, "categories", 0),
    `500,000 of 500,000 clips drawn · 0 selected · ${spots}`,
  );
  assert.equal(
    statusText(large, { ...marks(400_000), pictured: true }, "categories", undefined),
    `400,000 of 400,000 clips in view drawn (500,000 in all) · ${spots}`,
  );
  assert.equal(
    statusText(large, { pictured: false, inView: 400_000, drawnInView: 15_000 }, "categories", undefined),
    "15,000 of 400,000 clips in view drawn (500,000 in all) · 385,000 of background as contours alone",
  );
  assert.match(
    statusText(large, { ...marks(500_000), pictured: true }, "measure", undefined),
    /a spot has the colour of the mean there/,
  );
});

test("what the map shows is told in words, with what is selected and picked", () => {
  const points = pointsAt([[0, 0]], {});
  const [colouring] = points.colourings;
  const counts = Int32Array.of(3, 1);
  assert.equal(toldText(colouring, counts, null, []), "Clips by label: background 3, wren 1.");
  assert.equal(
    toldText(colouring, counts, Int32Array.of(2, 0), [["recording", "a.wav"]]),
    "Clips by label: background 3 (2 selected), wren 1 (0 selected). Picked: recording a.wav.",
  );
  const measure = /** @type {any} */ ({ kind: "measure", title: "Level" });
  assert.equal(toldText(measure, null, null, []), "Clips are coloured by level.");
});

test("an empty picture says why", () => {
  assert.equal(emptyText({ placed: 1, total: 5 }), "");
  assert.equal(emptyText({ placed: 0, total: 1 }), "The only clip has no place on the map.");
  assert.equal(
    statusText(
      { placed: 1, total: 1 },
      { inView: 1, drawnInView: 1, pictured: false },
      "categories",
      undefined,
    ),
    "1 of 1 clip drawn",
  );
  assert.equal(emptyText({ placed: 0, total: 0 }), "There is no clip to draw.");
  assert.equal(emptyText({ placed: 0, total: 50 }), "None of the 50 clips has a place on the map.");
});

test("the hover box says each thing once", () => {
  const points = pointsAt([[0, 0]], {
    columns: [
      { kind: "text", title: "label", table: ["wren"], codes: column("u1", [0]) },
      { kind: "text", title: "Recording", table: ["a.wav"], codes: column("u1", [0]) },
    ],
  });
  assert.deepEqual(tipLines(points, points.colourings[0], 0), [
    ["label", "wren"],
    ["Recording", "a.wav"],
  ]);
});

test("a measure in the hover box has four digits and its unit, or is unknown", () => {
  const measure = /** @type {any} */ ({ kind: "measure", title: "SNR", unit: "dB", values: [12.34567, NaN] });
  const points = /** @type {any} */ ({ describe: () => [] });
  assert.deepEqual(tipLines(points, measure, 0), [["SNR", "12.35 dB"]]);
  assert.deepEqual(tipLines(points, measure, 1), [["SNR", "unknown"]]);
  assert.deepEqual(tipLines(points, { ...measure, unit: "" }, 0), [["SNR", "12.35"]]);
});

test("the hover box stays within the stage", () => {
  const tip = { width: 100, height: 40 };
  const stage = { width: 400, height: 200 };
  assert.deepEqual(tipPlace([50, 100], tip, stage), { left: 64, top: 80 });
  assert.deepEqual(tipPlace([390, 100], tip, stage), { left: 276, top: 80 }); // left of the point
  assert.equal(tipPlace([50, 1], tip, stage).top, 4);
  assert.equal(tipPlace([50, 199], tip, stage).top, 156);
  assert.equal(tipPlace([60, 100], { width: 380, height: 40 }, stage).left, 4);
});

test("names are counted where they have a place, all or the selected ones", () => {
  const colouring = /** @type {any} */ ({ names: ["a", "b", "c"], codes: [0, 1, 1, 0, 1] });
  const order = Int32Array.of(4, 0, 1, 2);
  assert.deepEqual([...countsPerName(colouring, order)], [1, 3, 0]);
  assert.deepEqual([...countsPerName(colouring, order, Uint8Array.of(1, 0, 1, 1, 0))], [1, 1, 0]);
});

test("a press on a name shows it alone, again all; with a key it joins or leaves", () => {
  assert.deepEqual(toggled(null, 2, false), new Set([2]));
  assert.equal(toggled(new Set([2]), 2, false), null);
  assert.deepEqual(toggled(new Set([2]), 3, false), new Set([3]));
  assert.deepEqual(toggled(new Set([2, 3]), 2, false), new Set([2]));
  const before = new Set([2]);
  assert.deepEqual(toggled(before, 3, true), new Set([2, 3]));
  assert.deepEqual(before, new Set([2]));
  assert.equal(toggled(before, 2, true), null);
  assert.deepEqual(toggled(null, 1, true), new Set([1]));
});

test("the ends of a scale have the digits that its span needs", () => {
  const number = (/** @type {number} */ value) =>
    value.toLocaleString(undefined, { maximumFractionDigits: 6 });
  assert.deepEqual(scaleEnds({ low: 0, high: 1 }), [0, 0.5, 1].map(number));
  assert.deepEqual(scaleEnds({ low: -60.4, high: 300.2 }), [-60, 120, 300].map(number));
  assert.deepEqual(scaleEnds({ low: 0.001, high: 0.002 }), [0.001, 0.0015, 0.002].map(number));
});

test("a legend tells of values beyond the ends of its scale, and of unknown ones, only where there are any", () => {
  const scale = { low: 0, high: 1 };
  assert.deepEqual(measureNotes(scale, [[0, 0.5, 1]]), []);
  assert.deepEqual(measureNotes(scale, [Float64Array.of(-0.1, 0.5, NaN), [1.2, 0.3]]), [
    "2 beyond the ends, in the end's colour",
    "1 without a value (grey)",
  ]);
});

const to = { ax: 10, bx: 50, ay: -10, by: 110, box: { left: 40, top: 10, width: 200, height: 100 } };
const points = pointsAt([
  [1, 2],
  [3, 4],
  [NaN, 0],
]);
const none = { polygon: null, corners: null, picked: -1, hovered: -1, linked: -1 };

test("rings lie on their points, the picked one on top, each on its halo", () => {
  assert.deepEqual(rings(points, { ...none, picked: 0, hovered: 1 }, to), [
    { class: "bm-ring bm-hovered bm-halo", cx: 40, cy: 60, r: 7 },
    { class: "bm-ring bm-hovered", cx: 40, cy: 60, r: 7 },
    { class: "bm-ring bm-halo", cx: 20, cy: 80, r: 9 },
    { class: "bm-ring", cx: 20, cy: 80, r: 9 },
  ]);
  assert.deepEqual(rings(points, { ...none, picked: 2, linked: -1 }, to), []); // it has no place
});

test("an outline is drawn where it was, and the one being drawn beside it", () => {
  const marks = {
    ...none,
    polygon: [
      [0, 0],
      [1, 0],
      [1, 1],
    ],
    corners: [
      [40, 10],
      [60, 30],
    ],
  };
  assert.deepEqual(outlines(/** @type {any} */ (marks), to), [
    { class: "bm-outline", points: "10,100 20,100 20,90" },
    { class: "bm-outline bm-drawing", points: "0,0 20,20" },
  ]);
  assert.deepEqual(outlines(none, to), []);
});

test("points are kept by digest, decoded once, and the oldest make room", () => {
  /** @type {string[]} */
  const heard = [];
  arrived.on((digest) => heard.push(digest));
  const digests = Array.from({ length: 7 }, (_, k) => `digest ${k}`);
  for (const digest of digests) keepPoints(pointsAt([[0, 0]], { digest }));
  assert.deepEqual(heard, digests);
  assert.ok(!storedPoints("digest 0") && storedPoints("digest 1"));
  const stored = storedPoints("digest 6");
  assert.ok(stored instanceof Points);
  assert.equal(storedPoints("digest 6"), stored);
  assert.equal(storedPoints("digest 0"), undefined);
  // Of large maps fewer are kept, the newest however large it is.
  for (const digest of ["large", "larger"]) {
    const many = pointsAt([[0, 0]], { digest });
    many.n = 4_000_000;
    keepPoints(many);
    assert.ok(storedPoints(digest) && !storedPoints("digest 6"));
  }
  assert.ok(!storedPoints("large"));
});

test("a map hears other maps of its group, not itself", () => {
  const map = { group: "clips", map_key: "left" };
  assert.ok(isFromPeer({ group: "clips", mapKey: "right" }, map));
  assert.ok(!isFromPeer({ group: "clips", mapKey: "left" }, map));
  assert.ok(!isFromPeer({ group: "other", mapKey: "right" }, map));
});

test("a legend of two maps has the names of both, and both counts where they differ", () => {
  const colouring = (/** @type {string[]} */ names, /** @type {string[]} */ colours) =>
    /** @type {any} */ ({
      kind: "categories",
      id: "label",
      names,
      colours,
      shapes: names.map(() => "circle"),
    });
  const [left, right] = [
    colouring(["background", "wren"], ["#888", "#00f"]),
    colouring(["wren", "owl"], ["#00f", "#0f0"]),
  ];
  const both = joined(left, right);
  assert.deepEqual(both.colouring.names, ["background", "wren", "owl"]);
  assert.deepEqual(both.colouring.colours, ["#888", "#00f", "#0f0"]);
  assert.deepEqual(both.colouring.shapes, ["circle", "circle", "circle"]);
  assert.deepEqual([both.place(0), both.place(1)], [1, 2]);
  const counts = Int32Array.of(3, 1500, 2);
  const others = Int32Array.of(3, 4, 2);
  const words = [0, 1, 2].map((code) => figureOf({ counts, chosen: null, others }, code));
  assert.deepEqual(words, ["3", `${grouped(1500)} | 4`, "2"]);
  assert.equal(figureOf({ counts, chosen: Int32Array.of(1, 0, 0), others }, 0), "1 / 3");
  assert.equal(figureOf({ counts, chosen: null }, 1), grouped(1500));
});

test("a map takes the focus of the legend that it shares by name, and shows background alone for one it lacks", () => {
  const state = new MapState();
  state.points = pointsAt(
    [
      [0, 0],
      [1, 1],
    ],
    {},
  );
  state.colourId = state.points.colourings[0].id;
  const [background, wren] = /** @type {any} */ (state.points.colourings[0]).names;
  state.takeFocus({ names: [wren], glance: null });
  assert.deepEqual(state.isolated, new Set([1]));
  assert.equal(state.previewed, null);
  state.takeFocus({ names: null, glance: background });
  assert.deepEqual([state.isolated, state.previewed], [null, 0]);
  state.takeFocus({ names: ["owl"], glance: null });
  assert.deepEqual(state.isolated, new Set([-1]));
});

test("no name goes where the number of an outlined region stands", () => {
  const plain = { ax: 1, bx: 0, ay: -1, by: 100, box: { left: 0, top: 0, width: 200, height: 100 } };
  const [area] = countArea(
    [
      [50, 40],
      [60, 40],
    ],
    plain,
  ); // pixels 50 to 60, 60
  assert.ok(area.left < 50 && area.right > 50 && area.top < 50 && area.bottom < 60, JSON.stringify(area));
  assert.deepEqual(countArea([], plain), []);
});
