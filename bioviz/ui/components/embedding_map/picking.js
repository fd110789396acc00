// @ts-check
// Which point is meant: by a click, an arrow key, an outline or a list of rows. Pure functions.

import { hasNameOf } from "./points.js";
import { fromPixel, toPixel } from "./view_box.js";

/** @import { Act } from "../shared/acts.js" */
/** @import { Drawing } from "./figure.js" */
/** @import { Points } from "./points.js" */
/** @import { Pixel, Places, Transform } from "./view_box.js" */
/** @typedef {{ mask: Uint8Array, count: number }} Masked of each point whether it is in, and how many are */
/** @typedef {Masked & { polygon: [x: number, y: number][] | null }} Selection */

/**
 * Nearest drawn point to a pixel, -1 for none within the radius. Points that `active` refuses (greyed out) only count
 * where no active one is near enough.
 *
 * @param {Places} points
 * @param {Int32Array} candidates
 * @param {Transform} to
 * @param {Pixel} pixel
 * @param {number} radius pixels
 * @param {(i: number) => boolean} active
 */
export function nearest(points, candidates, to, [px, py], radius, active) {
  let [best, bestDistance, spare, spareDistance] = [-1, radius * radius, -1, radius * radius];
  for (const i of candidates) {
    const dx = points.x[i] * to.ax + to.bx - px;
    const dy = points.y[i] * to.ay + to.by - py;
    const distance = dx * dx + dy * dy;
    if (distance > spareDistance && distance > bestDistance) continue;
    if (active(i)) {
      if (distance <= bestDistance) [best, bestDistance] = [i, distance];
    } else if (distance <= spareDistance) [spare, spareDistance] = [i, distance];
  }
  return best >= 0 ? best : spare;
}

/**
 * The points of a large map about a pixel, so that not all are asked how far they are.
 *
 * @param {Points} points
 * @param {Transform} to
 * @param {Pixel} pixel
 * @param {number} radius pixels
 */
export function aroundPixel({ cells }, to, [px, py], radius) {
  const [x0, y0] = fromPixel(to, [px - radius, py + radius]);
  const [x1, y1] = fromPixel(to, [px + radius, py - radius]);
  return cells.within({ x: [x0, x1], y: [y0, y1] });
}

/**
 * The nearest point in the direction of an arrow key, within 45 degrees of it; -1 for none.
 *
 * @param {Places} points
 * @param {Int32Array} candidates
 * @param {Transform} to
 * @param {Pixel} from
 * @param {[dx: number, dy: number]} direction of length 1, in pixels
 * @param {(i: number) => boolean} active
 */
export function nearestTowards(points, candidates, to, from, [dx, dy], active) {
  let [best, shortest] = [-1, Infinity];
  for (const i of candidates) {
    if (!active(i)) continue;
    const [px, py] = toPixel(to, points.x[i], points.y[i]);
    const along = (px - from[0]) * dx + (py - from[1]) * dy;
    const across = Math.abs((px - from[0]) * dy) + Math.abs((py - from[1]) * dx);
    const distance = along + across;
    if (along > 0 && across <= along && distance < shortest) [best, shortest] = [i, distance];
  }
  return best;
}

/**
 * The drawn point that is meant by a pixel, -1 for none.
 *
 * @param {Points} points
 * @param {Pick<Drawing, "choice" | "active" | "isDrawn">} state
 * @param {Transform} to
 * @param {Pixel} pixel
 * @param {number} radius pixels
 */
export function pointNear(points, { choice, active, isDrawn }, to, pixel, radius) {
  const near = choice.pictured
    ? aroundPixel(points, to, pixel, radius).filter((i) => isDrawn(i))
    : choice.drawn;
  return nearest(points, near, to, pixel, radius, active);
}

/**
 * The drawn point that an arrow key leads to, from the picked one or else the middle of the view; -1 for none.
 *
 * @param {Points} points
 * @param {Pick<Drawing, "choice" | "active">} state
 * @param {Transform} to
 * @param {number} picked -1 for none
 * @param {[dx: number, dy: number]} direction of length 1, in pixels
 */
export function pointTowards(points, { choice, active }, to, picked, direction) {
  const { left, top, width, height } = to.box;
  /** @type {Pixel} */
  const from =
    picked >= 0 ? toPixel(to, points.x[picked], points.y[picked]) : [left + width / 2, top + height / 2];
  return nearestTowards(points, choice.drawn, to, from, direction, (k) => k !== picked && active(k));
}

const STRIPS = 512;

