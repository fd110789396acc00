// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import {
  MARGIN,
  choosePoints,
  countInView,
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

const MOST = 300; // marks
const many = pointsAt(scattered(1000));
/** @type {View} */
const whole = { x: [0, 1], y: [0, 1] };

test("all points of a small map are marks, wherever the view is", () => {
  const few = pointsAt(scattered(300));
  assert.deepEqual(choosePoints(few, { x: [0, 0.1], y: [0, 0.1] }, null, MOST), {
    drawn: few.order,
    inView: 300,
    drawnInView: 300,
    pictured: false,
    whole: true,
  });
});

test("of a large map those in view and its margin are marks where these are few enough", () => {
  /** @type {View} */
  const corner = { x: [0, 0.4], y: [0, 0.4] };
  const choice = choosePoints(many, corner, null, MOST);
  assert.deepEqual([choice.pictured, choice.whole], [false, false]);
  const near = [...many.order].filter((i) => insideBox(many, corner, MARGIN, i));
  assert.deepEqual([...choice.drawn].sort(), near.sort());
  const inView = [...many.order].filter((i) => insideBox(many, corner, 0, i)).length;
  assert.ok(inView > 100 && inView < near.length);
  assert.deepEqual([choice.inView, choice.drawnInView], [inView, inView]);
});

test("of too many in view all are drawn as a picture, none is left out", () => {
  const choice = choosePoints(many, whole, null, MOST);
  assert.deepEqual([choice.pictured, choice.inView, choice.drawnInView], [true, 1000, 1000]);
  assert.equal(new Set(choice.drawn).size, 1000);
});

test("what is shown by contours alone is counted in view, and not as drawn", () => {
  const choice = choosePoints(many, whole, (i) => i < 100, MOST);
  assert.deepEqual([choice.inView, choice.drawnInView, choice.drawn.length], [1000, 100, 100]);
  assert.ok(!choice.pictured, "few are left, so they are marks");
});

test("the cells of a map give what a look at every point gives, beyond its edges too", () => {
  const given = pointsAt(scattered(1000), { extent: { x: [0.2, 0.7], y: [0.1, 0.6] } });
  for (const points of [many, given]) {
    for (const [x0, x1, y0, y1] of [
      [0, 1, 0, 1],
      [-9, 9, -9, 9],
      [-9, 0.5, 0.3, 9],
      [0.2, 0.2001, 0.1, 0.9],
      [0.31, 0.62, 0.15, 0.55],
      [0.65, 3, 0.58, 3],
      [2, 3, 2, 3],
    ]) {
      /** @type {View} */
      const box = { x: [x0, x1], y: [y0, y1] };
      const expected = [...points.order].filter((i) => insideBox(points, box, 0, i));
      assert.deepEqual([...points.cells.within(box)].sort(), expected.sort());
      assert.equal(points.cells.count(box), expected.length);
    }
  }
});

test("how many of some points are in view", () => {
  assert.equal(countInView(many, whole, many.order), 1000);
  assert.equal(countInView(many, { x: [2, 3], y: [2, 3] }, many.order), 0);
});
