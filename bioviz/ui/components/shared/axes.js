// @ts-check
// Axes of spectrograms: seconds and hertz to pixels, and where ticks go. Pure functions.

/** @import { PictureAbout } from "./media.js" */

/** @typedef {[start_s: number, end_s: number, low_hz: number | null, high_hz: number | null, label: string]} Box */
/** @typedef {"linear" | "mel"} Scale */
/** @typedef {{ at: number, text: string }} Tick `at` in the axis' own unit */

const MEL_TICKS_KHZ = [0.05, 0.1, 0.2, 0.5, 1, 2, 3, 4, 6, 8, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 250];

/** @param {number} hz */
export const hzToMel = (hz) => 2595 * Math.log10(1 + hz / 700);

/**
 * The smallest of 1, 2, 5 times a power of ten of which at most `most` fit into a span.
 *
 * @param {number} span
 * @param {number} most
 */
export function niceStep(span, most) {
  const rough = span / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5].map((m) => m * power).find((step) => step >= rough) ?? 10 * power;
}

/**
 * Multiples of `step` from `low` to `high`, both included.
 *
 * @param {number} low
 * @param {number} high
 * @param {number} step
 */
export function ticksBetween(low, high, step) {
  const ticks = [];
  const first = Math.ceil(low / step - 1e-9) + 0; // without + 0 it may be -0
  for (let i = first; i * step <= high + step * 1e-9; i++) ticks.push(i * step);
  return ticks;
}

/**
 * With as many digits as the step between ticks needs.
 *
 * @param {number} value
 * @param {number} step
 */
export const shortNumber = (value, step) => value.toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export const clamped = (value, low, high) => Math.min(Math.max(value, low), high);

/**
 * How far up the picture a frequency lies: 0 at `low`, 1 at `high`, and within these.
 *
 * @param {number} hz
 * @param {number} low Hz
 * @param {number} high Hz
 * @param {Scale} scale
 */
export function heightOf(hz, low, high, scale) {
  const along = scale === "mel" ? hzToMel : (/** @type {number} */ value) => value;
  return (along(clamped(hz, low, high)) - along(low)) / (along(high) - along(low));
}

/**
 * Ticks in seconds, some 70 pixels apart.
 *
 * @param {number} start
 * @param {number} end
 * @param {number} width pixels
 * @returns {Tick[]}
 */
export function timeTicks(start, end, width) {
  const step = niceStep(end - start, width / 70);
  return ticksBetween(start, end, step).map((at) => ({ at, text: shortNumber(at, step) }));
}

/**
 * Ticks in Hz with their text in kHz, from below; those too near to the one below are left out.
 *
 * @param {{ low: number, high: number, scale: Scale }} axis Hz
 * @param {{ most: number, apart: number, y: (hz: number) => number }} room at most how many, pixels between, place
 * @returns {Tick[]}
 */
export function frequencyTicks({ low, high, scale }, { most, apart, y }) {
  const step = niceStep((high - low) / 1000, most);
  const khz =
    scale === "mel"
      ? MEL_TICKS_KHZ.filter((value) => value * 1000 >= low && value * 1000 <= high)
      : ticksBetween(low / 1000, high / 1000, step);
  let last = Infinity;
  return khz.flatMap((value) => {
    const at = value * 1000;
    if (last - y(at) < apart) return [];
    last = y(at);
    return [{ at, text: scale === "mel" ? `${value}` : shortNumber(value, step) }];
  });
}

/**
 * The boxes of which something is in the picture.
 *
 * @param {Box[]} boxes seconds in the recording, Hz (null where a box says none)
 * @param {PictureAbout} about
 */
export function boxesWithin(boxes, { start_s: start, end_s: end, low_hz: low, high_hz: high }) {
  return boxes.filter(
    ([from, to, lowest, highest]) =>
      to > start && from < end && (lowest ?? low) < high && (highest ?? high) > low,
  );
}

/**
 * Where boxes lie in pixels; two pixels at least, so that each is seen.
 *
 * @param {Box[]} boxes
 * @param {PictureAbout} about
 * @param {{ x: (seconds: number) => number, y: (hz: number) => number }} place
 */
export function placedBoxes(boxes, about, { x, y }) {
  return boxesWithin(boxes, about).map(([from, to, lowest, highest, label]) => {
    const [left, top] = [x(from), y(highest ?? about.high_hz)];
    const bottom = y(lowest ?? about.low_hz);
    return { x: left, y: top, width: Math.max(2, x(to) - left), height: Math.max(2, bottom - top), label };
  });
}
