// @ts-check
// Names, rings and outlines over the picture, so that picking redraws none of the points.

import { svg } from "../shared/dom.js";
import { outlineRound } from "./names.js";
import { toPixel } from "./view_box.js";

/** @import { Pixel, Places, Transform } from "./view_box.js" */
/**
 * @typedef {object} Marks
 * @property {[x: number, y: number][] | null} polygon round what is selected, in map coordinates
 * @property {Pixel[] | null} corners of the outline being drawn
 * @property {number} picked point, -1 for none
 * @property {number} hovered
 * @property {number} linked hovered on another map
 * @property {MarkedName[]} [names]
 * @property {{ places: [x: number, y: number][], isOpen: boolean, isQuiet: boolean }[]} [regions] of calls among background
 */
/** @typedef {{ text: string, x: number, y: number, isQuiet: boolean, isDim: boolean }} MarkedName in map coordinates */
/** @typedef {{ class: string, points: string }} Outline */

export const ROOM = 14; // pixels between a region's points and its outline

/** @typedef {{ class: string, cx: number, cy: number, r: number }} Ring */

/**
 * @param {Marks} marks
 * @param {Transform} to
 * @returns {Outline[]} in pixels of the plot
 */
export function outlines({ polygon, corners }, to) {
  const path = (/** @type {Pixel[]} */ pixels) =>
    pixels.map(([x, y]) => `${x - to.box.left},${y - to.box.top}`).join(" ");
  const parts = [];
  if (polygon) parts.push({ class: "bm-outline", points: path(polygon.map(([x, y]) => toPixel(to, x, y))) });
  if (corners) parts.push({ class: "bm-outline bm-drawing", points: path(corners) });
  return parts;
}

/**
 * @param {Places} points
 * @param {Marks} marks
 * @param {Transform} to
 * @returns {Ring[]} in pixels of the plot; a halo below each
 */
export function rings(points, { picked, hovered, linked }, to) {
  /** @type {(i: number, name: string, r: number) => Ring[]} */
  const ring = (i, name, r) => {
    if (i < 0 || !isFinite(points.x[i]) || !isFinite(points.y[i])) return [];
    const [px, py] = toPixel(to, points.x[i], points.y[i]);
    const circle = { cx: px - to.box.left, cy: py - to.box.top, r };
    return [
      { class: `${name} bm-halo`, ...circle },
      { class: name, ...circle },
    ];
  };
  return [
    ...ring(linked, "bm-ring bm-linked", 8),
    ...ring(hovered, "bm-ring bm-hovered", 7),
    ...ring(picked, "bm-ring", 9),
  ];
}

/**
 * @param {Marks} marks
 * @param {Transform} to
 * @returns {Outline[]} round the regions, in pixels of the plot
 */
export function regionOutlines({ regions = [] }, to) {
  return regions.map(({ places, isOpen, isQuiet }) => {
    const pixels = outlineRound(
      places.map(([x, y]) => toPixel(to, x, y)),
      ROOM,
    );
    const points = pixels.map(([x, y]) => `${x - to.box.left},${y - to.box.top}`).join(" ");
    const kind = isQuiet ? "bm-region bm-of-background" : "bm-region";
    return { class: isOpen ? `${kind} bm-open` : kind, points };
  });
}

/**
 * @param {Marks} marks
 * @param {Transform} to
 */
function nameTexts({ names = [] }, to) {
  return names.map(({ text, x, y, isQuiet, isDim }) => {
    const [px, py] = toPixel(to, x, y);
    const name = ["bm-placed", isQuiet && "bm-quiet", isDim && "bm-dim"].filter(Boolean).join(" ");
    return svg("text", { class: name, x: px - to.box.left, y: py - to.box.top + 5, text });
  });
}

/**
 * @param {SVGSVGElement} overlay
 * @param {Places} points
 * @param {Marks} marks
 * @param {Transform} to
 */
export function drawMarks(overlay, points, marks, to) {
  for (const [name, pixels] of Object.entries(to.box)) overlay.style.setProperty(name, `${pixels}px`);
  overlay.replaceChildren(
    ...regionOutlines(marks, to).map((outline) => svg("polygon", { ...outline })),
    ...outlines(marks, to).map((outline) => svg("polygon", { ...outline })),
    ...nameTexts(marks, to),
    ...rings(points, marks, to).map((ring) => svg("circle", { ...ring })),
  );
}
