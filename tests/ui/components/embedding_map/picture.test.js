// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { pictureOf } from "../../../../bioviz/ui/components/embedding_map/picture.js";
import { LIGHT as theme, column, pointsAt, scattered } from "./sample_points.js";

/** @import { Drawing } from "../../../../bioviz/ui/components/embedding_map/figure.js" */

/** @type {[number, number][]} in the four quarters of a unit square: upper left, lower left, lower right, none */
const places = [
  [0.1, 0.9],
  [0.2, 0.8],
  [0.3, 0.7],
  [0.1, 0.1],
  [0.2, 0.2],
  [0.9, 0.1],
];
const points = pointsAt(places, {
  background: column("u1", [0, 0, 0, 1, 0, 1]),
  colourings: [
    {
      kind: "categories",
      id: "label",
      title: "Label",
      names: ["background", "wren", "owl"],
      colours: ["#888888", "#0072b2", "#d55e00"],
      codes: column("u2", [1, 2, 1, 0, 2, 0]),
    },
    {
      kind: "measure",
      id: "level",
      title: "Level",
      unit: "dB",
      low: 0,
      high: 255,
      scale: [
        [0, "#000000"],
        [1, "#ffffff"],
      ],
      values: column("f4", [0, 100, 200, NaN, 51, 255]),
    },
  ],
});

/** @type {(...given: Parameters<typeof pictureOf>) => import("../../../../bioviz/ui/components/embedding_map/picture.js").Picture} */
function painted(...given) {
  const steps = pictureOf(...given);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/**
 * The colour and solidity of each quarter.
 *
 * @param {string} id of the colouring
 * @param {Partial<Drawing>} [more]
 */
function quarters(id, more = {}) {
  const state = /** @type {any} */ ({
    colouring: points.colouring(id),
    choice: { drawn: points.order },
    active: () => true,
    ...more,
  });
  const { pixels } = painted(points, state, { x: [0, 1], y: [0, 1] }, { columns: 2, lines: 2 }, theme);
  return [0, 1, 2, 3].map((k) => [...pixels.subarray(4 * k, 4 * k + 4)]);
}

const [UPPER_LEFT, UPPER_RIGHT, LOWER_LEFT, LOWER_RIGHT] = [0, 1, 2, 3];

test("a spot has the colour of most of its clips, up is up, and where nothing is the page shows", () => {
  const seen = quarters("label");
  assert.deepEqual(seen[UPPER_LEFT].slice(0, 3), [0, 114, 178]);
  assert.equal(seen[UPPER_LEFT][3], 255, "the fullest spot hides what is below");
  assert.equal(seen[UPPER_RIGHT][3], 0);
  for (const drawn of [Int32Array.of(1, 0, 2), Int32Array.of(0, 2, 1)]) {
    const few = quarters("label", { choice: /** @type {any} */ ({ drawn }) });
    assert.deepEqual(few[UPPER_LEFT].slice(0, 3), [0, 114, 178], "whichever of them comes first");
  }
  assert.deepEqual(seen[LOWER_RIGHT].slice(0, 3), [136, 136, 136]);
});

test("a single call is seen on background, which lies below it", () => {
  const [red, , blue, solid] = quarters("label")[LOWER_LEFT];
  assert.ok(red > 190 && blue < 60, "it is the owl's colour, a little of the grey");
  assert.ok(solid > 150);
});

test("of a measure a spot has the mean's colour, and grey where none has a value", () => {
  const seen = quarters("level");
  assert.ok(Math.abs(seen[UPPER_LEFT][0] - 100) <= 1);
  const alone = quarters("level", { choice: /** @type {any} */ ({ drawn: Int32Array.of(3) }) });
  assert.deepEqual(alone[LOWER_LEFT].slice(0, 3), [163, 167, 176]);
});

test("what is not looked at is grey, and lies below", () => {
  const seen = quarters("label", { active: (i) => i === 1 });
  assert.ok(seen[UPPER_LEFT][0] > 190, "the one owl is above two grey wrens");
  assert.deepEqual(seen[LOWER_LEFT].slice(0, 3), [163, 167, 176]);
});

test("clips beyond the picture are left out of it", () => {
  const state = /** @type {any} */ ({
    colouring: points.colouring("label"),
    choice: { drawn: points.order },
    active: () => true,
  });
  const { pixels } = painted(points, state, { x: [0.5, 1], y: [0.5, 1] }, { columns: 1, lines: 1 }, theme);
  assert.equal(pixels[3], 0);
});

test("a picture of many is made in steps, so that the page answers in between", () => {
  const many = pointsAt(scattered(120_000));
  const state = /** @type {any} */ ({
    colouring: many.colouring("label"),
    choice: { drawn: many.order },
    active: () => true,
  });
  const steps = pictureOf(many, state, many.extent, { columns: 9, lines: 9 }, theme);
  const values = [...steps];
  assert.equal(
    values.length,
    3 + 3 + 1,
    "50,000 at a time are placed, then coloured; then all spots are painted",
  );
});
