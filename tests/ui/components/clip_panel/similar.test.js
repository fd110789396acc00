// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { hoverPlace } from "../../../../bioviz/ui/components/clip_panel/hover_clip.js";
import { curveOf } from "../../../../bioviz/ui/components/clip_panel/precision_curve.js";
import {
  precisionByRank,
  precisionOf,
  precisionText,
  wilson,
} from "../../../../bioviz/ui/components/clip_panel/precision.js";
import { concerned } from "../../../../bioviz/ui/components/clip_panel/similar.js";
import { relation } from "../../../../bioviz/ui/components/clip_panel/similar_card.js";
import { searchText, similarUrl } from "../../../../bioviz/ui/components/clip_panel/similar_search.js";
import { ticked } from "../../../../bioviz/ui/components/clip_panel/similar_ticks.js";

/** @import { Found } from "../../../../bioviz/ui/components/clip_panel/similar.js" */
/** @import { Similar } from "../../../../bioviz/ui/components/clip_panel/similar_card.js" */

const near = (/** @type {number} */ a, /** @type {number} */ b, tolerance = 5e-4) =>
  assert.ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);

test("Wilson's interval is the published one", () => {
  // 7 of 10 and 10 of 10 in Wilson's formula without continuity correction (Newcombe 1998).
  const [low, high] = wilson(0.7, 10);
  near(low, 0.3968);
  near(high, 0.8922);
  near(wilson(1, 10)[0], 0.7225);
  near(wilson(1, 10)[1], 1);
  near(wilson(0, 3)[0], 0);
});

test("clips of one recording count as one", () => {
  const ten = Array.from({ length: 10 }, (_, i) => ({ rank: i + 1, unit: i, right: true }));
  const same = ten.map((each) => ({ ...each, unit: 1 }));
  near(precisionOf(ten).low, 0.7225);
  near(precisionOf(same).low, wilson(1, 1)[0]);
  assert.deepEqual([precisionOf(same).judged, precisionOf(same).units], [10, 1]);
  // Nine of one recording and one of another are hardly more than one.
  assert.ok(precisionOf([...same.slice(0, 9), { rank: 10, unit: 2, right: true }]).low < wilson(1, 2)[0]);
});

test("the interval covers the truth where clips of a recording go alike, and where they do not", () => {
  let seed = 1;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  for (const alike of [0, 0.5, 1]) {
    for (const truth of [0.3, 0.7, 0.9]) {
      let covered = 0;
      for (let run = 0; run < 1500; run++) {
        const judged = [];
        for (let unit = 0; unit < 12; unit++) {
          const whole = random() < truth;
          const size = 1 + Math.floor(random() * 6);
          for (let i = 0; i < size; i++) {
            judged.push({
              rank: judged.length + 1,
              unit,
              right: random() < alike ? whole : random() < truth,
            });
          }
        }
        const { low, high } = precisionOf(judged);
        covered += Number(low <= truth && truth <= high);
      }
      assert.ok(covered / 1500 >= 0.93, `${alike}, ${truth}: ${covered / 1500}`);
    }
  }
});

test("precision is told by rank, and how many of these were judged", () => {
  const judged = [
    { rank: 4, unit: 2, right: false },
    { rank: 1, unit: 0, right: true },
    { rank: 2, unit: 1, right: true },
  ];
  assert.deepEqual(
    precisionByRank(judged).map(({ rank, precision }) => [rank, Number(precision.toFixed(3))]),
    [
      [1, 1],
      [2, 1],
      [4, 0.667],
    ],
  );
  assert.match(
    precisionText(judged, "recording"),
    /^2 of 3 judged of the first 4 right: 67\u00a0% \(95\u00a0% interval \d+\u00a0% to \d+\u00a0%, counted as 3 recordings\)$/,
  );
  assert.match(precisionText(judged.slice(1), "file"), /^2 of the first 2 right: 100\u00a0%.*2 files\)$/);
  assert.match(precisionText([], "file"), /^Tick results/);
});

const clip = (/** @type {number} */ row, /** @type {string[]} */ labels) =>
  /** @type {Similar} */ ({
    row,
    rank: row,
    similarity: 1,
    labels,
    recording: "a",
    start_s: 0,
    end_s: 1,
    unit: 0,
    same_unit: false,
    same_recording: false,
  });

test("a second tick takes the first back, and another one replaces it", () => {
  assert.deepEqual(ticked({}, 3, true), { 3: true });
  assert.deepEqual(ticked({ 3: true }, 3, true), {});
  assert.deepEqual(ticked({ 3: true, 4: false }, 3, false), { 3: false, 4: false });
});

