// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { marksOf, visible } from "../../../../bioviz/ui/components/finding_cards/lines.js";

const line = {
  id: "a",
  label: "a",
  text: "",
  value: null,
  low: null,
  high: null,
  other: null,
  strong: false,
  untold: "",
  spoken: "",
};

test("what is not known is not drawn, and never as a zero", () => {
  assert.deepEqual(marksOf(line, { reference: 0.5 }), []);
});

test("a point has its interval and the line it is read against", () => {
  const marks = marksOf({ ...line, value: 0.5, low: 0.25, high: 0.75 }, { reference: 0.4 });
  assert.deepEqual(
    marks.map(({ kind }) => kind),
    ["base", "reference", "span", "point"],
  );
  assert.deepEqual(marks[2], { kind: "span", left: 0.25, width: 0.5 });
});

test("two points are joined, whichever is the larger", () => {
  for (const [value, other] of [
    [0.75, 0.25],
    [0.25, 0.75],
  ]) {
    const span = marksOf({ ...line, value, other }, { reference: null }).find(({ kind }) => kind === "span");
    assert.deepEqual(span, { kind: "span", left: 0.25, width: 0.5 });
  }
});

test("of two hundred labels the first fifteen are shown until all are asked for", () => {
  const many = Array.from({ length: 200 }, (_, i) => i);
  assert.equal(visible(many, 15, false).length, 15);
  assert.equal(visible(many, 15, true).length, 200);
});
