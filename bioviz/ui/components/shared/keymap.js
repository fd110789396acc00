// @ts-check
// All keys of the clips' pages, in one place: handlers ask it which key is meant, and the keyboard sheet lists it.

/**
 * @typedef {object} KeyEntry
 * @property {string[]} keys as `KeyboardEvent.key` names them, small letters; any of them
 * @property {string} caps as it is written on screen
 * @property {string} does
 * @property {boolean} [shift] with Shift held; else without, where the key is no sign that needs it
 */
/** @typedef {keyof typeof KEYS} KeyId */

export const KEYS = {
  next: { keys: ["arrowright", "j"], caps: "→ or J", does: "Next clip of the list" },
  previous: { keys: ["arrowleft", "k"], caps: "← or K", does: "Previous clip" },
  play: { keys: [" "], caps: "Space", does: "Play or pause" },
  zoomIn: { keys: ["+", "="], caps: "+", does: "Zoom in" },
  zoomOut: { keys: ["-", "_"], caps: "−", does: "Zoom out" },
  whole: { keys: ["0"], caps: "0", does: "Show the whole clip" },
  earlier: { keys: ["arrowleft"], caps: "Shift ←", does: "Move to earlier", shift: true },
  later: { keys: ["arrowright"], caps: "Shift →", does: "Move to later", shift: true },
  higher: { keys: ["arrowup"], caps: "Shift ↑", does: "Move to higher frequencies", shift: true },
  lower: { keys: ["arrowdown"], caps: "Shift ↓", does: "Move to lower frequencies", shift: true },
  tool: { keys: ["t"], caps: "T", does: "Draw a box, or pan" },
  waveform: { keys: ["o"], caps: "O", does: "Show or hide the waveform" },
  hearBox: { keys: ["h"], caps: "H", does: "Hear the box alone" },
  annotate: { keys: ["n"], caps: "N", does: "Make the box an annotation" },
  similar: { keys: ["s"], caps: "S", does: "Find more clips like this" },
  clearBox: { keys: ["escape"], caps: "Esc", does: "Remove the box, close what is open" },
  sheet: { keys: ["?"], caps: "?", does: "Show these keys" },
};

/** @type {[title: string, ids: KeyId[]][]} */
const GROUPS = [
  ["Clips", ["next", "previous", "play"]],
  ["Spectrogram", ["zoomIn", "zoomOut", "whole", "earlier", "later", "higher", "lower", "tool", "waveform"]],
  ["Box", ["hearBox", "annotate", "similar", "clearBox"]],
  ["Help", ["sheet"]],
];

const LETTER = /^[a-z]$/;
const ARROW = /^arrow/;

/**
 * Whether an event is of a key. Shift counts for letters and arrows: signs such as + and ? are typed with it anyway.
 *
 * @param {{ key: string, shiftKey?: boolean }} event
 * @param {KeyId} id
 */
export function isKey({ key, shiftKey = false }, id) {
  /** @type {KeyEntry} */
  const { keys, shift = false } = KEYS[id];
  const name = key.toLowerCase();
  if (!keys.includes(name)) return false;
  return shiftKey === shift || !(LETTER.test(name) || ARROW.test(name));
}

/**
 * Which of several keys an event is of.
 *
 * @template {KeyId} Id
 * @param {{ key: string, shiftKey?: boolean }} event
 * @param {readonly Id[]} ids
 * @returns {Id | undefined}
 */
export const keyOf = (event, ids) => ids.find((id) => isKey(event, id));

/** @type {Map<string, { caps: string, does: string }[]>} */
const registered = new Map();

/**
 * Keys that are known only when a part is there, such as those of the flags, which Python names.
 *
 * @param {string} title of their group
 * @param {{ caps: string, does: string }[]} entries
 */
export function registerKeys(title, entries) {
  registered.set(title, entries);
}

/**
 * @returns {[title: string, entries: { caps: string, does: string }[]][]} what the sheet lists
 */
export function keySheet() {
  /** @type {[string, { caps: string, does: string }[]][]} */
  const own = GROUPS.map(([title, ids]) => [title, ids.map((id) => KEYS[id])]);
  return [...own.slice(0, -1), ...registered, ...own.slice(-1)];
}
