// @ts-check
// The colours of the page around the map.

import { channels } from "../shared/colours.js";

/** @typedef {{ text: string, background: string, border: string, font: string, dark: boolean }} Theme */

/**
 * @param {Element} element of the page
 * @returns {Theme}
 */
export function themeOf(element) {
  const style = getComputedStyle(element);
  const read = (/** @type {string} */ name, /** @type {string} */ otherwise) =>
    style.getPropertyValue(name).trim() || otherwise;
  const background = read("--st-background-color", "#ffffff");
  return {
    text: read("--st-text-color", "#31333f"),
    background,
    border: read("--st-border-color", "#d5d6d9"),
    font: read("--st-font", "sans-serif"),
    dark: luminance(background) < 0.4,
  };
}

/**
 * From 0 (black) to 1 (white), by the weights of ITU-R BT.709.
 *
 * @param {string} colour
 */
export function luminance(colour) {
  const [r, g, b] = channels(colour);
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}

/**
 * @param {string} colour
 * @param {number} alpha
 */
export const faded = (colour, alpha) => `rgba(${channels(colour).join(",")},${alpha})`;
