// @ts-check
// Where background is dense, as quiet contours below the points. Pure functions.

import { faded } from "./theme.js";

/** @import { Points } from "./points.js" */
/** @import { Theme } from "./theme.js" */

const CELLS = 90; // a side of the grid over all points
const SPREAD = 2; // cells that a clip's weight reaches to each side, in each of three passes
const LEVELS = [0.04, 0.14, 0.32, 0.6]; // parts of the highest density, at which a step begins
const MOST = 200000; // points that are counted; the order of drawing begins with a fair sample
const FEWEST = 10; // clips of which a density says something

/**
 * How dense background is on a grid over all points, from 0 to 1; each clip is spread out smoothly.
 *
 * @param {Pick<Points, "x" | "y" | "order" | "background" | "extent">} points
 * @returns {number[][] | null} lines from below; null for too little background
 */
export function backgroundDensity({ x, y, order, background, extent }) {
  const grid = Array.from({ length: CELLS }, () => new Float64Array(CELLS));
  const cell = (/** @type {number} */ value, /** @type {[number, number]} */ [low, high]) =>
    Math.min(CELLS - 1, Math.max(0, Math.floor(((value - low) / (high - low)) * CELLS)));
  let count = 0;
  for (const i of order.subarray(0, MOST)) {
    if (!background[i]) continue;
    grid[cell(y[i], extent.y)][cell(x[i], extent.x)]++;
    count++;
  }
  if (count < FEWEST) return null;
  let lines = grid.map((line) => Array.from(line));
  for (let pass = 0; pass < 3; pass++) {
    lines = transposed(transposed(lines.map(smoothed)).map(smoothed));
  }
  const most = Math.max(...lines.map((line) => Math.max(...line)));
  return lines.map((line) => line.map((value) => value / most));
}

/** @param {number[]} line its running means */
function smoothed(line) {
  const width = 2 * SPREAD + 1;
  let sum = 0;
  for (let k = 0; k < SPREAD; k++) sum += line[k];
  return line.map((_, k) => {
    sum += (line[k + SPREAD] ?? 0) - (line[k - SPREAD - 1] ?? 0);
    return sum / width;
  });
}

/** @param {number[][]} lines */
const transposed = (lines) => lines[0].map((_, k) => lines.map((line) => line[k]));

/**
 * The density that contours are drawn of, counted once; null for too little background.
 *
 * @param {Points} points
 */
export const contourLines = (points) => (points.made.density ??= { lines: backgroundDensity(points) }).lines;

/**
 * @param {Points} points
 * @param {Theme} theme
 * @param {boolean} [isAlone] whether background has no dots on top, which strong contours would drown
 * @returns {any[]} a plotly trace, or none
 */
export function densityContours(points, theme, isAlone = false) {
  const z = contourLines(points);
  if (!z) return [];
  const { x, y } = points.extent;
  const [dx, dy] = [(x[1] - x[0]) / CELLS, (y[1] - y[0]) / CELLS];
  const solid = theme.dark && isAlone ? 0.1 : 0.05; // of a step; on a dark ground the eye tells fewer of them apart
  const step = (/** @type {number} */ k) => faded(theme.density, solid * k);
  // A contour's steps are even, so the density is told by which step it is in.
  const stepOf = (/** @type {number} */ value) => {
    const k = LEVELS.findIndex((level) => value < level);
    if (k === 0) return value / LEVELS[0];
    const [low, high] = k < 0 ? [LEVELS[3], 1] : [LEVELS[k - 1], LEVELS[k]];
    return (k < 0 ? 4 : k) + Math.min(0.999, (value - low) / (high - low));
  };
  return [
    {
      type: "contour",
      name: "density",
      z: z.map((line) => line.map(stepOf)),
      x0: x[0] + dx / 2,
      dx,
      y0: y[0] + dy / 2,
      dy,
      autocontour: false,
      contours: { start: 1, end: 4, size: 1, coloring: "fill", showlines: false },
      colorscale: [0, 1, 2, 3, 4].flatMap((k) => [
        [k / 5, step(k)],
        [(k + 1) / 5, step(k)],
      ]),
      zmin: 0,
      zmax: 5,
      zauto: false,
      line: { width: 0 },
      showscale: false,
      hoverinfo: "skip",
    },
  ];
}
