// @ts-check
// The log of what the user did in this browser tab: of each kind the newest act, [number, by the browser, value].
// Map, inspector, gallery, lists and flag bar of a group share one log; they act on it and listen to it, and never
// to one another. What Python sends carries the number of the newest act that it knew, and is dropped where it is
// older than what is here. acts.py is Python's side of the same rule.
//
// Kinds: "clip" [dataset, row or -1], a colour field of the view (id of a colouring), "selection" (an outline on a
// map, or null), "list" (which clips are gone through), "why" (what
// the map was asked), "flags" (what is stored now), "user" (who flags).

import { Channel } from "./channel.js";

/**
 * @typedef {object} Act
 * @property {number} number of all acts of the tab, increasing
 * @property {boolean} browser made here, not by Python
 * @property {any} value what was done
 * @property {string} [by] key of the component where it was done
 * @property {boolean} [isHeard] of a clip: where it was done it is played too
 * @property {boolean} [first] the first of its kind that Python told
 * @property {ArrayLike<number>} [rows] of a selection, the rows within its outline
 */
/** @typedef {[number: number, browser: boolean, value: any]} SentAct as it travels to Python and from it */

export class ActLog {
  number = 0;
  /** @type {Map<string, Act>} */
  acts = new Map();
  /** @type {Channel<[kind: string, act: Act]>} */
  #taken = new Channel();

  /** @param {string} kind */
  get(kind) {
    return this.acts.get(kind)?.value;
  }

  /** The next number; an act that only its maker needs to know of takes one too. */
  next() {
    return (this.number += 1);
  }

  /**
   * The user does something.
   *
   * @param {string} kind
   * @param {any} value
   * @param {string} [by] where
   * @param {Partial<Act>} [more] for the listeners alone, not for Python
   */
  act(kind, value, by, more = {}) {
    this.#take(kind, { number: this.next(), browser: true, value, by, ...more });
  }

  /**
   * Python says what it knows.
   *
   * @param {Record<string, SentAct> | null | undefined} sent newest act of each kind
   */
  hear(sent) {
    for (const [kind, [number, browser, value]] of Object.entries(sent ?? {})) {
      this.number = Math.max(this.number, number);
      const newest = this.acts.get(kind);
      if (!newest || number > newest.number || (number === newest.number && browser && !newest.browser)) {
        this.#take(kind, { number, browser, value, first: !newest });
      }
    }
  }

  /**
   * All acts, as Python reads them.
   *
   * @returns {Record<string, SentAct>}
   */
  toSend() {
    return Object.fromEntries(
      [...this.acts].map(([kind, { number, browser, value }]) => [kind, [number, browser, value]]),
    );
  }

  /**
   * @param {string} kind
   * @param {Act} act
   */
  #take(kind, act) {
    this.acts.set(kind, act);
    this.#taken.tell([kind, act]);
  }

  /**
   * @param {(kind: string, act: Act) => unknown} listener called after each act
   * @returns {() => void} how to stop
   */
  on(listener) {
    return this.#taken.on(([kind, act]) => listener(kind, act));
  }

  /**
   * The row of the selected clip where it is one of `dataset`, else -1.
   *
   * @param {string} dataset
   * @returns {number}
   */
  clip(dataset) {
    const value = this.get("clip");
    return Array.isArray(value) && value[0] === dataset && Number.isInteger(value[1]) ? value[1] : -1;
  }
}

/** @type {Record<string, ActLog>} */
const logs = {};
globalThis.biovizActs = logs; // for the browser's console, and tests

/**
 * One log a group, whichever script asks first.
 *
 * @param {string} group
 */
export function actLog(group) {
  return (logs[group] ??= new ActLog());
}