/**
 * The points within an outline, by the even-odd rule with half-open edges, in the same arithmetic as
 * bioviz/plots/geometry.py. The outline's edges are laid into horizontal strips first, so that a point meets the few
 * edges at its own height.
 *
 * @param {Places & { n: number, order: Int32Array }} points
 * @param {[x: number, y: number][]} polygon
 * @param {(i: number) => boolean} wanted
 * @returns {Masked}
 */
export function maskInside(points, polygon, wanted) {
  const mask = new Uint8Array(points.n);
  const heights = polygon.map(([, y]) => y);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  if (low === high) return { mask, count: 0 };
  const stripOf = (/** @type {number} */ y) =>
    Math.min(STRIPS - 1, Math.floor(((y - low) / (high - low)) * STRIPS));
  /** @type {number[][]} of each strip's edges ax, ay, bx, by, one edge after the other */
  const strips = Array.from({ length: STRIPS }, () => []);
  polygon.forEach((b, k) => {
    const a = polygon[(k + polygon.length - 1) % polygon.length];
    if (a[1] === b[1]) return; // a level edge is never crossed
    const [first, last] = [stripOf(Math.min(a[1], b[1])), stripOf(Math.max(a[1], b[1]))];
    for (let s = first; s <= last; s++) strips[s].push(...a, ...b);
  });
  const { x: xs, y: ys, order } = points;
  let count = 0;
  for (let k = 0; k < order.length; k++) {
    const i = order[k];
    const y = ys[i];
    if (!(y >= low && y <= high) || !wanted(i)) continue;
    const x = xs[i];
    const strip = strips[stripOf(y)];
    let odd = 0;
    for (let e = 0; e < strip.length; e += 4) {
      const [ay, by] = [strip[e + 1], strip[e + 3]];
      if (ay <= y !== by <= y && x < ((strip[e + 2] - strip[e]) * (y - ay)) / (by - ay) + strip[e]) odd ^= 1;
    }
    mask[i] = odd;
    count += odd;
  }
  return { mask, count };
}

/**
 * @param {Pick<Points, "n" | "indexOf">} points
 * @param {ArrayLike<number>} rows of the dataset
 * @returns {Masked}
 */
export function maskOfRows(points, rows) {
  const mask = new Uint8Array(points.n);
  let count = 0;
  for (let k = 0; k < rows.length; k++) {
    const i = points.indexOf(rows[k]);
    if (i >= 0 && !mask[i]) {
      mask[i] = 1;
      count++;
    }
  }
  return { mask, count };
}

/**
 * @param {Pick<Points, "rows">} points
 * @param {Uint8Array} mask
 */
export function rowsOfMask({ rows }, mask) {
  const chosen = new Int32Array(rows.length);
  let count = 0;
  for (let i = 0; i < rows.length; i++) if (mask[i]) chosen[count++] = rows[i];
  return chosen.slice(0, count);
}

/**
 * The value of an act that selects these points, for Python: a bit a point.
 *
 * @param {Pick<Points, "places">} points
 * @param {Uint8Array} mask
 */
export function valueOfMask({ places }, mask) {
  const bytes = new Uint8Array(Math.ceil(mask.length / 8));
  mask.forEach((on, i) => {
    if (on) bytes[i >> 3] |= 128 >> (i & 7);
  });
  let text = "";
  for (let k = 0; k < bytes.length; k += 8192) text += String.fromCharCode(...bytes.subarray(k, k + 8192));
  return { mask: btoa(text), places };
}

/**
 * The points that such a value has a bit for.
 *
 * @param {Pick<Points, "n">} points
 * @param {string} bits
 * @returns {Masked}
 */
function maskOfBits({ n }, bits) {
  const bytes = atob(bits);
  const mask = Uint8Array.from({ length: n }, (_, i) => (bytes.charCodeAt(i >> 3) >> (7 - (i & 7))) & 1);
  return { mask, count: mask.reduce((sum, on) => sum + on, 0) };
}

/**
 * What an act of selecting means on these points. An outline counts on the points that it was drawn on; other maps of
 * the page show the clips that were in it.
 *
 * @param {Points} points
 * @param {Act | undefined} act
 * @returns {Selection | null}
 */
export function selectionOf(points, act) {
  const { polygon, mask: bits, places, colour_by: id, isolated } = act?.value ?? {};
  if (polygon && places === points.places) {
    const wanted = hasNameOf(points.colouring(id), isolated && new Set(isolated));
    return { ...maskInside(points, polygon, wanted), polygon };
  }
  if (bits && places === points.places && !act?.rows) return { ...maskOfBits(points, bits), polygon: null };
  return act?.rows ? { ...maskOfRows(points, act.rows), polygon: null } : null;
}
