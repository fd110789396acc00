// @ts-check
// Colours as numbers.

/**
 * Red, green and blue from 0 to 255, of "#rgb", "#rrggbb" or "rgb(...)"; white where there is none.
 *
 * @param {string} colour
 * @returns {number[]}
 */
export function channels(colour) {
  if (colour.startsWith("#")) {
    const hex = colour.length < 7 ? colour.slice(1, 4).replace(/./g, "$&$&") : colour.slice(1, 7);
    return [0, 2, 4].map((k) => parseInt(hex.slice(k, k + 2), 16));
  }
  return (colour.match(/[\d.]+/g) ?? [255, 255, 255]).slice(0, 3).map(Number);
}

/**
 * How bright it looks (luma of ITU-R BT.601), from 0 (black) to 1 (white).
 *
 * @param {string} colour
 */
export function brightness(colour) {
  const [r, g, b] = channels(colour);
  return (0.299 * r + 0.587 * g + 0.114 * b) / 255;
}

/**
 * Whether the page around an element has a dark theme.
 *
 * @param {Element} element
 */
export function isDark(element) {
  return brightness(getComputedStyle(element).getPropertyValue("--st-background-color").trim()) < 0.5;
}
