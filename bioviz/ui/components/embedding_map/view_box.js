// @ts-check
// What part of the map is in view, and how it becomes pixels of the stage. Pure functions.

/** @typedef {[low: number, high: number]} Range */
/** @typedef {{ x: Range, y: Range }} View in map coordinates */
/** @typedef {[x: number, y: number]} Pixel of the stage */
/** @typedef {{ left: number, top: number, width: number, height: number }} PixelBox */
/**
 * @typedef {object} Transform px = x * ax + bx, py = y * ay + by
 * @property {number} ax
 * @property {number} bx
 * @property {number} ay
 * @property {number} by
 * @property {PixelBox} box of the plot
 */
/** @typedef {{ range: Range, _length: number, _offset: number }} PlotAxis as plotly has it */
/** @typedef {{ x: ArrayLike<number>, y: ArrayLike<number> }} Places */

/**
 * @param {PlotAxis} xaxis
 * @param {PlotAxis} yaxis whose pixels are counted downwards
 * @returns {Transform}
 */
export function transformOf(xaxis, yaxis) {
  const ax = xaxis._length / (xaxis.range[1] - xaxis.range[0]);
  const ay = -yaxis._length / (yaxis.range[1] - yaxis.range[0]);
  return {
    ax,
    bx: xaxis._offset - xaxis.range[0] * ax,
    ay,
    by: yaxis._offset - yaxis.range[1] * ay,
    box: { left: xaxis._offset, top: yaxis._offset, width: xaxis._length, height: yaxis._length },
  };
}

/**
 * @param {Transform} to
 * @param {number} x
 * @param {number} y
 * @returns {Pixel}
 */
export const toPixel = (to, x, y) => [x * to.ax + to.bx, y * to.ay + to.by];

/**
 * @param {Transform} to
 * @param {Pixel} pixel
 * @returns {[x: number, y: number]} in map coordinates
 */
export const fromPixel = (to, [px, py]) => [(px - to.bx) / to.ax, (py - to.by) / to.ay];

/**
 * Whether two views are one, but for rounding.
 *
 * @param {View} a
 * @param {View} b
 */
export function sameView(a, b) {
  /** @type {(p: number, q: number, scale: number) => boolean} */
  const near = (p, q, scale) => Math.abs(p - q) <= 1e-9 * Math.abs(scale);
  /** @type {(p: Range, q: Range) => boolean} */
  const same = (p, q) => near(p[0], q[0], q[1] - q[0]) && near(p[1], q[1], q[1] - q[0]);
  return same(a.x, b.x) && same(a.y, b.y);
}

/**
 * A view of the same size with a place in its middle.
 *
 * @param {View} view
 * @param {number} x
 * @param {number} y
 * @returns {View}
 */
export function centredOn(view, x, y) {
  /** @type {(range: Range, middle: number) => Range} */
  const around = ([low, high], middle) => [middle - (high - low) / 2, middle + (high - low) / 2];
  return { x: around(view.x, x), y: around(view.y, y) };
}

/**
 * A view with a margin on all sides.
 *
 * @param {View} view
 * @param {number} margin as a part of its size
 * @returns {View}
 */
export function widened(view, margin) {
  /** @type {(range: Range) => Range} */
  const wider = ([low, high]) => [low - margin * (high - low), high + margin * (high - low)];
  return { x: wider(view.x), y: wider(view.y) };
}

/**
 * Whether a point is in a view, or within a margin of it.
 *
 * @param {Places} points
 * @param {View} view
 * @param {number} margin as a part of the view's size
 * @param {number} i
 */
export function insideBox(points, view, margin, i) {
  const dx = margin * (view.x[1] - view.x[0]);
  const dy = margin * (view.y[1] - view.y[0]);
  const [x, y] = [points.x[i], points.y[i]];
  return x >= view.x[0] - dx && x <= view.x[1] + dx && y >= view.y[0] - dy && y <= view.y[1] + dy;
}
