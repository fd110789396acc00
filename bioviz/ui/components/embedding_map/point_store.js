// @ts-check
// The points of maps, by digest, so that a rerun, a new colour or a second map of the same clips
// sends nothing again.

import { Channel } from "../shared/channel.js";
/** @import { Points } from "./points.js" */

const KEPT = 6; // sets of points
const MOST_POINTS = 3000000; // of all sets

/** @type {Map<string, Points>} */
const store = new Map();
globalThis.biovizPoints = store; // for the browser's console, and tests

/** @type {Channel<string>} of digests of points, also where only their marks are new */
export const arrived = new Channel();

/** @type {Channel<{ digest: string, why: string }>} of points that did not arrive */
export const failed = new Channel();

/** @param {Points} points which take the place of those with other marks */
export function keepPoints(points) {
  store.set(points.digest, points);
  const total = () => [...store.values()].reduce((sum, { n }) => sum + n, 0);
  for (const digest of store.keys()) {
    if (digest !== points.digest && (store.size > KEPT || total() > MOST_POINTS)) store.delete(digest);
  }
  arrived.tell(points.digest);
}

/** @param {string} digest */
export const storedPoints = (digest) => store.get(digest);
