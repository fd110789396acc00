// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { unpackedClips } from "../../../../bioviz/ui/components/gallery/clips.js";

const packed = (/** @type {number[]} */ ...numbers) =>
  Buffer.from(new Int32Array(numbers).buffer).toString("base64");

test("each clip has its own label, file and start, in the order sent", () => {
  const clips = unpackedClips({
    rows: packed(9, 4, 7),
    labels: packed(1, 0, 1),
    labelNames: ["background", "wren"],
    files: packed(0, 0, 1),
    fileNames: ["a.wav", "b.wav"],
    starts: [1.5, 0, 3],
  });
  assert.deepEqual(clips, [
    { row: 9, label: "wren", file: "a.wav", start: 1.5 },
    { row: 4, label: "background", file: "a.wav", start: 0 },
    { row: 7, label: "wren", file: "b.wav", start: 3 },
  ]);
});

test("no clips are none", () => {
  const none = { rows: "", labels: "", labelNames: [], files: "", fileNames: [], starts: [] };
  assert.deepEqual(unpackedClips(none), []);
});
