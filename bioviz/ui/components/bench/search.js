// @ts-check
// Which clips a search means. Pure functions.

/** @import { Colouring, Points } from "../embedding_map/points.js" */

const COLUMNS = ["label", "recording"]; // of what is said of a point
const COLOURINGS = ["site", "date", "split", "flags"];
const NOT_FLAGGED = "not flagged";
const NIGHT = { from: 20, to: 6 }; // hours

export const HELP =
  "Every word must be in a clip's label, recording, site, date, split or flag; “flagged” is any flag, “night” is " +
  `${NIGHT.from} to ${NIGHT.to} o'clock and “day” the rest. Numbers are compared: “snr<5”, “level>-40”, “duration>=2”, ` +
  "in the units that the map colours by.";
const COMPARED = /^(\p{L}[\p{L}_-]*)(<=|>=|<|>|=)([-\u2212]?\d+(?:\.\d+)?)$/u;

/**
 * The points that all words of a text fit; null for a text without words.
 *
 * @param {Points} points
 * @param {string} text
 * @returns {Uint8Array | null} 1 for those
 */
export function searched(points, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return null;
  const mask = new Uint8Array(points.n).fill(1);
  for (const word of words) {
    const fits = testsOf(points, word);
    for (let i = 0; i < points.n; i++) if (mask[i] && !fits.some((test) => test(i))) mask[i] = 0;
  }
  return mask;
}

/**
 * @param {Points} points
 * @param {string} word
 * @returns {((i: number) => boolean)[]} ways to fit it
 */
function testsOf(points, word) {
  const comparison = COMPARED.exec(word);
  if (comparison) return comparisons(points, comparison);
  /** @type {((i: number) => boolean)[]} */
  const tests = [];
  const add = (/** @type {string[]} */ names, /** @type {ArrayLike<number>} */ codes) => {
    const fits = names.map((name) => name !== NOT_FLAGGED && name.toLowerCase().includes(word));
    if (fits.includes(true)) tests.push((i) => fits[codes[i]]);
  };
  for (const column of points.columns) {
    if (column.kind === "text" && COLUMNS.includes(column.title)) add(column.table, column.codes);
  }
  for (const colouring of points.colourings) {
    if (colouring.kind !== "categories") {
      if (colouring.id === "hour") tests.push(...timeTests(colouring.values, word));
    } else if (COLOURINGS.includes(colouring.id)) {
      add(colouring.names, colouring.codes);
      if (colouring.id === "flags" && word === "flagged") {
        tests.push((i) => colouring.names[colouring.codes[i]] !== NOT_FLAGGED);
      }
    }
  }
  return tests;
}

/**
 * A comparison with each number of that name: a clip without it does not fit.
 *
 * @param {Points} points
 * @param {string[]} comparison the whole word, name, sign and number
 * @returns {((i: number) => boolean)[]}
 */
function comparisons(points, [, name, sign, text]) {
  const number = Number(text.replace("\u2212", "-"));
  return numbersOf(points, name).map((value) => (i) => {
    const own = value(i);
    if (sign.startsWith("<") && own < number) return true;
    if (sign.startsWith(">") && own > number) return true;
    return sign.endsWith("=") && own === number;
  });
}

/**
 * @param {Points} points
 * @param {string} name of a measure, or how it begins
 * @returns {((i: number) => number)[]} a clip's numbers of that name
 */
function numbersOf(points, name) {
  /** @type {((i: number) => number)[]} */
  const numbers = [];
  for (const colouring of points.colourings) {
    const names = [colouring.id, ...colouring.title.toLowerCase().split(" ")];
    if (colouring.kind === "measure" && names.some((each) => each.startsWith(name))) {
      numbers.push((i) => colouring.values[i]);
    }
  }
  for (const column of points.columns) {
    if (column.kind === "text" || !"duration".startsWith(name)) continue;
    numbers.push((i) => Number((column.end[i] - column.start[i]).toFixed(3)));
  }
  return numbers;
}

/**
 * @param {ArrayLike<number>} hours
 * @param {string} word
 * @returns {((i: number) => boolean)[]}
 */
function timeTests(hours, word) {
  const isNight = (/** @type {number} */ i) => hours[i] >= NIGHT.from || hours[i] < NIGHT.to;
  if (word === "night") return [isNight];
  return word === "day" ? [(i) => !Number.isNaN(hours[i]) && !isNight(i)] : [];
}

/** The clips that were looked at, to go back and forward through. */
export class ClipHistory {
  /** @type {number[]} rows */
  rows = [];
  at = -1;

  /** @param {number} row that is looked at now; what was ahead is forgotten */
  visit(row) {
    if (row < 0 || row === this.rows[this.at]) return;
    this.rows.splice(this.at + 1, Infinity, row);
    this.at = this.rows.length - 1;
  }

  /**
   * @param {number} by 1 forward, -1 back
   * @returns {number | undefined} the row to look at, undefined where there is none
   */
  go(by) {
    const row = this.rows[this.at + by];
    if (row !== undefined) this.at += by;
    return row;
  }

  get canGoBack() {
    return this.at > 0;
  }

  get canGoForward() {
    return this.at < this.rows.length - 1;
  }
}
