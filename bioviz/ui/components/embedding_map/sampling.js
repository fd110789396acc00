// @ts-check
// How the points in view are drawn: each as a mark where there are few, else all of them as a picture. Pure functions.

import { widened } from "./view_box.js";

/** @import { Cells } from "./cells.js" */
/** @import { Places, View } from "./view_box.js" */
/**
 * @typedef {object} Choice
 * @property {Int32Array} drawn points, in view or near it
 * @property {number} inView how many points are in view
 * @property {number} drawnInView how many of these are drawn
 * @property {boolean} pictured they are drawn as a picture, not as marks
 * @property {boolean} whole all marks of the map are drawn, wherever the view is
 */

export const MOST_MARKS = 20000; // more take a second to move where no graphics card draws them, and hide one another
export const MARGIN = 0.15; // drawn beyond the view, so that a pan does not show bare edges at once

/**
 * @param {Places & { order: Int32Array, cells: Cells }} points
 * @param {View} view
 * @param {((i: number) => boolean) | null} [isDrawn] null for all; the others are shown otherwise, as contours
 * @param {number} [mostMarks]
 * @returns {Choice}
 */
export function choosePoints(points, view, isDrawn = null, mostMarks = MOST_MARKS) {
  const total = points.order.length;
  const whole = total <= mostMarks;
  const near = whole ? points.order : points.cells.within(widened(view, MARGIN));
  const drawn = isDrawn ? kept(near, isDrawn) : near;
  const inView = whole ? total : points.cells.count(view);
  const drawnInView = isDrawn ? (whole ? drawn.length : countInView(points, view, drawn)) : inView;
  return { drawn, inView, drawnInView, pictured: drawn.length > mostMarks, whole };
}

/**
 * Those that are wanted; `filter` takes three times as long of a million.
 *
 * @param {Int32Array} indices
 * @param {(i: number) => boolean} isWanted
 */
function kept(indices, isWanted) {
  const found = new Int32Array(indices.length);
  let count = 0;
  for (let k = 0; k < indices.length; k++) if (isWanted(indices[k])) found[count++] = indices[k];
  return found.subarray(0, count);
}

/**
 * @param {Places} points
 * @param {View} view
 * @param {Int32Array} indices
 */
export function countInView({ x, y }, { x: [x0, x1], y: [y0, y1] }, indices) {
  let count = 0;
  for (const i of indices) if (x[i] >= x0 && x[i] <= x1 && y[i] >= y0 && y[i] <= y1) count++;
  return count;
}
