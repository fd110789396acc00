// @ts-check
// How many of the clips that a search found are right, from those that were ticked. Pure functions.
// Clips of one recording are alike for reasons of their own, so the interval counts recordings and not clips: Wilson's
// for a share, of as many independent ones as the ticked clips are worth if those of a recording all went alike.

import { ofHundred, percent } from "../shared/percent.js";

const Z = 1.959964;

/** @typedef {{ rank: number, unit: number, right: boolean }} Judged */
/** @typedef {{ judged: number, right: number, units: number, precision: number, low: number, high: number }} Precision */

/**
 * Wilson's 95 % interval of a share.
 *
 * @param {number} share
 * @param {number} n of independent ones, more than 0
 * @returns {[low: number, high: number]}
 */
export function wilson(share, n) {
  const middle = share + (Z * Z) / (2 * n);
  const half = Z * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n));
  const all = 1 + (Z * Z) / n;
  return [Math.max(0, (middle - half) / all), Math.min(1, (middle + half) / all)];
}

/**
 * @param {Judged[]} judged at least one
 * @returns {Precision}
 */
export function precisionOf(judged) {
  /** @type {Map<number, number>} */
  const sizes = new Map();
  for (const { unit } of judged) sizes.set(unit, (sizes.get(unit) ?? 0) + 1);
  const squares = [...sizes.values()].reduce((sum, size) => sum + size * size, 0);
  const right = judged.filter((each) => each.right).length;
  const share = right / judged.length;
  const [low, high] = wilson(share, judged.length ** 2 / squares);
  return { judged: judged.length, right, units: sizes.size, precision: share, low, high };
}

/**
 * Among the first so many results, for each rank that was judged.
 *
 * @param {Judged[]} judged in any order
 * @returns {(Precision & { rank: number })[]} by rank
 */
export function precisionByRank(judged) {
  const ordered = [...judged].sort((a, b) => a.rank - b.rank);
  return ordered.map(({ rank }, i) => ({ rank, ...precisionOf(ordered.slice(0, i + 1)) }));
}

/**
 * What is said of the ticks.
 *
 * @param {Judged[]} judged
 * @param {string} unit of independence, as a noun
 */
export function precisionText(judged, unit) {
  if (!judged.length) return "Tick results right or wrong to see how precise the search is.";
  const last = Math.max(...judged.map(({ rank }) => rank));
  const { right, units, precision, low, high } = precisionOf(judged);
  const whole = judged.length === last ? `the first ${last}` : `${judged.length} judged of the first ${last}`;
  const counted = `${units} ${unit}${units === 1 ? "" : "s"}`;
  const interval = `${ofHundred(95)} interval ${percent(low)} to ${percent(high)}, counted as ${counted}`;
  return `${right} of ${whole} right: ${percent(precision)} (${interval})`;
}
