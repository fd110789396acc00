// @ts-check
// Which clips a tab of the strip means. Pure functions.

import { rowsOfMask, selectionOf } from "../embedding_map/picking.js";
import { decodeRows } from "../shared/media.js";

/** @import { Act, ActLog } from "../shared/acts.js" */
/** @import { Points } from "../embedding_map/points.js" */
/**
 * @typedef {object} Tab
 * @property {string} id what an act on it says
 * @property {string} title
 * @property {string | null} rows packed; null where the browser knows them
 * @property {string} noun what its clips are
 * @property {string} order which they are and which come first
 * @property {string} empty what is said where there are none
 */
/** @typedef {Tab & { clips: Int32Array, isComing?: boolean }} ClipList a tab with its clips, rows of the dataset */

const NOTHING = new Int32Array(0);
const COMING = "Coming …";

/**
 * @param {Tab[]} tabs
 * @param {Points | undefined} points none while they are on their way, as are the clips that only they tell
 * @param {ActLog} log
 * @returns {ClipList[]}
 */
export function clipLists(tabs, points, log) {
  return tabs.map((tab) =>
    tab.rows === null && !points
      ? { ...tab, empty: COMING, clips: NOTHING, isComing: true }
      : { ...tab, clips: clipsOf(tab, points, log) },
  );
}

/**
 * @param {Tab} tab
 * @param {Points | undefined} points
 * @param {ActLog} log
 * @returns {Int32Array}
 */
function clipsOf({ id, rows }, points, log) {
  if (rows !== null) return decodeRows(rows);
  if (!points) return NOTHING;
  if (id === "all") return /** @type {Int32Array} */ (points.rows);
  const act = log.acts.get("selection");
  return act ? selected(points, act) : NOTHING;
}

/** @type {WeakMap<Act, { points: Points, clips: Int32Array }>} the last answers: to look at all points takes a moment */
const known = new WeakMap();

/**
 * @param {Points} points
 * @param {Act} act
 */
function selected(points, act) {
  const { places, isolated } = act.value ?? {};
  // The map has just found them: where no names were in focus its outline holds the same clips for good.
  if (act.rows instanceof Int32Array && places === points.places && !isolated) return act.rows;
  const last = known.get(act);
  if (last?.points === points) return last.clips;
  const selection = selectionOf(points, act);
  const clips = selection ? rowsOfMask(points, selection.mask) : NOTHING;
  known.set(act, { points, clips });
  return clips;
}

/**
 * The list that the log names; one that Python has not sent yet is empty and on its way.
 *
 * @param {ClipList[]} lists
 * @param {string | undefined} wanted
 * @param {string} usual id of the list where none is named
 * @returns {ClipList}
 */
export function chosenList(lists, wanted, usual) {
  const named = (/** @type {string} */ id) => lists.find((list) => list.id === id);
  const list = named(wanted || usual);
  if (list) return list;
  if (!wanted?.startsWith("label:")) return named(usual) ?? lists[0];
  const coming = { noun: "clips", order: "", empty: COMING, clips: NOTHING, isComing: true };
  return { id: wanted, title: "", rows: null, ...coming };
}
