// @ts-check
// Names of annotation boxes go into a lane above the picture, where they cover no call. Pure functions.

/** @typedef {{ x: number, width: number, label: string }} NamedBox pixels */
/** @typedef {{ left: number, label: string }} PlacedName */

export const LETTER_WIDTH = 6.4;
const APART = 8;
const NAMED_AGAIN_AFTER = 160;

/**
 * Each name begins above its box; of those that would lie on another one, or repeat it close by, none is written:
 * the cross-hair says them.
 *
 * @param {NamedBox[]} boxes
 * @param {{ left: number, width: number }} lane
 * @returns {PlacedName[]}
 */
export function placedNames(boxes, { left, width }) {
  /** @type {(PlacedName & { right: number })[]} */
  const placed = [];
  for (const { x, label } of [...boxes].sort((a, b) => a.x - b.x)) {
    const length = Math.min(label.length * LETTER_WIDTH, width);
    const at = Math.max(left, Math.min(x, left + width - length));
    const last = placed.at(-1);
    if (last && at < last.right + APART) continue;
    const same = placed.findLast((name) => name.label === label);
    if (same && at - same.left < NAMED_AGAIN_AFTER) continue;
    placed.push({ left: at, right: at + length, label });
  }
  return placed.map(({ left: at, label }) => ({ left: at, label }));
}

/**
 * The labels of the boxes that a pixel lies in.
 *
 * @param {{ x: number, y: number, width: number, height: number, label: string }[]} boxes
 * @param {number} x
 * @param {number} y
 */
export function namesAt(boxes, x, y) {
  const under = boxes.filter(
    (box) => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height,
  );
  return [...new Set(under.map(({ label }) => label))];
}
