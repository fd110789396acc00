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

/**
 * The same of a sound at an address; "" where nothing is known of it.
 *
 * @param {string} url
 * @returns {Promise<string>}
 */
export async function quieterNote(url) {
  if (!url || url.startsWith("data:")) return "";
  try {
    return quieterText(aboutOf(await fetchChecked(url, undefined, "HEAD")).quieter_db);
  } catch {
    return ""; // the sound itself says what is wrong
  }
}

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
