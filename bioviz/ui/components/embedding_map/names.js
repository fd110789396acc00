// @ts-check
// Where names and notes go on the map: near what they name, over as few points as can be. Pure functions.

import { toPixel } from "./view_box.js";

/** @import { Pixel, PixelBox, Transform } from "./view_box.js" */
/** @import { Colouring, Points } from "./points.js" */
/** @typedef {{ left: number, top: number, right: number, bottom: number }} Area */
/** @typedef {{ code: number, text: string, at: Pixel }} PlacedName `at` is its middle */

const CELL = 6; // pixels of the grid on which points are counted
const LETTER = 7.4; // pixels that a letter is wide
const LINE = 18;
const MOST_NAMES = 24;
const LONGEST_NAME = 28; // letters
const CROWD_OF = 5000; // points at most: of a larger map no spot would be free enough for a name
const MEDIAN_OF = 5000; // points at most; the order of drawing begins with a fair sample
const DISTANCES = [0, 14, 22, 32, 44, 58, 76];
const DIRECTIONS = 12;

/** How many points lie in any area of the stage, quickly: a summed table of counts; of a large map those of a sample. */
export class Crowd {
  /**
   * @param {Pick<Points, "x" | "y" | "order">} points
   * @param {Transform} to
   */
  constructor({ x, y, order }, to) {
    const { width, height, left, top } = to.box;
    this.columns = Math.max(1, Math.ceil((left + width) / CELL));
    this.lines = Math.max(1, Math.ceil((top + height) / CELL));
    const across = this.columns + 1;
    this.sums = new Float64Array(across * (this.lines + 1));
    for (const i of order.subarray(0, CROWD_OF)) {
      const [c, l] = [Math.floor((x[i] * to.ax + to.bx) / CELL), Math.floor((y[i] * to.ay + to.by) / CELL)];
      if (c >= 0 && c < this.columns && l >= 0 && l < this.lines) this.sums[(l + 1) * across + c + 1]++;
    }
    for (let l = 1; l <= this.lines; l++) {
      let line = 0;
      for (let c = 1; c <= this.columns; c++) {
        line += this.sums[l * across + c];
        this.sums[l * across + c] = line + this.sums[(l - 1) * across + c];
      }
    }
  }

  /** @param {Area} area */
  within({ left, top, right, bottom }) {
    const column = (/** @type {number} */ px) => Math.min(this.columns, Math.max(0, Math.round(px / CELL)));
    const line = (/** @type {number} */ px) => Math.min(this.lines, Math.max(0, Math.round(px / CELL)));
    const at = (/** @type {number} */ l, /** @type {number} */ c) => this.sums[l * (this.columns + 1) + c];
    const [c0, c1, l0, l1] = [column(left), column(right), line(top), line(bottom)];
    return at(l1, c1) - at(l0, c1) - at(l1, c0) + at(l0, c0);
  }
}

/**
 * The middle of what has each name: of its points (of a fair sample of them) the one nearest to their median.
 *
 * @param {Pick<Points, "x" | "y" | "order">} points
 * @param {ArrayLike<number>} codes
 * @param {number} count of names
 * @returns {([x: number, y: number] | null)[]} in map coordinates; null for a name without points
 */
export function centresOf({ x, y, order }, codes, count) {
  /** @type {number[][]} */
  const members = Array.from({ length: count }, () => []);
  const met = new Uint32Array(count);
  for (let k = 0; k < order.length; k++) {
    const code = codes[order[k]];
    if (met[code]++ < MEDIAN_OF) members[code].push(order[k]);
  }
  const median = (/** @type {number[]} */ values) => values.sort((a, b) => a - b)[values.length >> 1];
  return members.map((indices) => {
    if (!indices.length) return null;
    const [mx, my] = [median(indices.map((i) => x[i])), median(indices.map((i) => y[i]))];
    let [best, shortest] = [indices[0], Infinity];
    for (const i of indices) {
      const distance = (x[i] - mx) ** 2 + (y[i] - my) ** 2;
      if (distance < shortest) [best, shortest] = [i, distance];
    }
    return /** @type {[number, number]} */ ([x[best], y[best]]);
  });
}

/**
 * @param {Pixel} middle
 * @param {string} text
 * @returns {Area}
 */
function areaOf([px, py], text) {
  const half = (text.length * LETTER) / 2 + 3;
  return { left: px - half, right: px + half, top: py - LINE / 2, bottom: py + LINE / 2 };
}

