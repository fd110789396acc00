// @ts-check
// What was ticked right and wrong of a search's results, remembered by this browser for each clip searched for.

import { readSetting, writeSetting } from "../shared/storage.js";

/** @typedef {Record<string, boolean>} Ticks row -> right */

const MOST_SEARCHES = 40;
const NAME = "bioviz:similar";

/** @returns {[search: string, ticks: Ticks][]} the newest last */
function stored() {
  try {
    const searches = JSON.parse(readSetting(NAME) ?? "[]");
    return Array.isArray(searches) ? searches.filter((each) => Array.isArray(each) && each.length === 2) : [];
  } catch {
    return [];
  }
}

/**
 * @param {string} search
 * @returns {Ticks}
 */
export const ticksOf = (search) => ({ ...stored().find(([name]) => name === search)?.[1] });

/**
 * @param {string} search
 * @param {Ticks} ticks
 */
export function keepTicks(search, ticks) {
  const others = stored().filter(([name]) => name !== search);
  writeSetting(NAME, JSON.stringify([...others, [search, ticks]].slice(-MOST_SEARCHES)));
}

/**
 * The ticks after one more: the same tick again takes it back.
 *
 * @param {Ticks} ticks
 * @param {number} row
 * @param {boolean} right
 * @returns {Ticks}
 */
export function ticked(ticks, row, right) {
  const { [row]: before, ...others } = ticks;
  return before === right ? others : { ...others, [row]: right };
}
