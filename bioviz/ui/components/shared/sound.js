// @ts-check
// One sound at a time: who starts to play tells all others.

import { Channel } from "./channel.js";

/** @type {Channel<object>} */
const playing = new Channel();

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
