// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { chosenList, clipLists } from "../../../../bioviz/ui/components/bench/lists.js";
import { valueOfMask } from "../../../../bioviz/ui/components/embedding_map/picking.js";
import { ActLog } from "../../../../bioviz/ui/components/shared/acts.js";
import { pointsAt } from "../embedding_map/sample_points.js";

const points = pointsAt([
  [0, 0],
  [1, 0],
  [2, 0],
]);
const packed = Buffer.from(Int32Array.of(20, 0).buffer).toString("base64");
const tab = (/** @type {string} */ id, /** @type {string | null} */ rows) => ({
  id,
  title: id,
  rows,
  noun: "clips",
  order: "",
  empty: "none",
});
const tabs = [tab("worst", packed), tab("selected", null), tab("all", null)];

test("a tab has the clips that Python sent, those of the map, or those selected on it", () => {
  const log = new ActLog();
  const rows = () => clipLists(tabs, points, log).map((list) => [...list.clips]);
  assert.deepEqual(rows(), [[20, 0], [], [0, 10, 20]]);
  const value = valueOfMask(points, Uint8Array.of(0, 1, 1));
  log.act("selection", value, "map", { rows: Int32Array.of(10, 20) });
  assert.deepEqual(rows()[1], [10, 20]);
  const coming = clipLists(tabs, undefined, log);
  assert.deepEqual([...coming[0].clips], [20, 0]);
  assert.ok(!coming[0].isComing && coming[1].isComing && coming[2].isComing);
});

test("the list is the one named, the usual one, or on its way", () => {
  const lists = clipLists(tabs, points, new ActLog());
  assert.equal(chosenList(lists, "all", "worst").id, "all");
  assert.equal(chosenList(lists, "", "worst").id, "worst");
  assert.equal(chosenList(lists, "gossip", "worst").id, "worst");
  const coming = chosenList(lists, "label:4", "worst");
  assert.ok(coming.id === "label:4" && coming.isComing && coming.clips.length === 0);
});
