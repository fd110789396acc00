// @ts-check
// A box on a spectrogram: drawn between two corners, moved, and resized by its handles. Pure functions.

import { clamped } from "../shared/axes.js";
import { along, hzAlong, toPixels } from "./viewport.js";

/** @import { Box } from "../shared/axes.js" */
/** @import { Frame, Place, View } from "./viewport.js" */
/** @typedef {{ start: number, end: number, low: number, high: number }} DrawnBox seconds in the recording, Hz */
/** @typedef {"nw" | "n" | "ne" | "e" | "se" | "s" | "sw" | "w" | "move"} Handle */
/** @typedef {{ x: number, y: number, width: number, height: number }} Rect */

export const GRIP = 7; // pixels around a handle or an edge that count as it
const LEAST_S = 0.002;
const LEAST_HZ = 10;
const HALF = 4; // of a handle, pixels

/**
 * @param {Place} a
 * @param {Place} b
 * @param {View} whole that it stays in
 * @returns {DrawnBox}
 */
export function boxBetween(a, b, whole) {
  const t = [a.seconds, b.seconds].map((s) => clamped(s, whole.start, whole.end)).sort((p, q) => p - q);
  const f = [a.hz, b.hz].map((hz) => clamped(hz, whole.low, whole.high)).sort((p, q) => p - q);
  return atLeast({ start: t[0], end: t[1], low: f[0], high: f[1] }, whole);
}

/**
 * @param {DrawnBox} box
 * @param {View} whole
 * @returns {DrawnBox} neither too short nor too narrow to be heard
 */
function atLeast({ start, end, low, high }, whole) {
  const length = Math.min(Math.max(end - start, LEAST_S), whole.end - whole.start);
  const width = Math.min(Math.max(high - low, LEAST_HZ), whole.high - whole.low);
  const from = Math.min(start, whole.end - length);
  const lowest = Math.min(low, whole.high - width);
  return { start: from, end: from + length, low: lowest, high: lowest + width };
}

/**
 * The same box after a drag from one place to another.
 *
 * @param {DrawnBox} box
 * @param {Handle} handle
 * @param {Place} from
 * @param {Place} to
 * @param {View} whole
 * @param {"linear" | "mel"} axis
 * @returns {DrawnBox}
 */
export function dragged(box, handle, from, to, whole, axis) {
  const seconds = to.seconds - from.seconds;
  const heights = along(to.hz, axis) - along(from.hz, axis);
  if (handle === "move") {
    const by = clamped(seconds, whole.start - box.start, whole.end - box.end);
    const [low, high] = [along(box.low, axis), along(box.high, axis)];
    const up = clamped(heights, along(whole.low, axis) - low, along(whole.high, axis) - high);
    return {
      start: box.start + by,
      end: box.end + by,
      low: hzAlong(low + up, axis),
      high: hzAlong(high + up, axis),
    };
  }
  const moved = (/** @type {number} */ hz) => hzAlong(along(hz, axis) + heights, axis);
  const has = (/** @type {string} */ side) => handle.includes(side);
  return boxBetween(
    { seconds: has("w") ? box.start + seconds : box.start, hz: has("s") ? moved(box.low) : box.low },
    { seconds: has("e") ? box.end + seconds : box.end, hz: has("n") ? moved(box.high) : box.high },
    whole,
  );
}

/**
 * @param {DrawnBox} box
 * @param {Frame} frame
 * @returns {Rect} in pixels, of which some may lie beside the picture
 */
export function rectOf({ start, end, low, high }, frame) {
  const [a, b] = [toPixels({ seconds: start, hz: high }, frame), toPixels({ seconds: end, hz: low }, frame)];
  return { x: a.x, y: a.y, width: b.x - a.x, height: b.y - a.y };
}

/**
 * Which of several boxes lies at a place: of those on one another the smallest.
 *
 * @param {Box[]} boxes
 * @param {Place} place
 * @returns {number} -1 for none
 */
export function boxAt(boxes, { seconds, hz }) {
  let [smallest, size] = [-1, Infinity];
  for (const [index, [start, end, low, high]] of boxes.entries()) {
    const within = seconds >= start && seconds <= end && hz >= (low ?? 0) && hz <= (high ?? Infinity);
    const area = (end - start) * ((high ?? 1e6) - (low ?? 0));
    if (within && area < size) [smallest, size] = [index, area];
  }
  return smallest;
}

/**
 * Where the handles of a box are drawn.
 *
 * @param {Rect} rect
 * @returns {Rect[]} its corners
 */
export function handlesOf({ x, y, width, height }) {
  return [x, x + width].flatMap((cx) =>
    [y, y + height].map((cy) => ({ x: cx - HALF, y: cy - HALF, width: 2 * HALF, height: 2 * HALF })),
  );
}

/**
 * What a press at a pixel takes hold of.
 *
 * @param {number} x
 * @param {number} y
 * @param {Rect} rect of the box
 * @returns {Handle | undefined} undefined beside the box
 */
export function handleAt(x, y, rect) {
  const { x: left, y: top, width, height } = rect;
  const [right, bottom] = [left + width, top + height];
  if (x < left - GRIP || x > right + GRIP || y < top - GRIP || y > bottom + GRIP) return undefined;
  // A box smaller than its grips can still be moved: its inner third always does.
  const [gripX, gripY] = [Math.min(GRIP, width / 3), Math.min(GRIP, height / 3)];
  const vertical = y < top + gripY ? "n" : y > bottom - gripY ? "s" : "";
  const horizontal = x < left + gripX ? "w" : x > right - gripX ? "e" : "";
  return /** @type {Handle} */ (vertical + horizontal || "move");
}

/** @type {Record<Handle, string>} */
export const CURSORS = {
  nw: "nwse-resize",
  se: "nwse-resize",
  ne: "nesw-resize",
  sw: "nesw-resize",
  n: "ns-resize",
  s: "ns-resize",
  e: "ew-resize",
  w: "ew-resize",
  move: "move",
};
