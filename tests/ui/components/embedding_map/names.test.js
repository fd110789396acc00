// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import {
  backgroundDensity,
  densityContours,
} from "../../../../bioviz/ui/components/embedding_map/density.js";
import {
  Crowd,
  centresOf,
  outlineRound,
  placedNames,
} from "../../../../bioviz/ui/components/embedding_map/names.js";
import { LIGHT as theme, column, pointsAt, scattered } from "./sample_points.js";

/** @import { Transform } from "../../../../bioviz/ui/components/embedding_map/view_box.js" */

const box = { left: 0, top: 0, width: 600, height: 400 };
/** @type {Transform} of a unit square */
const to = { ax: 600, bx: 0, ay: -400, by: 400, box };

test("points are counted in any area", () => {
  const points = pointsAt(scattered(500));
  const crowd = new Crowd(points, to);
  assert.equal(crowd.within({ left: 0, top: 0, right: 600, bottom: 402 }), 500);
  const area = { left: 60, top: 36, right: 300, bottom: 240 };
  const inside = points.order.filter((i) => {
    const [px, py] = [points.x[i] * 600, 400 - points.y[i] * 400];
    return px >= 60 && px < 300 && py >= 36 && py < 240;
  });
  assert.equal(crowd.within(area), inside.length);
});

test("the centre of a name is one of its points, in their middle", () => {
  const points = pointsAt([
    [0, 0],
    [0.1, 0],
    [0.9, 0.9],
    [0.5, 0.5],
  ]);
  const [first, second, none] = centresOf(points, [0, 0, 0, 1], 3);
  assert.deepEqual(
    first?.map((value) => Math.round(10 * value) / 10),
    [0.1, 0],
  );
  assert.deepEqual(second, [0.5, 0.5]);
  assert.equal(none, null);
});

test("names lie in the picture, beside one another, and where points are few", () => {
  const points = pointsAt(scattered(60).map(([x, y]) => [0.4 + 0.1 * x, 0.4 + 0.1 * y]));
  const names = ["wren", "robin", "blackbird"].map((text, code) => ({
    code,
    text,
    centre: /** @type {[number, number]} */ ([270, 220]),
  }));
  const crowd = new Crowd(points, to);
  const placed = placedNames(names, crowd, box);
  assert.equal(placed.length, 3);
  for (const { at } of placed) {
    assert.ok(at[0] > 0 && at[0] < 600 && at[1] > 0 && at[1] < 400);
    const covered = crowd.within({ left: at[0] - 20, right: at[0] + 20, top: at[1] - 8, bottom: at[1] + 8 });
    assert.ok(covered < 10, `${covered} points are covered`);
  }
  const ys = placed.map(({ at }) => at);
  assert.ok(ys.every((a, k) => ys.every((b, l) => k === l || Math.hypot(a[0] - b[0], a[1] - b[1]) > 15)));
  const outside = [{ code: 0, text: "far", centre: /** @type {[number, number]} */ ([900, 100]) }];
  assert.deepEqual(placedNames(outside, crowd, box), []);
});

test("an outline goes round its places with room, whatever their number", () => {
  for (const places of [
    [[10, 10]],
    [
      [10, 10],
      [50, 10],
    ],
    [
      [0, 0],
      [30, 0],
      [0, 30],
      [10, 10],
    ],
  ]) {
    const pixels = /** @type {[number, number][]} */ (places);
    const outline = outlineRound(pixels, 14);
    assert.ok(outline.length >= 12 - 1);
    for (const [x, y] of pixels) {
      const nearest = Math.min(...outline.map(([ox, oy]) => Math.hypot(ox - x, oy - y)));
      assert.ok(nearest >= 14 - 1e-9);
    }
  }
});

test("background's density is highest where most of it lies, and says nothing of a few clips", () => {
  /** @type {[number, number][]} */
  const places = [...Array(30).fill([0.2, 0.2]), ...Array(10).fill([0.8, 0.8]), [0, 0], [1, 1]];
  const ones = column(
    "u1",
    places.map(() => 1),
  );
  const lines = backgroundDensity(pointsAt(places, { background: ones }));
  assert.ok(lines);
  const highest = Math.max(...lines.flat());
  assert.ok(Math.abs(highest - 1) < 1e-9);
  const at = lines.findIndex((line) => line.includes(highest));
  assert.ok(at < lines.length / 2, "the crowd is in the lower half");
  assert.equal(backgroundDensity(pointsAt(places)), null);
  const [trace] = densityContours(pointsAt(places, { background: ones }), theme);
  assert.equal(trace.type, "contour");
  assert.ok(Math.max(...trace.z.flat()) <= 5);
  assert.deepEqual(densityContours(pointsAt(places), theme), []);
});

test("contours are strong in the dark only where they stand for dots: on top of them the dots would drown", () => {
  /** @type {[number, number][]} */
  const places = [...Array(30).fill([0.2, 0.2]), [0, 0], [1, 1]];
  const background = column(
    "u1",
    places.map(() => 1),
  );
  const dark = { ...theme, dark: true };
  const colours = (/** @type {boolean} */ isAlone, of = dark) =>
    densityContours(pointsAt(places, { background }), of, isAlone)[0].colorscale;
  assert.deepEqual(colours(false), colours(false, theme));
  assert.notDeepEqual(colours(true), colours(false));
  assert.deepEqual(colours(true, theme), colours(false, theme));
});
