// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import {
  clock,
  columnsFrom,
  paddedExtent,
  shuffle,
} from "../../../../bioviz/ui/components/embedding_map/points.js";
import { column, pointsAt } from "./sample_points.js";

/** @import { Points } from "../../../../bioviz/ui/components/embedding_map/points.js" */

test("columns are read where they lie behind the head, in every type", () => {
  const columns = [Int32Array.of(-1, 2_000_000_000), Float32Array.of(0.5, NaN), Uint16Array.of(0, 65_535, 7)];
  const placed = columns.map((values, k) => ({
    dtype: ["i4", "f4", "u2"][k],
    at: 8 * k,
    count: values.length,
  }));
  const head = new TextEncoder().encode(JSON.stringify({ note: "éé", columns: placed }).padEnd(198));
  const bytes = new Uint8Array(8 + head.length + 24);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  columns.forEach((values, k) => bytes.set(new Uint8Array(values.buffer), 8 + head.length + 8 * k));
  const read = columnsFrom(bytes.buffer);
  assert.deepEqual(/** @type {unknown} */ (read.columns), columns);
  assert.equal(read.note, "éé");
});

test("the order of drawing holds each point once, is the same each time, and is not that of the file", () => {
  const order = [...shuffle(Int32Array.from({ length: 1000 }, (_, i) => i))];
  assert.deepEqual(
    [...order].sort((a, b) => a - b),
    Array.from({ length: 1000 }, (_, i) => i),
  );
  assert.deepEqual([...shuffle(Int32Array.from({ length: 1000 }, (_, i) => i))], order);
  // The first hundred are a fair sample: about half of them from the first half of the file.
  const early = order.slice(0, 100).filter((i) => i < 500).length;
  assert.ok(early > 35 && early < 65, `${early}`);
});

test("points without a place are in no order of drawing and do not widen the map", () => {
  const points = pointsAt([
    [0, 0],
    [NaN, 5],
    [2, 1],
    [9, Infinity],
  ]);
  assert.equal(points.n, 4);
  assert.deepEqual([...points.order].sort(), [0, 2]);
  assert.deepEqual(points.extent, { x: [-0.08, 2.08], y: [-0.04, 1.04] });
});

test("a row of the dataset finds its point, and one that is not there none", () => {
  const points = pointsAt(
    [
      [0, 0],
      [1, 1],
      [2, 2],
    ],
    { rows: column("i4", [7, 2, 40]) },
  );
  assert.deepEqual(
    [7, 2, 40].map((row) => points.indexOf(row)),
    [0, 1, 2],
  );
  assert.deepEqual(
    [0, -1, 41, 3].map((row) => points.indexOf(row)),
    [-1, -1, -1, -1],
  );
  assert.equal(pointsAt([]).indexOf(0), -1);
});

test("an unknown colouring is the first", () => {
  const points = pointsAt([[0, 0]]);
  assert.equal(points.colouring("label").title, "Label");
  assert.equal(points.colouring("gone").id, "label");
  assert.equal(points.colouring(undefined).id, "label");
});

test("the hover box says a point's texts and its stretch of the recording", () => {
  const points = pointsAt(
    [
      [0, 0],
      [1, 1],
    ],
    {
      columns: [
        { kind: "text", title: "Recording", table: ["a.wav", "b.wav"], codes: column("u1", [1, 0]) },
        { kind: "span", title: "Time", start: column("f4", [59.5, 3600]), end: column("f4", [62.5, NaN]) },
      ],
    },
  );
  assert.deepEqual(points.describe(0), [
    ["Recording", "b.wav"],
    ["Time", "0:59.50 – 1:02.50"],
  ]);
  assert.deepEqual(points.describe(1)[1], ["Time", "1:00:00.00 – unknown"]);
});

test("times have hours only where there are any", () => {
  assert.equal(clock(0), "0:00.00");
  assert.equal(clock(3599.99), "59:59.99");
  assert.equal(clock(36_061.5), "10:01:01.50");
});

test("a map of one point, or of none, has an extent too", () => {
  assert.deepEqual(paddedExtent({ x: [3], y: [4], order: Int32Array.of(0) }), { x: [2, 4], y: [3, 5] });
  assert.deepEqual(paddedExtent({ x: [], y: [], order: new Int32Array(0) }), { x: [-1, 1], y: [-1, 1] });
});

test("with other marks points are the same: only the colourings behind their own change", () => {
  const points = pointsAt([[0, 0]]);
  assert.equal(points.indexOf(0), 0);
  const flags = (/** @type {string} */ digest, /** @type {number} */ code) => {
    const about = { kind: /** @type {const} */ ("categories"), id: "flags", title: "Flags" };
    const names = { names: ["not flagged", "fine"], colours: ["#888888", "#0072B2"] };
    return { digest, colourings: [{ ...about, ...names, codes: column("u2", [code]) }] };
  };
  const before = points.with(flags("none", 0));
  const after = before.with(flags("one", 1));
  const ids = (/** @type {Points} */ of) => of.colourings.map(({ id }) => id);
  assert.deepEqual([ids(points), ids(after)], [["label"], ["label", "flags"]]);
  const [, mark] = /** @type {any[]} */ (after.colourings);
  assert.deepEqual([mark.codes[0], after.colouring("flags"), after.marks?.digest], [1, mark, "one"]);
  for (const part of /** @type {const} */ (["digest", "x", "order", "made", "extent", "own"])) {
    assert.equal(after[part], points[part], part);
  }
  assert.equal(after.cells, points.cells, "made once, whoever asks first");
  assert.deepEqual(ids(after.with(null)), ["label"]);
});
