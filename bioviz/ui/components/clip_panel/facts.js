// @ts-check
// The words about a clip.

import { el, labelChip } from "../shared/dom.js";

/** @import { Box } from "../shared/axes.js" */
/** @import { PictureAbout } from "../shared/media.js" */
/**
 * @typedef {object} Neighbor
 * @property {number} row
 * @property {string} label
 * @property {number} distance
 * @property {string} recording
 * @property {boolean} same_recording
 */
/**
 * @typedef {object} Facts what the server knows of a clip; what it does not know is missing, null or ""
 * @property {string} recording
 * @property {number} start_s seconds in the recording
 * @property {number} end_s
 * @property {number} recording_s seconds that the recording is long
 * @property {number} rate Hz
 * @property {string[]} labels
 * @property {Box[]} boxes
 * @property {string} [time]
 * @property {string} [zone]
 * @property {string} [site]
 * @property {string} [split]
 * @property {number} [cluster] counted from 0, negative for none
 * @property {string} [cluster_label]
 * @property {number} [level_dbfs]
 * @property {number} [snr_db]
 * @property {string} [snr_unknown]
 * @property {number} [loudest_db] above the noise
 * @property {string} [loudest_unknown]
 * @property {string} [misclustered]
 * @property {Neighbor[]} [neighbors]
 * @property {Neighbor[]} [neighbors_apart] of other recordings
 */

const seconds = (/** @type {number} */ value) => `${Number(value.toFixed(2))} s`;
const clock = (/** @type {number} */ s) =>
  `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;
const kilohertz = (/** @type {number} */ rate) => `${Number((rate / 1000).toFixed(2))} kHz`;

/**
 * With a real minus sign.
 *
 * @param {number} value
 * @param {number} [digits] after the point
 */
export const signed = (value, digits = 0) => value.toFixed(digits).replace("-", "−");

/**
 * @param {Facts} facts
 * @returns {[name: string, value: string][]} of what is known
 */
export function factRows(facts) {
  const length = facts.end_s - facts.start_s;
  const padding = facts.end_s - facts.recording_s;
  const where = `${seconds(facts.start_s)} to ${seconds(facts.end_s)} of ${seconds(facts.recording_s)}`;
  const silence = `the last ${seconds(Math.min(padding, length))} of the window are silence after the recording's end`;
  const { level_dbfs: level, snr_db: snr, loudest_db: loudest } = facts;
  /** @type {[string, string | false | undefined | null][]} */
  const rows = [
    ["Recording", facts.recording],
    ["Clip", `${where} (at ${clock(facts.start_s)})`],
    ["Padded", padding > 0.005 && silence],
    ["Time", facts.time && `${facts.time} ${facts.zone || "(zone not stated)"}`],
    ["Site", facts.site],
    ["Split", facts.split],
    ["Sample rate", kilohertz(facts.rate)],
    ["Cluster", clusterText(facts)],
    ["Level", isNumber(level) && `${signed(level, 1)} dBFS`],
    ["Signal to noise", isNumber(snr) ? `${signed(snr, 1)} dB in its box` : unknown(facts.snr_unknown)],
    ["Loudest sound", isNumber(loudest) ? loudestText(loudest) : unknown(facts.loudest_unknown)],
  ];
  return rows.flatMap(([name, value]) => (value ? [[name, value]] : []));
}

const unknown = (/** @type {string | undefined} */ reason) => reason && `unknown: ${reason}`;
const loudestText = (/** @type {number} */ db) => `${signed(db, 1)} dB above the noise, the animal's or not`;

/**
 * @param {unknown} value
 * @returns {value is number}
 */
const isNumber = (value) => Number.isFinite(value);

/** @param {Facts} facts */
function clusterText(facts) {
  if (facts.cluster === undefined) return undefined;
  // Counted from 1, as in tables and on the map.
  return facts.cluster < 0 ? "none" : `${facts.cluster + 1}, which stands for ${facts.cluster_label}`;
}

/** @param {Facts} facts */
export function factList(facts) {
  const list = el("dl", { class: "bv-facts" });
  for (const [name, value] of factRows(facts)) {
    list.append(el("dt", { text: name }), el("dd", { text: value, title: value }));
  }
  return list;
}

/**
 * A clip's labels, and what it is confused with.
 *
 * @param {Facts} facts
 * @param {(label: string) => string} colourOf
 * @param {(label: string) => string | undefined} [shapeOf]
 */
export function headline({ labels, misclustered }, colourOf, shapeOf = () => undefined) {
  const chips = labels.map((label) => labelChip(label, colourOf(label), shapeOf(label)));
  if (!misclustered) return chips;
  const title = "Its cluster stands for something else";
  return [...chips, el("span", { class: "bv-flag", text: misclustered, title })];
}

/** @param {PictureAbout} about */
export function scaleText({ top_db: top, floor_db: floor }) {
  const scale = `Colours from ${signed(floor)} to ${signed(top)} dB re full scale`;
  return `${scale} (0 dB is a sine of full scale).`;
}