const overlap = (/** @type {Area} */ a, /** @type {Area} */ b) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/**
 * Each name at the nearest free spot to its centre; the cost of a spot is points covered, other names and distance.
 *
 * @param {{ code: number, text: string, centre: Pixel }[]} names those that come first choose first
 * @param {Crowd} crowd
 * @param {PixelBox} box in which they must lie
 * @param {Area[]} [taken] by something else
 * @returns {PlacedName[]} without those whose centre is out of view
 */
export function placedNames(names, crowd, box, taken = []) {
  const areas = [...taken];
  /** @type {PlacedName[]} */
  const placed = [];
  for (const { code, text, centre } of names) {
    const inView =
      centre[0] >= box.left &&
      centre[0] <= box.left + box.width &&
      centre[1] >= box.top &&
      centre[1] <= box.top + box.height;
    if (!inView) continue;
    let [best, least] = [/** @type {Pixel | null} */ (null), Infinity];
    for (const distance of DISTANCES) {
      for (let d = 0; d < (distance ? DIRECTIONS : 1); d++) {
        const angle = (2 * Math.PI * d) / DIRECTIONS + Math.PI / 2;
        /** @type {Pixel} */
        const at = [centre[0] + 1.4 * distance * Math.cos(angle), centre[1] + distance * Math.sin(angle)];
        const area = areaOf(at, text);
        if (
          area.left < box.left ||
          area.right > box.left + box.width ||
          area.top < box.top ||
          area.bottom > box.top + box.height
        )
          continue;
        const cost =
          crowd.within(area) + distance / 10 + 50 * areas.filter((other) => overlap(area, other)).length;
        if (cost < least) [best, least] = [at, cost];
      }
    }
    if (!best || least >= 50) continue; // no room without covering another name
    placed.push({ code, text, at: best });
    areas.push(areaOf(best, text));
  }
  return placed;
}

/**
 * The names of a colouring that are written on the map, the commonest first, where they fit.
 *
 * @param {Points} points
 * @param {Colouring} colouring
 * @param {Int32Array | null} counts points of each name
 * @param {Crowd} crowd
 * @param {Transform} to
 * @param {Area[]} taken by something else
 * @returns {PlacedName[]} none where the colouring's names are not for the map
 */
export function namesOn(points, colouring, counts, crowd, to, taken) {
  if (colouring.kind !== "categories" || !colouring.named || !counts) return [];
  const { codes, names } = colouring;
  const known = points.made.centres.get(colouring);
  const centres = known ?? centresOf(points, codes, names.length);
  if (!known) points.made.centres.set(colouring, centres);
  const largest = [...counts.keys()].filter((code) => counts[code]).sort((a, b) => counts[b] - counts[a]);
  const wanted = largest.slice(0, MOST_NAMES).flatMap((code) => {
    const centre = centres[code];
    return centre ? [{ code, text: shortName(names[code]), centre: toPixel(to, ...centre) }] : [];
  });
  return placedNames(wanted, crowd, to.box, taken);
}

/** @param {string} name */
const shortName = (name) => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name);

/**
 * The outline round some places: their hull, rounded and with room to breathe.
 *
 * @param {Pixel[]} pixels
 * @param {number} room pixels
 * @returns {Pixel[]}
 */
export function outlineRound(pixels, room) {
  const around = pixels.flatMap(([x, y]) =>
    Array.from({ length: 12 }, (_, k) => {
      const angle = (Math.PI * k) / 6;
      return /** @type {Pixel} */ ([x + room * Math.cos(angle), y + room * Math.sin(angle)]);
    }),
  );
  return hull(around);
}

/**
 * Convex hull by Andrew's monotone chain.
 *
 * @param {Pixel[]} pixels
 * @returns {Pixel[]}
 */
function hull(pixels) {
  const sorted = [...pixels].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const turn = (/** @type {Pixel} */ o, /** @type {Pixel} */ a, /** @type {Pixel} */ b) =>
    (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
  const half = (/** @type {Pixel[]} */ points) => {
    /** @type {Pixel[]} */
    const chain = [];
    for (const p of points) {
      while (chain.length > 1 && turn(chain[chain.length - 2], chain[chain.length - 1], p) <= 0) chain.pop();
      chain.push(p);
    }
    chain.pop();
    return chain;
  };
  return [...half(sorted), ...half(sorted.reverse())];
}
