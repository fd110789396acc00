// @ts-check
// What the flag bar says, and which keys flag. Pure functions.

/** @import { Decision } from "./queue.js" */
/** @typedef {{ id: string, title: string, key: string, help: string }} Kind */
/**
 * @typedef {object} Flag
 * @property {string} kind
 * @property {string} text
 * @property {string} user
 * @property {boolean} mine
 * @property {string} note
 * @property {string} label
 * @property {string} wrong
 */
/**
 * @typedef {object} FlagsOfClip what the server has stored of a clip
 * @property {Flag[]} flags
 * @property {string[]} labels of the clip
 * @property {string[]} known labels to choose from
 * @property {string} state of all flags of the dataset
 */
/**
 * @typedef {object} FlagBarData what Python says
 * @property {string} key
 * @property {string} group
 * @property {string} base path of the server
 * @property {string} dataset
 * @property {string} version of the dataset
 * @property {Kind[]} kinds
 */
/** @typedef {{ tone: "flag" | "muted" | "error", strong?: string, text: string }} Line */

/**
 * @param {object} now
 * @param {FlagsOfClip} [now.about] undefined until the server has answered
 * @param {Decision} [now.waiting] last decision on the clip that is not stored yet
 * @param {string} now.user "" for none
 * @param {string} [now.trouble] why nothing is stored at the moment
 * @param {string} [now.refused] why the last one was not
 * @param {string} [now.failed] why the clip's flags could not be loaded
 * @returns {Line[]}
 */
export function statusLines({ about, waiting, user, trouble, refused, failed }) {
  /** @type {Line[]} */
  const lines = (about?.flags ?? []).map((flag) => {
    const by = flag.mine ? "by you" : `by ${flag.user}`;
    return { tone: "flag", strong: flag.text, text: ` ${by}${flag.note ? `: ${flag.note}` : ""}` };
  });
  if (waiting) {
    const unsaid = trouble ? "not stored yet" : "storing …";
    lines.unshift({ tone: "muted", text: user ? unsaid : "not stored yet: it needs your name" });
  }
  const wrong = refused ?? trouble ?? failed;
  if (wrong) lines.push({ tone: "error", text: wrong });
  if (!lines.length) lines.push({ tone: "muted", text: about ? "not flagged" : " " });
  return lines;
}

/**
 * Which button is pressed: that of what waits to be stored, else of one's own flag.
 *
 * @param {FlagsOfClip | undefined} about
 * @param {Decision | undefined} waiting
 */
export const pressedKind = (about, waiting) =>
  waiting ? waiting.kind : about?.flags.find((flag) => flag.mine)?.kind;

/**
 * @param {string} key
 * @param {Kind[]} kinds
 * @returns {string | undefined} the kind of flag that a key gives, "undo", or undefined
 */
export function kindOfKey(key, kinds) {
  const letter = key.toLowerCase();
  return letter === "z" ? "undo" : kinds.find((kind) => kind.key === letter)?.id;
}
