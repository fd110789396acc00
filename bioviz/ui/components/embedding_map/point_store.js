// @ts-check
// The points of maps as Python sent them, by digest, so that a rerun, a new colour or a second map of the same clips
// sends nothing again.

import { Channel } from "../shared/channel.js";
import { Points } from "./points.js";

/** @import { Payload } from "./points.js" */

const KEPT = 6; // sets of points

/** @type {Map<string, Payload | Points>} */
const store = new Map();
globalThis.biovizPoints = store; // for the browser's console, and tests

/** @type {Channel<string>} of digests */
export const arrived = new Channel();

/** @param {string} digest */
export const hasPoints = (digest) => store.has(digest);

/** @param {Payload} payload */
export function keepPoints(payload) {
  store.set(payload.digest, payload);
  for (const digest of store.keys()) if (store.size > KEPT) store.delete(digest);
  arrived.tell(payload.digest);
}

/**
 * @param {string} digest
 * @returns {Points | undefined} decoded when they are first asked for
 */
export function storedPoints(digest) {
  const stored = store.get(digest);
  if (!stored || stored instanceof Points) return stored;
  const points = new Points(stored);
  store.set(digest, points);
  return points;
}
