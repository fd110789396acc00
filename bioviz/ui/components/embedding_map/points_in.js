// @ts-check
// Fetches the points of a map where they are not here yet, and keeps them for the map that is drawn beside.

import { backgroundDensity } from "./density.js";
import { Points, columnsFrom } from "./points.js";
import { failed, hasPoints, keepPoints } from "./point_store.js";
import { MOST_MARKS } from "./sampling.js";

/** @import { Component } from "../shared/mounting.js" */

/** @type {Set<string>} digests that are on their way */
const asked = new Set();

/** @param {Component<{ digest: string, url: string }>} component */
export default function pointsIn({ data: { digest, url } }) {
  if (hasPoints(digest) || asked.has(digest)) return;
  asked.add(digest);
  fetchPoints(digest, url)
    .catch((error) =>
      failed.tell({
        digest,
        why: `The points of the map did not arrive: ${error.message} Load the page anew.`,
      }),
    )
    .finally(() => asked.delete(digest));
}

/**
 * @param {string} digest
 * @param {string} url
 */
async function fetchPoints(digest, url) {
  const reply = await fetch(url);
  if (!reply.ok) throw new Error((await reply.json().catch(() => null))?.error ?? `${reply.status}.`);
  const points = new Points({ digest, ...columnsFrom(await reply.arrayBuffer()) });
  // What drawing needs of a large map is made piece by piece, so that the page answers in between.
  await pause();
  if (points.n > MOST_MARKS) void points.cells;
  await pause();
  points.density = { lines: backgroundDensity(points) };
  await pause();
  keepPoints(points);
}

const pause = () => new Promise((done) => setTimeout(done));