test("what is done is done to ticked clips that need it", () => {
  const found = [clip(1, ["owl"]), clip(2, ["background"]), clip(3, ["wren"]), clip(4, ["background"])];
  const ticks = { 1: true, 2: true, 3: false };
  const rows = (/** @type {string} */ act) => concerned(found, ticks, act, "owl").map(({ row }) => row);
  assert.deepEqual(rows("missed"), [2]);
  assert.deepEqual(rows("annotation"), [1, 2]);
  assert.deepEqual(rows("unsure"), [3]);
});

test("a search says what it was for, and names the box by its times", () => {
  const query = { row: 5, alone: false, asked: 6, labels: ["owl"], recording: "a.wav", start_s: 4, end_s: 6 };
  const found = /** @type {Found} */ ({ query, model: "GPV", unit: "file", clips: 439, similar: [] });
  const drawn = { start: 4.1, end: 4.6, low: 300, high: 900 };
  assert.equal(searchText(found).title, "Like a.wav, 4.0–6.0 s");
  assert.match(searchText(found, drawn).title, /^Like the clip that holds the box: a\.wav/);
  const alone = { ...found, query: { ...found.query, alone: true } };
  const brought = { ...found, query: { ...found.query, row: -1, recording: "my owl.wav", alone: true } };
  assert.equal(searchText(brought).title, "Like the loudest part of my owl.wav, 4.0–6.0 s");
  assert.equal(searchText(alone, drawn).title, "Like the sound of the box alone: a.wav, 4.1–4.6 s");
  assert.match(searchText(found, drawn).among, /^439 clips, labelled or not, .*GPV/);
  const source = { base: "/lab", dataset: "d", version: "v" };
  const box = { start: 4.25, end: 4.5, low: 0, high: 1 };
  const url = similarUrl(source, "abc", 7, { apart: true, first: 60, box });
  assert.equal(url, "/lab/bioviz/run/abc/similar/7.json?n=60&first=60&apart=1&from=4.2500&to=4.5000");
  assert.equal(relation({ ...clip(1, []), same_unit: true }, "session"), "same session");
  assert.equal(
    relation({ ...clip(1, []), same_unit: true, same_recording: true }, "session"),
    "same recording",
  );
});

test("the picture of a point lies beside the pointer and on the screen", () => {
  for (const pointer of [
    { x: 500, y: 400 },
    { x: 5, y: 400 },
    { x: 500, y: 3 },
    { x: 0, y: 0 },
  ]) {
    const { left, top } = hoverPlace(pointer);
    assert.ok(left >= 0 && top >= 0);
    const covers = left <= pointer.x && pointer.x <= left + 200 && top <= pointer.y && pointer.y <= top + 80;
    assert.ok(!covers);
  }
});

test("the sound of a box is asked for with its band, the clip that holds it without", () => {
  const source = { base: "", dataset: "d", version: "v" };
  const box = { start: 1, end: 2.5, low: 300, high: 900 };
  const sound = new URL(
    similarUrl(source, "abc", 7, { apart: false, first: 0, box, alone: true }),
    "http://x",
  ).searchParams;
  assert.deepEqual(
    ["by", "low", "high", "from", "to"].map((name) => sound.get(name)),
    ["sound", "300.0", "900.0", "1.0000", "2.5000"],
  );
  const clip = new URL(similarUrl(source, "abc", 7, { apart: false, first: 0, box }), "http://x")
    .searchParams;
  assert.deepEqual([clip.get("by"), clip.get("low")], [null, null]);
  assert.equal(
    new URL(
      similarUrl(source, "abc", 7, { apart: false, first: 0, alone: true }),
      "http://x",
    ).searchParams.get("by"),
    null,
  );
});

test("precision is drawn by rank, within its interval, and told in words", () => {
  const judged = [
    { rank: 1, unit: 0, right: true },
    { rank: 3, unit: 1, right: false },
  ];
  const { line, band, ranks, shares, spoken } = curveOf(judged);
  const points = line.split(" ").map((pair) => pair.split(",").map(Number));
  assert.equal(points.length, 2);
  assert.equal(points[0][1], shares[2].y, "all right is at the top");
  assert.equal(points[1][1], shares[1].y, "half right is in the middle");
  assert.deepEqual(
    ranks.map(({ text }) => text),
    ["1", "3"],
  );
  assert.equal(points[1][0], ranks[1].x);
  const edge = band.split(" ").map((pair) => pair.split(",").map(Number));
  points.forEach(([x, y], i) => {
    const [high, low] = [edge[i], edge[edge.length - 1 - i]];
    assert.ok(high[0] === x && low[0] === x && high[1] <= y && y <= low[1]);
  });
  assert.match(spoken, /^Precision by rank: 100\u00a0% of the first 1, 50\u00a0% of the first 3\.$/);
});
