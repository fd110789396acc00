// @ts-check
// Fetches the points of a map, and its marks, where they are not here yet, and keeps them for the map that is drawn
// beside.

import { backgroundDensity } from "./density.js";
import { Points, columnsFrom } from "./points.js";
import { failed, keepPoints, storedPoints } from "./point_store.js";
import { MOST_MARKS } from "./sampling.js";

/** @import { Component } from "../shared/mounting.js" */
/** @import { Marks } from "./points.js" */
/** @typedef {{ digest: string, url: string }} Source */
/** @typedef {Source & { marks: Source | null }} Sources of points, and of their marks */

/** @type {Map<string, Promise<any>>} address -> what is on its way */
const coming = new Map();
/** @type {Map<string, string | undefined>} digest of points -> digest of the marks that were asked for last */
const wanted = new Map();

/** @param {Component<Sources>} component */
export default function pointsIn({ data }) {
  const { digest, marks } = data;
  wanted.set(digest, marks?.digest);
  const stored = storedPoints(digest);
  if (stored && stored.marks?.digest === marks?.digest) return;
  bring(data).catch((error) =>
    failed.tell({
      digest,
      why: `The ${stored ? "flags" : "points"} of the map did not arrive: ${error.message} Load the page anew.`,
    }),
  );
}

/**
 * Points and marks come at the same time; the map is drawn when both are here, and later marks are put onto the points.
 *
 * @param {Sources} sources
 */
async function bring({ digest, url, marks: source }) {
  const [points, marks] = await Promise.all([
    storedPoints(digest) ?? once(url, (bytes) => pointsOf(digest, bytes)),
    source && once(source.url, (bytes) => ({ digest: source.digest, ...columnsFrom(bytes) })),
  ]);
  if (wanted.get(digest) === source?.digest) keepPoints(points.with(marks));
}

/**
 * @template T
 * @param {string} url
 * @param {(bytes: ArrayBuffer) => T | Promise<T>} read
 * @returns {Promise<T>}
 */
function once(url, read) {
  const known = coming.get(url);
  if (known) return known;
  const made = fetched(url)
    .then(read)
    .finally(() => coming.delete(url));
  coming.set(url, made);
  return made;
}

/** @param {string} url */
async function fetched(url) {
  const reply = await fetch(url);
  if (!reply.ok) throw new Error((await reply.json().catch(() => null))?.error ?? `${reply.status}.`);
  return reply.arrayBuffer();
}

/**
 * What drawing needs of a large map is made piece by piece, so that the page answers in between.
 *
 * @param {string} digest
 * @param {ArrayBuffer} bytes
 */
async function pointsOf(digest, bytes) {
  const points = new Points({ digest, ...columnsFrom(bytes) });
  await pause();
  if (points.n > MOST_MARKS) void points.cells;
  await pause();
  points.made.density = { lines: backgroundDensity(points) };
  await pause();
  return points;
}

const pause = () => new Promise((done) => setTimeout(done));
