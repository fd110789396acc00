// @ts-check
// Levels and scales that all clips of a comparison share, and how they are said. Pure functions.

export const LOWEST_LOUDNESS_DB = -90;
const TOP_STEP_DB = 5;
const HIGHEST_TOP_DB = 20;

/** @param {number} index */
export const letter = (index) => String.fromCharCode(65 + index);

/**
 * To a tenth, with a real minus sign.
 *
 * @param {number} value
 */
export const decibels = (value) => value.toFixed(1).replace("-", "−");

/**
 * Top of one colour scale for all: that of the strongest clip, in whole steps, so that it seldom changes.
 *
 * @param {number[]} tops dB, one a clip, at least one
 */
export const commonTop = (tops) =>
  Math.min(HIGHEST_TOP_DB, TOP_STEP_DB * Math.ceil(Math.max(...tops) / TOP_STEP_DB));

/**
 * Where a peak keeps a clip below the wanted loudness: what all have to be asked for again; else undefined.
 *
 * @param {number} wanted dBFS
 * @param {(number | null)[]} reached dBFS, one a clip; null for a silent one, which reaches any
 */
export function lowerLoudness(wanted, reached) {
  const lowest = Math.min(...reached.map((value) => value ?? wanted));
  return lowest < wanted - 0.05 ? Math.max(lowest, LOWEST_LOUDNESS_DB) : undefined;
}

/**
 * What was done to a clip's level.
 *
 * @param {{ gain_db: number, loudness_db: number | null }} about
 */
export function levelText({ gain_db: gain, loudness_db: reached }) {
  if (reached === null) return "silent";
  if (Math.abs(gain) < 0.05) return "as recorded";
  return `${gain > 0 ? "raised" : "lowered"} by ${decibels(Math.abs(gain))} dB`;
}

/**
 * What is said below the clips.
 *
 * @param {object} now
 * @param {number} [now.loudness] dBFS, undefined until it is known
 * @param {[low: number, high: number]} [now.colours] dB, undefined until they are known
 * @param {number} now.slow times slower
 * @param {number} now.count of clips
 */
export function noteText({ loudness, colours, slow, count }) {
  const said = [];
  if (loudness !== undefined) {
    const brought = `All brought to ${decibels(loudness)} dBFS (root mean square)`;
    said.push(`${brought}, so that none stands out by its level.`);
  }
  if (slow > 1) said.push(`All played ${slow}× slower.`);
  if (colours) {
    const [low, high] = colours.map(decibels);
    said.push(`Colours from ${low} to ${high} dB re full scale for all, as recorded.`);
  }
  if (count < 2) said.push("There is no neighbor to compare this clip with.");
  return said.join(" ");
}
