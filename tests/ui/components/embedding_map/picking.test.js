// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import {
  maskInside,
  maskOfRows,
  nearest,
  nearestTowards,
  pointNear,
  rowsOfMask,
  selectionOf,
} from "../../../../bioviz/ui/components/embedding_map/picking.js";
import { column, pointsAt, scattered } from "./sample_points.js";

/** @import { Transform } from "../../../../bioviz/ui/components/embedding_map/view_box.js" */

const box = { left: 0, top: 0, width: 100, height: 100 };
/** @type {Transform} ten pixels a unit, y upwards */
const to = { ax: 10, bx: 0, ay: -10, by: 100, box };
const all = () => true;
const every = (/** @type {{ order: Int32Array }} */ points) => [...points.order].sort((a, b) => a - b);

const cross = pointsAt([
  [5, 5],
  [8, 5],
  [5, 8],
  [2, 5],
  [5, 2],
  [9, 9],
]);
const drawn = Int32Array.from(every(cross));

test("a click means the nearest point within the radius", () => {
  assert.equal(nearest(cross, drawn, to, [51, 48], 12, all), 0);
  assert.equal(nearest(cross, drawn, to, [71, 50], 12, all), 1);
  assert.equal(nearest(cross, drawn, to, [65, 65], 12, all), -1);
  assert.equal(nearest(cross, drawn, to, [62, 50], 12, all), 0);
});

test("on a picture of all clips the nearest of all that are drawn is meant", () => {
  const many = pointsAt(scattered(2000).map(([x, y]) => [10 * x, 10 * y]));
  const isDrawn = (/** @type {number} */ i) => i % 3 !== 0;
  const choice = /** @type {any} */ ({ pictured: true });
  for (const [x, y] of scattered(60)) {
    /** @type {[number, number]} */
    const pixel = [100 * x, 100 * y];
    const expected = nearest(many, many.order.filter(isDrawn), to, pixel, 3, all);
    assert.equal(pointNear(many, { choice, active: all, isDrawn }, to, pixel, 3), expected);
  }
});

test("a greyed-out point is meant only where no other is near enough", () => {
  const pair = pointsAt([
    [5, 5],
    [5.5, 5],
  ]);
  const active = (/** @type {number} */ i) => i === 1;
  const candidates = Int32Array.of(0, 1);
  assert.equal(nearest(pair, candidates, to, [50, 50], 12, all), 0);
  assert.equal(nearest(pair, candidates, to, [50, 50], 12, active), 1);
  assert.equal(nearest(pair, candidates, to, [50, 50], 4, active), 0);
});

test("nearest agrees with looking at all points one by one", () => {
  const points = pointsAt(scattered(500).map(([x, y]) => [10 * x, 10 * y]));
  const candidates = points.order;
  for (const [px, py] of scattered(200).map(([x, y]) => /** @type {const} */ ([100 * y, 100 * x]))) {
    const distance = (/** @type {number} */ i) =>
      Math.hypot(points.x[i] * 10 - px, 100 - points.y[i] * 10 - py);
    const within = [...candidates].filter((i) => distance(i) <= 12);
    const closest = within.reduce((best, i) => (best < 0 || distance(i) < distance(best) ? i : best), -1);
    assert.equal(nearest(points, candidates, to, [px, py], 12, all), closest);
  }
});

test("an arrow key means the nearest point in its direction", () => {
  const from = /** @type {[number, number]} */ ([50, 50]);
  assert.equal(nearestTowards(cross, drawn, to, from, [1, 0], all), 1);
  assert.equal(nearestTowards(cross, drawn, to, from, [0, -1], all), 2); // upwards on the screen
  assert.equal(nearestTowards(cross, drawn, to, from, [-1, 0], all), 3);
  assert.equal(nearestTowards(cross, drawn, to, from, [0, 1], all), 4);
  assert.equal(nearestTowards(cross, drawn, to, [95, 50], [1, 0], all), -1);
});

test("an arrow key passes over points that are greyed out or more than 45 degrees aside", () => {
  const notOne = (/** @type {number} */ i) => i !== 1;
  assert.equal(nearestTowards(cross, drawn, to, [50, 50], [1, 0], notOne), 5); // just at 45 degrees
  assert.equal(nearestTowards(cross, drawn, to, [50, 51], [1, 0], notOne), -1);
});

/**
 * The textbook loop, one point and one edge at a time.
 *
 * @param {[number, number][]} polygon
 * @param {number} x
 * @param {number} y
 */
