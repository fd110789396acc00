// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { cornersOf, decodePlaces, placesAt } from "../../../../bioviz/ui/components/epoch_map/places.js";

const maps = [new Float32Array([0, 0, 1, 1]), new Float32Array([1, 0, 1, 0]), new Float32Array([1, 1, 0, 0])];

test("places are little-endian float32 in base64", () => {
  const packed = Buffer.from(new Float32Array([0.25, 0.5]).buffer).toString("base64");
  assert.deepEqual([...decodePlaces(packed)], [0.25, 0.5]);
});

test("at an epoch the points are where that epoch has them", () => {
  maps.forEach((places, epoch) => assert.deepEqual([...placesAt(maps, epoch)], [...places]));
});

test("between two epochs they are on straight lines", () => {
  assert.deepEqual([...placesAt(maps, 0.5)], [0.5, 0, 1, 0.5]);
  assert.deepEqual([...placesAt(maps, 1.25)], [1, 0.25, 0.75, 0]);
});

test("before the first and after the last epoch nothing moves", () => {
  assert.deepEqual([...placesAt(maps, -1)], [...maps[0]]);
  assert.deepEqual([...placesAt(maps, 7)], [...maps[2]]);
  assert.deepEqual([...placesAt(maps.slice(0, 1), 0.5)], [...maps[0]]);
});

test("every shape beside the circle has corners", () => {
  for (const shape of ["triangle-up", "square", "diamond"]) assert.ok(cornersOf(shape).length >= 3);
  assert.deepEqual(cornersOf("circle"), []);
});
