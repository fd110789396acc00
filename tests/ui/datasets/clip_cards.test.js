// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { boxStyle } from "../../../bioviz/ui/datasets/clip_cards.js";

test("a box covers its share of the picture, from the left and from below, in its label's colour", () => {
  assert.equal(
    boxStyle([0.25, 0.5, 0.1, 0.9, "wren", "#0072B2"]),
    "left:25.00%;width:25.00%;bottom:10.00%;height:80.00%;--box:#0072B2",
  );
});

test("a box never sticks out of the picture", () => {
  assert.equal(
    boxStyle([-1, 3, 0, 1, "wren", "#0072B2"]),
    "left:0.00%;width:100.00%;bottom:0.00%;height:100.00%;--box:#0072B2",
  );
});
