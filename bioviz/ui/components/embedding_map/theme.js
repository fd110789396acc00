// @ts-check
// The colours of the page around the map.

import { channels } from "../shared/colours.js";

/** @typedef {{ text: string, background: string, border: string, font: string, density: string, dark: boolean }} Theme */

/**
 * @param {Element} element of the page
 * @returns {Theme}
 */
export function themeOf(element) {
  const style = getComputedStyle(element);
  const read = (/** @type {string} */ name, /** @type {string} */ otherwise) =>
    style.getPropertyValue(name).trim() || otherwise;
  const background = read("--st-background-color", "#ffffff");
  const dark = luminance(background) < 0.4;
  return {
    text: read("--st-text-color", "#31333f"),
    background,
    border: read("--st-border-color", "#d5d6d9"),
    font: read("--st-font", "sans-serif"),
    density: resolved(element, "--bioviz-density", "#5a6866"),
    dark,
  };
}

/**
 * A colour of plots/tokens.py as it is in the theme around an element.
 *
 * @param {Element} element
 * @param {string} name of the variable
 * @param {string} otherwise where it is not set
 */
export function resolved(element, name, otherwise) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name}, ${otherwise})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
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
