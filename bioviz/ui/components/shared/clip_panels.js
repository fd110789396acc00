// @ts-check
// Which inspector the keys go to, and where the flag bar of a group finds its place.

import { Channel } from "./channel.js";

/**
 * @typedef {object} ClipPanel
 * @property {{ group: string }} data
 * @property {(by: number) => void} step to the next clip of its list (by 1), or the one before (by -1)
 */

/** @type {ClipPanel | undefined} */
let withKeys;

/** The inspector that keys go to: the one used last. */
export const panelWithKeys = () => withKeys;

/** @param {ClipPanel} panel */
export function giveKeys(panel) {
  withKeys = panel;
}

/** @param {ClipPanel} panel which is not there any more */
export function takeKeysFrom(panel) {
  if (withKeys === panel) withKeys = undefined;
}

/** @type {Map<string, HTMLElement>} */
const flagPlaces = new Map();
/** @type {Channel<string>} */
const offered = new Channel();

/**
 * @param {string} group
 * @param {HTMLElement} place where the flag bar of the group goes, whichever of the two is there first
 */
export function offerFlagPlace(group, place) {
  if (flagPlaces.get(group) === place) return;
  flagPlaces.set(group, place);
  offered.tell(group);
}

/**
 * @param {string} group
 * @param {HTMLElement} place
 */
export function withdrawFlagPlace(group, place) {
  if (flagPlaces.get(group) === place) flagPlaces.delete(group);
}

/** @param {string} group */
export const flagPlace = (group) => flagPlaces.get(group);

/** @param {(group: string) => unknown} listener called when a place is offered */
export const onFlagPlace = (listener) => offered.on(listener);
