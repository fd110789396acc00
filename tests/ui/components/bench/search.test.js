// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { ClipHistory, searched } from "../../../../bioviz/ui/components/bench/search.js";
import { column, pointsAt } from "../embedding_map/sample_points.js";

const points = pointsAt(
  [
    [0, 0],
    [1, 0],
    [2, 0],
    [3, 0],
  ],
  {
    columns: [
      {
        kind: "text",
        title: "label",
        table: ["Cat", "cat + owl", "background"],
        codes: column("u1", [0, 1, 2, 2]),
      },
      {
        kind: "text",
        title: "recording",
        table: ["a/night1.wav", "b.wav"],
        codes: column("u1", [1, 1, 0, 1]),
      },
      {
        kind: "span",
        title: "time in recording",
        start: column("f4", [0, 1, 2.1, 3]),
        end: column("f4", [3, 2, 5.1, 5]),
      },
    ],
    colourings: [
      {
        kind: "categories",
        id: "site",
        title: "Site",
        names: ["siteA", "siteB"],
        colours: ["#111111", "#222222"],
        codes: column("u1", [0, 1, 1, 1]),
      },
      {
        kind: "categories",
        id: "flags",
        title: "Flags",
        names: ["not flagged", "bad audio"],
        colours: ["#111111", "#222222"],
        codes: column("u1", [0, 0, 0, 1]),
      },
      {
        kind: "measure",
        id: "hour",
        title: "Time of day",
        unit: "h",
        low: 0,
        high: 24,
        scale: [
          [0, "#000000"],
          [1, "#ffffff"],
        ],
        values: column("f4", [12, 23, 5, NaN]),
      },
    ],
  },
);
const found = (/** @type {string} */ text) => searched(points, text) && [...(searched(points, text) ?? [])];

test("every word must fit some field of a clip, whatever the letters' case", () => {
  assert.deepEqual(found("CAT"), [1, 1, 0, 0]);
  assert.deepEqual(found("cat siteb"), [0, 1, 0, 0]);
  assert.deepEqual(found("background b.wav"), [0, 0, 0, 1]);
  assert.deepEqual(found("dodo"), [0, 0, 0, 0]);
  assert.equal(found("  "), null);
});

test("night is a time or part of a name, and day the rest of what is known", () => {
  assert.deepEqual(found("night"), [0, 1, 1, 0]);
  assert.deepEqual(found("day"), [1, 0, 0, 0]);
  assert.deepEqual(found("cat night siteB"), [0, 1, 0, 0]);
});

test("numbers are compared by the names of measures, and what has none does not fit", () => {
  assert.deepEqual(found("hour>=12"), [1, 1, 0, 0]);
  assert.deepEqual(found("time<12"), [0, 0, 1, 0], "a word of its title");
  assert.deepEqual(found("hour>6 hour<20"), [1, 0, 0, 0]);
  assert.deepEqual(found("hour>-1 cat"), [1, 1, 0, 0]);
  assert.deepEqual(found("duration=3"), [1, 0, 1, 0], "in seconds, to the millisecond");
  assert.deepEqual(found("duration>2.5 siteb"), [0, 0, 1, 0]);
  assert.deepEqual(found("snr<5"), [0, 0, 0, 0], "there is no such measure here");
});

test("flagged is any flag, and none is not found by its name", () => {
  assert.deepEqual(found("flagged"), [0, 0, 0, 1]);
  assert.deepEqual(found("bad"), [0, 0, 0, 1]);
  assert.deepEqual(found("not"), [0, 0, 0, 0]);
});

test("one goes back and forward through what was looked at, and a new clip forgets what was ahead", () => {
  const history = new ClipHistory();
  assert.equal(history.go(-1), undefined);
  for (const row of [3, 5, 5, 7]) history.visit(row);
  assert.deepEqual([history.go(-1), history.go(-1), history.go(-1)], [5, 3, undefined]);
  assert.ok(!history.canGoBack && history.canGoForward);
  assert.equal(history.go(1), 5);
  history.visit(9);
  assert.ok(!history.canGoForward);
  assert.deepEqual(history.rows, [3, 5, 9]);
  history.visit(-1);
  assert.equal(history.rows.length, 3);
});
