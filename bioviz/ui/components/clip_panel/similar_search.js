// @ts-check
// What is asked of the server when clips like one are searched for, and what is said of it. Pure functions.

/** @import { Source } from "../shared/media.js" */
/** @import { DrawnBox } from "./box_geometry.js" */
/** @import { Found } from "./similar.js" */

const AT_ONCE = 60;

/**
 * @param {Source} source
 * @param {string} run
 * @param {number} row
 * @param {{ apart: boolean, first: number, box?: DrawnBox, alone?: boolean }} asked
 */
export function similarUrl({ base }, run, row, { apart, first, box, alone }) {
  const query = new URLSearchParams({ n: String(AT_ONCE), first: String(first), apart: apart ? "1" : "0" });
  if (box) {
    query.set("from", box.start.toFixed(4));
    query.set("to", box.end.toFixed(4));
    if (alone) {
      query.set("by", "sound");
      query.set("low", box.low.toFixed(1));
      query.set("high", box.high.toFixed(1));
    }
  }
  return `${base}/bioviz/run/${encodeURIComponent(run)}/similar/${row}.json?${query}`;
}

/**
 * What was searched for and how, in words.
 *
 * @param {Found} found
 * @param {DrawnBox} [box]
 */
export function searchText({ query, model, clips }, box) {
  const when = `${query.start_s.toFixed(1)}–${query.end_s.toFixed(1)} s`;
  const name = query.recording.split("/").at(-1);
  const span = box && `${box.start.toFixed(1)}–${box.end.toFixed(1)} s`;
  if (query.row < 0)
    return { title: `Like the loudest part of ${name}, ${when}`, among: amongText(model, clips) };
  const ofClip = box ? `Like the clip that holds the box: ${name}, ${when}` : `Like ${name}, ${when}`;
  return {
    title: query.alone ? `Like the sound of the box alone: ${name}, ${span}` : ofClip,
    among: amongText(model, clips),
  };
}

/**
 * @param {string} model
 * @param {number} clips
 */
const amongText = (model, clips) =>
  `${clips} clips, labelled or not, by cosine similarity of embeddings (${model})`;

/**
 * Searches for a sound file: the server embeds its loudest part.
 *
 * @param {Source} source
 * @param {string} run
 * @param {File} file
 * @param {number} first
 * @returns {Promise<Found>}
 */
export async function searchFile({ base }, run, file, first) {
  const query = new URLSearchParams({ n: String(AT_ONCE), first: String(first), name: file.name });
  const url = `${base}/bioviz/run/${encodeURIComponent(run)}/similar.json?${query}`;
  const reply = await fetch(url, { method: "POST", body: file }).catch(() => {
    throw new Error("The dashboard does not answer. Check that it is still running.");
  });
  const told = await reply.json().catch(() => ({}));
  if (!reply.ok)
    throw new Error(told.error ?? `The file could not be searched for (status ${reply.status}).`);
  return told;
}
