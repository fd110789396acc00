// @ts-check
// What is drawn of a line: needs no browser.

/**
 * @typedef {object} Line
 * @property {string} id
 * @property {string} label
 * @property {string} text
 * @property {number | null} value places from 0 to 1 on the axis
 * @property {number | null} low
 * @property {number | null} high
 * @property {number | null} other
 * @property {boolean} strong
 * @property {string} untold
 * @property {string} spoken
 */

/**
 * The lines that are shown: all of them, or the first ones.
 *
 * @template T
 * @param {T[]} lines
 * @param {number} shown
 * @param {boolean} whole
 * @returns {T[]}
 */
export const visible = (lines, shown, whole) => (whole ? lines : lines.slice(0, shown));

/**
 * The marks of a line, the lowest first. What is not known is not drawn, and never drawn as a zero.
 *
 * @param {Line} line
 * @param {{ reference: number | null }} card
 * @returns {{ kind: string, left: number, width?: number }[]}
 */
export function marksOf({ value, low, high, other }, { reference }) {
  /** @type {{ kind: string, left: number, width?: number }[]} */
  const marks = [];
  if (value === null && other === null) return marks;
  marks.push({ kind: "base", left: 0 });
  if (reference !== null) marks.push({ kind: "reference", left: reference });
  if (low !== null && high !== null) marks.push({ kind: "span", left: low, width: high - low });
  if (other !== null && value !== null)
    marks.push({ kind: "span", left: Math.min(other, value), width: Math.abs(other - value) });
  if (other !== null) marks.push({ kind: "other", left: other });
  if (value !== null) marks.push({ kind: "point", left: value });
  return marks;
}
