// @ts-check
// What is said of places, boxes and levels on a spectrogram. Pure functions.

import { along, viewOf } from "./viewport.js";

/** @import { PictureAbout } from "../shared/media.js" */
/** @import { DrawnBox } from "./box_geometry.js" */
/** @import { Place, View } from "./viewport.js" */
/**
 * @typedef {object} LevelGrid dB of the pixels of a picture, as the server measured them
 * @property {Uint8Array} codes row by row from the top
 * @property {PictureAbout & { width: number, height: number, lowest_db: number, step_db: number }} about
 */
/** @typedef {{ db: number, below: boolean }} Level `below`: so much, or less */
/**
 * @typedef {object} BoxMeasures what the server measured of a box
 * @property {number} start_s
 * @property {number} end_s
 * @property {number} low_hz
 * @property {number} high_hz
 * @property {number | null} snr_db
 * @property {string} snr_unknown why not
 * @property {number | null} peak_hz
 * @property {number} flank_hz
 */

const minus = (/** @type {string} */ text) => text.replace("-", "−");

/**
 * The level of the pixel that a place lies in.
 *
 * @param {LevelGrid} grid
 * @param {Place} place
 * @returns {Level | undefined} undefined beside the picture
 */
export function levelAt({ codes, about }, { seconds, hz }) {
  const { width, height, axis } = about;
  const view = viewOf(about);
  const across = (seconds - view.start) / (view.end - view.start);
  const [low, high] = [along(view.low, axis), along(view.high, axis)];
  const up = (along(hz, axis) - low) / (high - low);
  if (!(across >= 0 && across <= 1 && up >= 0 && up <= 1)) return undefined;
  const column = Math.min(Math.floor(across * width), width - 1);
  const row = Math.min(Math.floor((1 - up) * height), height - 1);
  const code = codes[row * width + column];
  return { db: about.lowest_db + code * about.step_db, below: code === 0 };
}

/**
 * Seconds with as many digits as what is shown of them resolves.
 *
 * @param {number} seconds
 * @param {number} span shown, seconds
 */
export const secondsText = (seconds, span) => seconds.toFixed(span < 0.5 ? 4 : span < 5 ? 3 : 2);

/** @param {number} hz */
export const kilohertzText = (hz) => {
  const khz = hz / 1000;
  return khz.toFixed(khz < 1 ? 3 : khz < 20 ? 2 : 1);
};

/**
 * @param {Level | undefined} level
 */
export const levelText = (level) =>
  level ? `${level.below ? "≤ " : ""}${minus(String(Math.round(level.db)))} dB` : "… dB";

/**
 * @param {Place} place
 * @param {Level | undefined} level
 * @param {View} view
 */
export function crossText({ seconds, hz }, level, view) {
  return [
    `${secondsText(seconds, view.end - view.start)} s`,
    `${kilohertzText(hz)} kHz`,
    levelText(level),
  ].join(" · ");
}

/**
 * @param {DrawnBox} box
 * @param {BoxMeasures | undefined} measured undefined while it is measured
 * @returns {{ place: string, above: string, why: string }}
 */
export function boxText({ start, end, low, high }, measured) {
  const length = end - start;
  const digits = length < 0.1 ? 3 : 2;
  const place = [
    `${start.toFixed(digits)}–${end.toFixed(digits)} s`,
    length < 1 ? `${(length * 1000).toFixed(0)} ms` : `${length.toFixed(2)} s`,
    `${kilohertzText(low)}–${kilohertzText(high)} kHz`,
  ].join(" · ");
  if (!measured) return { place, above: "…", why: "" };
  const { snr_db: snr, snr_unknown: why } = measured;
  if (snr === null) return { place, above: "above noise: unknown", why: `Unknown: ${why}.` };
  return { place, above: `${minus(snr.toFixed(1))} dB above noise`, why: "" };
}

/**
 * What the picture spans.
 *
 * @param {View} view
 * @param {{ top_db: number, floor_db: number }} about
 */
export function rangeText({ low, high }, { top_db: top, floor_db: floor }) {
  const short = (/** @type {number} */ hz) => String(Number((hz / 1000).toFixed(2)));
  const db = (/** @type {number} */ value) => minus(value.toFixed(0));
  return `${short(low)}–${short(high)} kHz · ${db(floor)} to ${db(top)} dB`;
}
