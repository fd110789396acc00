// @ts-check
// Where the spectrogram of the inspector and the marks on it lie, in pixels of its element. Pure functions.

import { clamped, heightOf } from "../shared/axes.js";

/** @import { PictureAbout } from "../shared/media.js" */
/** @typedef {{ x: number, y: number, width: number, height: number, label: string }} PlacedBox */

export const MARGIN = { left: 44, right: 16, top: 10, bottom: 34 };
export const PICTURE_HEIGHT = 220;
const LETTER_WIDTH = 6.8;
const LINE_HEIGHT = 13;
const NAMED_AGAIN_AFTER = 220;

/**
 * @param {number} seconds in the recording
 * @param {PictureAbout} about
 * @param {number} width of the picture
 */
export function timeToX(seconds, { start_s: start, end_s: end }, width) {
  return MARGIN.left + ((clamped(seconds, start, end) - start) / (end - start)) * width;
}

/**
 * @param {number} hz
 * @param {PictureAbout} about
 */
export function frequencyToY(hz, { low_hz: low, high_hz: high, axis }) {
  return MARGIN.top + (1 - heightOf(hz, low, high, axis)) * PICTURE_HEIGHT;
}

/**
 * Which part of the sound a place on the element is, undefined beside the picture.
 *
 * @param {number} x
 * @param {number} width of the picture
 */
export function xToFraction(x, width) {
  const fraction = (x - MARGIN.left) / width;
  return fraction >= 0 && fraction <= 1 ? fraction : undefined;
}

/**
 * Where the names of boxes go: into a box where it fits, else above it; of many alike side by side some only.
 *
 * @param {PlacedBox[]} boxes
 * @param {number} width of the picture
 * @returns {{ left: number, y: number, label: string }[]}
 */
export function placedLabels(boxes, width) {
  /** @type {{ left: number, right: number, y: number, label: string }[]} */
  const placed = [];
  const rightmost = MARGIN.left + width;
  for (const { x, y, width: boxWidth, label } of boxes) {
    const length = Math.min(label.length * LETTER_WIDTH, width);
    const fits = length + 6 <= boxWidth || y < MARGIN.top + 16;
    const left = Math.max(MARGIN.left + 2, Math.min(x + 3, rightmost - length));
    const at = { left, right: left + length, y: fits ? y + LINE_HEIGHT : y - 4, label };
    const taken = placed.some(
      (other) => Math.abs(other.y - at.y) < LINE_HEIGHT && other.left < at.right && at.left < other.right,
    );
    const named = placed.some(
      (other) => other.label === label && Math.abs(other.left - at.left) < NAMED_AGAIN_AFTER,
    );
    if (!taken && !named) placed.push(at);
  }
  return placed;
}
