// @ts-check
// The part of a spectrogram that is shown: zooming and panning within what there is. Pure functions.
// Along frequency everything goes by the axis' own measure (Hz, or mel), so that a drag moves what lies under it.

import { clamped, hzToMel } from "../shared/axes.js";

/** @import { PictureAbout } from "../shared/media.js" */
/**
 * @typedef {object} View seconds in the recording, Hz
 * @property {number} start
 * @property {number} end
 * @property {number} low
 * @property {number} high
 */
/** @typedef {{ view: View, axis: "linear" | "mel", left: number, top: number, width: number, height: number }} Frame */
/** @typedef {{ seconds: number, hz: number }} Place */

export const SHORTEST_S = 0.02;
export const NARROWEST_HZ = 200;
const SAME = 1e-6; // shares that differ by less are alike

/**
 * @param {number} hz
 * @param {"linear" | "mel"} axis
 */
export const along = (hz, axis) => (axis === "mel" ? hzToMel(hz) : hz);

/**
 * @param {number} height as of `along`
 * @param {"linear" | "mel"} axis
 */
export const hzAlong = (height, axis) => (axis === "mel" ? 700 * (10 ** (height / 2595) - 1) : height);

/**
 * @param {PictureAbout} about
 * @returns {View}
 */
export const viewOf = ({ start_s: start, end_s: end, low_hz: low, high_hz: high }) => ({
  start,
  end,
  low,
  high,
});

/**
 * Where a place of the recording lies, in pixels of the element; beyond the picture too.
 *
 * @param {Place} place
 * @param {Frame} frame
 */
export function toPixels({ seconds, hz }, { view, axis, left, top, width, height }) {
  const [low, high] = [along(view.low, axis), along(view.high, axis)];
  return {
    x: left + ((seconds - view.start) / (view.end - view.start)) * width,
    y: top + (1 - (along(hz, axis) - low) / (high - low)) * height,
  };
}

/**
 * What lies at a pixel; beside the picture what would lie there, were it larger.
 *
 * @param {number} x
 * @param {number} y
 * @param {Frame} frame
 * @returns {Place}
 */
export function placeAt(x, y, { view, axis, left, top, width, height }) {
  const [low, high] = [along(view.low, axis), along(view.high, axis)];
  return {
    seconds: view.start + ((x - left) / width) * (view.end - view.start),
    hz: hzAlong(low + (1 - (y - top) / height) * (high - low), axis),
  };
}

/**
 * @param {number} x
 * @param {number} y
 * @param {Frame} frame
 */
export const isWithin = (x, y, { left, top, width, height }) =>
  x >= left && x <= left + width && y >= top && y <= top + height;

/**
 * Along one axis: the stretch that a factor leaves, with what lies at `at` kept in its place, within [low, high].
 *
 * @param {[from: number, to: number]} shown
 * @param {[low: number, high: number]} all
 * @param {number} factor below 1 shows less
 * @param {number} at
 * @param {number} least
 * @returns {[from: number, to: number]}
 */
export function scaled([from, to], [low, high], factor, at, least) {
  const size = clamped((to - from) * factor, Math.min(least, high - low), high - low);
  const share = (clamped(at, from, to) - from) / (to - from);
  const start = clamped(at - share * size, low, high - size);
  return [start, start + size];
}

/**
 * @param {[from: number, to: number]} shown
 * @param {[low: number, high: number]} all
 * @param {number} by
 * @returns {[from: number, to: number]} as long, within [low, high]
 */
export function moved([from, to], [low, high], by) {
  const start = clamped(from + by, low, high - (to - from));
  return [start, start + (to - from)];
}

/**
 * Of a view both axes as numbers, and back.
 *
 * @param {View} view
 * @param {"linear" | "mel"} axis
 * @returns {{ time: [number, number], band: [number, number] }}
 */
const spans = ({ start, end, low, high }, axis) => ({
  time: [start, end],
  band: [along(low, axis), along(high, axis)],
});

/**
 * @param {[number, number]} time
 * @param {[number, number]} band
 * @param {"linear" | "mel"} axis
 * @returns {View}
 */
const viewFrom = ([start, end], [low, high], axis) => ({
  start,
  end,
  low: Math.max(0, hzAlong(low, axis)),
  high: hzAlong(high, axis),
});

/**
 * @param {View} view
 * @param {View} whole
 * @param {"linear" | "mel"} axis
 * @param {{ time?: number, band?: number }} factors below 1 come nearer
 * @param {Place} at which stays where it is
 * @returns {View}
 */
export function zoomed(view, whole, axis, { time = 1, band = 1 }, { seconds, hz }) {
  const [shown, all] = [spans(view, axis), spans(whole, axis)];
  const least = along(view.low + NARROWEST_HZ, axis) - along(view.low, axis);
  return viewFrom(
    scaled(shown.time, all.time, time, seconds, SHORTEST_S),
    scaled(shown.band, all.band, band, along(hz, axis), least),
    axis,
  );
}

/**
 * @param {View} view
 * @param {View} whole
 * @param {"linear" | "mel"} axis
 * @param {{ time?: number, band?: number }} shares of what is shown, positive later and higher
 * @returns {View}
 */
export function panned(view, whole, axis, { time = 0, band = 0 }) {
  const [shown, all] = [spans(view, axis), spans(whole, axis)];
  return viewFrom(
    moved(shown.time, all.time, time * (view.end - view.start)),
    moved(shown.band, all.band, band * (shown.band[1] - shown.band[0])),
    axis,
  );
}

/**
 * @param {View} a
 * @param {View} b
 */
export function isSame(a, b) {
  const near = (/** @type {number} */ p, /** @type {number} */ q, /** @type {number} */ size) =>
    Math.abs(p - q) <= SAME * Math.max(size, 1e-9);
  const [length, width] = [b.end - b.start, b.high - b.low];
  return (
    near(a.start, b.start, length) &&
    near(a.end, b.end, length) &&
    near(a.low, b.low, width) &&
    near(a.high, b.high, width)
  );
}

/**
 * A view as far as there is anything of it.
 *
 * @param {View} view
 * @param {View} whole
 * @param {"linear" | "mel"} axis
 */
export const fitted = (view, whole, axis) =>
  panned(zoomed(view, whole, axis, {}, { seconds: view.start, hz: view.low }), whole, axis, {});

/**
 * Where the picture of a view lies, in pixels from the frame's corner; some of it beside the frame.
 *
 * @param {View} view
 * @param {Frame} frame
 */
export function rectWithin(view, frame) {
  const high = toPixels({ seconds: view.start, hz: view.high }, frame);
  const low = toPixels({ seconds: view.end, hz: view.low }, frame);
  return { x: high.x - frame.left, y: high.y - frame.top, width: low.x - high.x, height: low.y - high.y };
}
