// @ts-check
// What maps of a group tell one another that is no act and leaves no trace: what is hovered, and what is in view.

import { Channel } from "../shared/channel.js";

/** @import { View } from "./view_box.js" */
/** @typedef {{ group: string, mapKey: string }} From which map */
/** @typedef {From & { hovered: number | null }} Hover row of the dataset, null for none */
/** @typedef {From & { view: View }} Zoom of a map that shares its zoom */
/**
 * @typedef {From & { names: string[] | null, glance: string | null }} Focus names that are seen alone, null for all;
 *   and the one that the pointer rests on
 */

/** @type {Channel<Hover>} */
export const hovers = new Channel();
/** @type {Channel<Zoom>} */
export const zooms = new Channel();
/** @type {Channel<string>} of the map that was told how to draw background: all maps follow */
export const backgrounds = new Channel();
/** @type {Channel<Focus>} of a legend that several maps share */
export const focuses = new Channel();

/**
 * Whether a message comes from another map of the same group.
 *
 * @param {From} message
 * @param {{ group: string, map_key: string }} map that hears it
 */
export const isFromPeer = ({ group, mapKey }, map) => group === map.group && mapKey !== map.map_key;
