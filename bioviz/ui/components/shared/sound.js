// @ts-check
// One sound at a time: who starts to play tells all others.

import { Channel } from "./channel.js";
import { aboutOf, fetchChecked } from "./media.js";

/** @type {Channel<object>} */
const playing = new Channel();

/**
 * What is said of a sound whose samples exceed full scale: a browser cannot play it as loud as it is.
 *
 * @param {number | undefined} quieterDb by how much it is played quieter
 */
export const quieterText = (quieterDb = 0) =>
  quieterDb >= 0.05 ? `Played ${quieterDb.toFixed(1)} dB quieter: samples exceed full scale` : "";

/** What all sounds are brought to where they are to be as loud as one another: root mean square, dBFS. */
export const SAME_LOUDNESS_DB = -23;
const AS_LOUD_DB = 0.5; // a difference that nobody hears

/** @typedef {{ gain_db?: number, loudness_db?: number | null, quieter_db?: number }} SoundAbout what a server says */

/**
 * What was done to a sound's level; "" for nothing.
 *
 * @param {SoundAbout} about
 * @param {boolean} same whether it was to be as loud as the others
 */
export function levelNote({ gain_db: gain = 0, loudness_db: reached, quieter_db: quieter }, same) {
  if (!same) return quieterText(quieter);
  if (reached === null || reached === undefined) return "Silent: as it is";
  const db = (/** @type {number} */ value) => Math.abs(value).toFixed(1);
  const done =
    db(gain) === "0.0" ? "Played as it is" : `Played ${db(gain)} dB ${gain > 0 ? "louder" : "quieter"}`;
  const short = SAME_LOUDNESS_DB - reached;
  const most = `${db(short)} dB below the others, as its peaks allow no more`;
  return short >= AS_LOUD_DB ? `${done}; ${most}` : done;
}

/**
 * What is said of a sound at an address; "" where nothing is known of it.
 *
 * @param {string} url
 * @param {(about: SoundAbout) => string} words
 * @returns {Promise<string>}
 */
export async function soundNote(url, words) {
  if (!url || url.startsWith("data:")) return "";
  try {
    return words(aboutOf(await fetchChecked(url, undefined, "HEAD")));
  } catch {
    return ""; // the sound itself says what is wrong
  }
}

/**
 * The same of one that is played as loud as it is, or as loud as a browser can.
 *
 * @param {string} url
 */
export const quieterNote = (url) => soundNote(url, ({ quieter_db: db }) => quieterText(db));

/** @param {object} player who is heard now */
export function hearAlone(player) {
  playing.tell(player);
}

/**
 * @param {object} player
 * @param {() => void} pause called when another one starts to play
 * @returns {() => void} how to stop
 */
export function onHear(player, pause) {
  return playing.on((other) => other !== player && pause());
}
