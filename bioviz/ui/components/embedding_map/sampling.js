// @ts-check
// Which points to draw: all of them where the browser can, else a fair sample of those in view (and one of the
// selected ones on top), over a density picture of all. Pure functions.

import { insideBox } from "./view_box.js";

/** @import { Places, View } from "./view_box.js" */
/**
 * @typedef {object} Choice
 * @property {Int32Array} drawn points
 * @property {number} inView how many points are in view
 * @property {boolean} dense whether the density picture is drawn
 * @property {boolean} whole whether all points are drawn
 */

export const MOST_DRAWN = 100000;
export const SAMPLE = 30000;
export const MARGIN = 0.15; // drawn beyond the view, so that a pan does not show bare edges at once

/**
 * @param {Places & { order: Int32Array }} points
 * @param {View} view
 * @param {Uint8Array | undefined} mask of what is selected
 * @param {{ mostDrawn: number, sample: number }} [limits]
 * @returns {Choice}
 */
export function choosePoints(
  points,
  view,
  mask,
  { mostDrawn, sample } = { mostDrawn: MOST_DRAWN, sample: SAMPLE },
) {
  const total = points.order.length;
  if (total <= mostDrawn) return { drawn: points.order, inView: total, dense: false, whole: true };
  const near = points.order.filter((i) => insideBox(points, view, MARGIN, i));
  const inView = countInView(points, view, near);
  if (near.length <= mostDrawn) return { drawn: near, inView, dense: false, whole: false };
  if (!mask) return { drawn: near.slice(0, sample), inView, dense: true, whole: false };
  const others = near.filter((i) => !mask[i]).slice(0, sample);
  const selected = near.filter((i) => mask[i]).slice(0, sample);
  return { drawn: concatenated(others, selected), inView, dense: true, whole: false };
}

/**
 * @param {Places} points
 * @param {View} view
 * @param {Int32Array} indices
 */
export function countInView(points, view, indices) {
  let count = 0;
  for (const i of indices) if (insideBox(points, view, 0, i)) count++;
  return count;
}

/**
 * @param {Int32Array} a
 * @param {Int32Array} b
 */
function concatenated(a, b) {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/**
 * Points per cell of a grid over a view, as rows for a heat map: the logarithm of one more than their number; empty
 * cells are null, so that they stay clear.
 *
 * @param {Places & { order: Int32Array }} points
 * @param {View} view
 * @param {number} columns
 * @param {number} lines
 * @returns {(number | null)[][]}
 */
export function histogram(points, view, columns, lines) {
  const cells = new Float64Array(columns * lines);
  const sx = columns / (view.x[1] - view.x[0]);
  const sy = lines / (view.y[1] - view.y[0]);
  for (const i of points.order) {
    const c = Math.floor((points.x[i] - view.x[0]) * sx);
    const l = Math.floor((points.y[i] - view.y[0]) * sy);
    if (c >= 0 && c < columns && l >= 0 && l < lines) cells[l * columns + c]++;
  }
  return Array.from({ length: lines }, (_, l) =>
    Array.from(cells.subarray(l * columns, (l + 1) * columns), (count) => (count ? Math.log1p(count) : null)),
  );
}
