// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import {
  MARGIN,
  choosePoints,
  countInView,
  histogram,
} from "../../../../bioviz/ui/components/embedding_map/sampling.js";
import {
  centredOn,
  fromPixel,
  insideBox,
  sameView,
  toPixel,
  transformOf,
  widened,
} from "../../../../bioviz/ui/components/embedding_map/view_box.js";
import { pointsAt, scattered } from "./sample_points.js";

/** @import { PlotAxis, View } from "../../../../bioviz/ui/components/embedding_map/view_box.js" */

/** @type {PlotAxis} */
const xaxis = { range: [-2, 6], _length: 400, _offset: 48 };
/** @type {PlotAxis} */
const yaxis = { range: [10, 14], _length: 200, _offset: 8 };
const to = transformOf(xaxis, yaxis);

test("the ends of the axes are the edges of the plot, and up is up", () => {
  assert.deepEqual(toPixel(to, -2, 14), [48, 8]); // upper left
  assert.deepEqual(toPixel(to, 6, 10), [448, 208]); // lower right
  assert.deepEqual(toPixel(to, 2, 12), [248, 108]);
  assert.deepEqual(to.box, { left: 48, top: 8, width: 400, height: 200 });
});

test("from a pixel and back is where it was", () => {
  for (const [x, y] of scattered(50)) {
    const [px, py] = toPixel(to, ...fromPixel(to, [400 * x, 300 * y]));
    assert.ok(Math.abs(px - 400 * x) < 1e-9 && Math.abs(py - 300 * y) < 1e-9);
  }
});

/** @type {View} */
const view = { x: [0, 10], y: [0, 20] };

test("views that differ by rounding are one, others are not", () => {
  assert.ok(sameView(view, { x: [1e-12, 10], y: [0, 20 + 1e-9] }));
  assert.ok(!sameView(view, { x: [0, 10], y: [0, 20.001] }));
  assert.ok(!sameView(view, { x: [0.001, 10], y: [0, 20] }));
});

test("a view can be moved to a place and widened", () => {
  assert.deepEqual(centredOn(view, 100, -5), { x: [95, 105], y: [-15, 5] });
  assert.deepEqual(widened(view, 0.1), { x: [-1, 11], y: [-2, 22] });
  assert.deepEqual(widened(view, 0), view);
});

test("a point on the edge is in view, one beyond within the margin only", () => {
  const points = pointsAt([
    [10, 20],
    [11, 10],
    [12, 10],
    [5, NaN],
  ]);
  const inside = (/** @type {number} */ margin) =>
    [0, 1, 2, 3].map((i) => insideBox(points, view, margin, i));
  assert.deepEqual(inside(0), [true, false, false, false]);
  assert.deepEqual(inside(0.15), [true, true, false, false]);
});

const limits = { mostDrawn: 300, sample: 50 };
const many = pointsAt(scattered(1000));
/** @type {View} */
const whole = { x: [0, 1], y: [0, 1] };

test("all points are drawn where the browser can", () => {
  const few = pointsAt(scattered(300));
  assert.deepEqual(choosePoints(few, { x: [0, 0.1], y: [0, 0.1] }, undefined, limits), {
    drawn: few.order,
    inView: 300,
    dense: false,
    whole: true,
  });
});

test("of too many, those in view and its margin are drawn where these are few enough", () => {
  /** @type {View} */
  const corner = { x: [0, 0.4], y: [0, 0.4] };
  const choice = choosePoints(many, corner, undefined, limits);
  assert.deepEqual([choice.dense, choice.whole], [false, false]);
  const near = [...many.order].filter((i) => insideBox(many, corner, MARGIN, i));
  assert.deepEqual([...choice.drawn], near);
  const inView = [...many.order].filter((i) => insideBox(many, corner, 0, i)).length;
  assert.ok(inView > 100 && inView < near.length);
  assert.equal(choice.inView, inView);
});

test("of too many in view a fair sample is drawn, and one of the selected ones on top", () => {
  const plain = choosePoints(many, whole, undefined, limits);
  assert.deepEqual([plain.drawn.length, plain.inView, plain.dense, plain.whole], [50, 1000, true, false]);
  assert.deepEqual([...plain.drawn], [...many.order.slice(0, 50)]);
  const mask = Uint8Array.from(many.rows, (_, i) => (i < 20 || i >= 900 ? 1 : 0));
  const { drawn } = choosePoints(many, whole, mask, limits);
  assert.equal(drawn.length, 100);
  assert.equal(new Set(drawn).size, 100);
  assert.ok([...drawn.slice(0, 50)].every((i) => !mask[i]));
  assert.ok([...drawn.slice(50)].every((i) => mask[i]));
  const fewSelected = Uint8Array.from(many.rows, (_, i) => (i < 3 ? 1 : 0));
  assert.equal(choosePoints(many, whole, fewSelected, limits).drawn.length, 53);
});

test("how many of some points are in view", () => {
  assert.equal(countInView(many, whole, many.order), 1000);
  assert.equal(countInView(many, { x: [2, 3], y: [2, 3] }, many.order), 0);
});

test("the density picture counts each point in view once, in its own cell", () => {
  const points = pointsAt([
    [0.1, 0.1],
    [0.2, 0.2],
    [0.9, 0.1],
    [0.1, 0.9],
    [5, 5],
    [1, 1], // on the far edge: beyond the last cell
  ]);
  const rows = histogram(points, whole, 2, 2);
  assert.deepEqual(rows, [
    [Math.log1p(2), Math.log1p(1)],
    [Math.log1p(1), null],
  ]);
});
