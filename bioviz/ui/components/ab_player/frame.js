// @ts-check
// The one time and frequency axis on which all clips of a comparison are drawn. Pure functions.

import { clamped, heightOf } from "../shared/axes.js";

/** @import { PictureAbout } from "../shared/media.js" */
/** @import { Scale } from "../shared/axes.js" */
/**
 * @typedef {object} Frame
 * @property {number} seconds of the longest clip
 * @property {number} low Hz
 * @property {number} high Hz
 * @property {Scale} axis
 * @property {number} width of a picture of the longest clip, pixels
 */

export const MARGIN = { left: 44, right: 12 };
export const HEIGHT = 104;

/**
 * @param {PictureAbout[]} shown at least one
 * @param {number} width pixels
 * @returns {Frame}
 */
export function commonFrame(shown, width) {
  return {
    seconds: Math.max(...shown.map((about) => about.end_s - about.start_s)),
    low: Math.min(...shown.map((about) => about.low_hz)),
    high: Math.max(...shown.map((about) => about.high_hz)),
    axis: shown[0].axis,
    width,
  };
}

/**
 * @param {number} seconds in the clip
 * @param {Frame} frame
 */
export const timeToX = (seconds, { seconds: longest, width }) =>
  MARGIN.left + clamped(seconds / longest, 0, 1) * width;

/**
 * @param {number} hz
 * @param {Frame} frame
 */
export const frequencyToY = (hz, { low, high, axis }) => (1 - heightOf(hz, low, high, axis)) * HEIGHT;
