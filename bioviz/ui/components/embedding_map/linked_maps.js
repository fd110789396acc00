// @ts-check
// What maps of a group tell one another that is no act and leaves no trace: what is hovered, and what is in view.

import { Channel } from "../shared/channel.js";

/** @import { View } from "./view_box.js" */
/** @typedef {{ group: string, mapKey: string }} From which map */
/** @typedef {From & { hovered: number | null }} Hover row of the dataset, null for none */
/** @typedef {From & { view: View }} Zoom of a map that shares its zoom */

/** @type {Channel<Hover>} */
export const hovers = new Channel();
/** @type {Channel<Zoom>} */
export const zooms = new Channel();

/**
 * Whether a message comes from another map of the same group.
 *
 * @param {From} message
 * @param {{ group: string, map_key: string }} map that hears it
 */
export const isFromPeer = ({ group, mapKey }, map) => group === map.group && mapKey !== map.map_key;