function evenOdd(polygon, x, y) {
  let odd = false;
  polygon.forEach(([bx, by], k) => {
    const [ax, ay] = polygon.at(k - 1) ?? [0, 0];
    if (ay <= y !== by <= y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  });
  return odd;
}

/** @type {Record<string, [number, number][]>} */
const OUTLINES = {
  square: [
    [1, 1],
    [5, 1],
    [5, 5],
    [1, 5],
  ],
  dented: [
    [0, 0],
    [8, 0],
    [8, 8],
    [4, 2],
    [0, 8],
  ],
  crossing_itself: [
    [0, 0],
    [6, 6],
    [6, 0],
    [0, 6],
  ],
  flat: [
    [0, 3],
    [5, 3],
    [9, 3],
  ],
  repeating_corners: [
    [2, 2],
    [2, 2],
    [7, 2],
    [7, 7],
    [7, 7],
    [2, 7],
  ],
};

for (const [name, polygon] of Object.entries(OUTLINES)) {
  test(`a lasso takes what lies within it: ${name}`, () => {
    // On a grid of half units, so that many points lie on corners and edges.
    const grid = Array.from(
      { length: 400 },
      (_, i) => /** @type {[number, number]} */ ([(i % 20) / 2, Math.floor(i / 20) / 2]),
    );
    const points = pointsAt(grid);
    const { mask, count } = maskInside(points, polygon, all);
    const expected = grid.map(([x, y]) => Number(evenOdd(polygon, x, y)));
    assert.deepEqual([...mask], expected);
    assert.equal(
      count,
      expected.reduce((sum, value) => sum + value, 0),
    );
    assert.equal(count > 0, name !== "flat");
  });
}

test("a lasso of many corners, as drawn by hand, takes what lies within it", () => {
  const places = scattered(2000);
  const points = pointsAt(places);
  const polygon = Array.from({ length: 900 }, (_, k) => {
    const angle = (2 * Math.PI * k) / 900;
    const radius = 0.3 + 0.15 * Math.sin(7 * angle);
    return /** @type {[number, number]} */ ([0.5 + radius * Math.cos(angle), 0.5 + radius * Math.sin(angle)]);
  });
  const { mask, count } = maskInside(points, polygon, all);
  assert.ok(count > 300 && count < 1200);
  const expected = places.map((_, i) => Number(evenOdd(polygon, points.x[i], points.y[i])));
  assert.deepEqual([...mask], expected);
});

test("points without a place, and those not wanted, are in no lasso", () => {
  const points = pointsAt([
    [2, 2],
    [NaN, 2],
    [3, 3],
  ]);
  const { mask, count } = maskInside(points, OUTLINES.square, (i) => i !== 2);
  assert.deepEqual([...mask], [1, 0, 0]);
  assert.equal(count, 1);
});

test("rows become a mask and a mask rows; unknown and repeated rows count nothing", () => {
  const points = pointsAt(
    [
      [0, 0],
      [1, 1],
      [2, 2],
    ],
    { rows: column("i4", [7, 2, 40]) },
  );
  const { mask, count } = maskOfRows(points, [40, 7, 99, 40]);
  assert.deepEqual([...mask], [1, 0, 1]);
  assert.equal(count, 2);
  assert.deepEqual([...rowsOfMask(points, mask)], [7, 40]);
});

const labelled = pointsAt(
  [
    [2, 2],
    [3, 3],
    [9, 9],
  ],
  {
    places: "drawn here",
    colourings: [
      {
        kind: "categories",
        id: "label",
        title: "Label",
        names: ["background", "wren"],
        colours: ["#888888", "#0072B2"],
        codes: column("u1", [0, 1, 1]),
      },
    ],
  },
);

/** @param {object} value */
const selecting = (value, rows = undefined) =>
  selectionOf(labelled, /** @type {any} */ ({ number: 1, browser: true, value, rows }));

test("an outline selects on the points that it was drawn on, of the names that were seen alone", () => {
  const outline = { polygon: OUTLINES.square, places: "drawn here", colour_by: "label" };
  assert.deepEqual([...(selecting({ ...outline, isolated: null })?.mask ?? [])], [1, 1, 0]);
  const alone = selecting({ ...outline, isolated: [1] });
  assert.deepEqual([...(alone?.mask ?? [])], [0, 1, 0]);
  assert.equal(alone?.polygon, OUTLINES.square);
});

test("on other points the clips that were in it are selected, without an outline", () => {
  const elsewhere = { polygon: OUTLINES.square, places: "another map", colour_by: "label", isolated: null };
  const selection = selecting(elsewhere, /** @type {any} */ ([20, 99]));
  assert.deepEqual([...(selection?.mask ?? [])], [0, 0, 1]);
  assert.equal(selection?.polygon, null);
  assert.equal(selecting(elsewhere), null); // what Python tells has no rows
});

test("nothing selected is no selection", () => {
  assert.equal(selectionOf(labelled, undefined), null);
  assert.equal(selectionOf(labelled, /** @type {any} */ ({ value: null })), null);
});
