// @ts-check
// Stepping through a list of clips. Pure functions.

import { grouped } from "../shared/numbers.js";

/**
 * The clip that a step leads to: from one that is not in the list to its start or end, and nowhere beyond these.
 *
 * @param {Int32Array} playlist rows
 * @param {number | undefined} row where the user is
 * @param {number} by 1 for the next, -1 for the one before
 * @returns {number | undefined}
 */
export function stepped(playlist, row, by) {
  const at = row === undefined ? -1 : playlist.indexOf(row);
  return playlist[at < 0 ? (by > 0 ? 0 : playlist.length - 1) : at + by];
}

/**
 * What is said of the place in the list.
 *
 * @param {number} at -1 for none
 * @param {number} length
 * @param {string} name of the list
 */
export function positionText(at, length, name) {
  return length ? `${at < 0 ? "–" : grouped(at + 1)} of ${grouped(length)}${name ? ` · ${name}` : ""}` : "";
}

/**
 * Which clips the user is likely to look at next: the two after, the one before, and the nearest neighbors.
 *
 * @param {Int32Array} playlist
 * @param {number} row
 * @param {number[]} neighbors rows, the nearest first
 */
export function likelyNext(playlist, row, neighbors) {
  const at = playlist.indexOf(row);
  const around = at < 0 ? [] : [playlist[at + 1], playlist[at + 2], playlist[at - 1]];
  return [...around, ...neighbors.slice(0, 4)].filter((next) => next !== undefined);
}
