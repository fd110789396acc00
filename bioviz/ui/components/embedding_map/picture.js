// @ts-check
// Of more points than can be drawn one by one: a picture of all of them. A spot is as solid as its points are many, and
// has the colour of most of them. Layers lie as those of the marks do, so that few calls are seen on much background.

import { channels } from "../shared/colours.js";
import { LAYERS, SCALE_STEPS, alongScale, layerFinder } from "./figure.js";

/** @import { Drawing } from "./figure.js" */
/** @import { Points } from "./points.js" */
/** @import { Theme } from "./theme.js" */
/** @import { View } from "./view_box.js" */
/** @typedef {{ columns: number, lines: number }} Grid */
/** @typedef {{ pixels: Uint8ClampedArray<ArrayBuffer>, columns: number, lines: number }} Picture red, green, blue, alpha */

// From the bottom up: how solid a spot of a single point is, and the fullest spot.
const SOLID = { dimmed: [0.06, 0.3], unknown: [0.1, 0.45], background: [0.16, 0.6], labelled: [0.6, 1] };

/**
 * How large the spots of a picture are: a point of a smaller map is a larger one.
 *
 * @param {number} count of points
 */
export const spotFor = (count) => (count > 50000 ? 2 : 3);

const STEP = 50000; // points, or spots, between two chances to stop

/**
 * Work in steps. The work itself is a plain function: loops of a generator are slow.
 *
 * @param {number} count
 * @param {(from: number, to: number) => void} work
 */
function* inSteps(count, work) {
  for (let from = 0; from < count; from += STEP) {
    work(from, Math.min(count, from + STEP));
    yield;
  }
}

/**
 * Each drawn point's spot and layer as one number, and how many points are in each.
 *
 * @param {Points} points
 * @param {Drawing} state
 * @param {View} view that the picture covers
 * @param {Grid} grid
 * @returns {Generator<void, { spots: Int32Array, starts: Uint32Array }, void>}
 */
function* sortedIn(points, { colouring, choice, active }, view, { columns, lines }) {
  const { x, y } = points;
  const { drawn } = choice;
  const [low, high] = [view.x[0], view.y[1]];
  const [sx, sy] = [columns / (view.x[1] - low), lines / (high - view.y[0])];
  const layerOf = layerFinder(points, colouring, active);
  const spots = new Int32Array(drawn.length);
  const starts = new Uint32Array(columns * lines * LAYERS.length + 1);
  yield* inSteps(drawn.length, (from, to) => {
    for (let k = from; k < to; k++) {
      const i = drawn[k];
      const column = Math.floor((x[i] - low) * sx);
      const line = Math.floor((high - y[i]) * sy); // the first line is on top
      if (column >= 0 && column < columns && line >= 0 && line < lines) {
        spots[k] = (line * columns + column) * LAYERS.length + layerOf(i);
        starts[spots[k] + 1]++;
      } else spots[k] = -1;
    }
  });
  return { spots, starts };
}

/**
 * The colours of a colouring in a table, and each point's place in it.
 *
 * @param {Drawing["colouring"]} colouring
 * @returns {{ table: number[][], at: (i: number) => number }}
 */
function coloursOf(colouring) {
  if (colouring.kind === "categories") {
    return { table: colouring.colours.map(channels), at: (i) => colouring.codes[i] };
  }
  const { values, low, high, scale } = colouring;
  const table = Array.from({ length: SCALE_STEPS }, (_, k) => alongScale(scale, k / (SCALE_STEPS - 1)));
  const factor = (SCALE_STEPS - 1) / (high - low);
  return { table, at: (i) => Math.min(SCALE_STEPS - 1, Math.max(0, Math.round((values[i] - low) * factor))) };
}

/**
 * Made in steps, as of a million points it takes longer than a page may keep its user waiting.
 *
 * @param {Points} points
 * @param {Drawing} state
 * @param {View} view that the picture covers
 * @param {Grid} grid
 * @param {Theme} theme
 * @returns {Generator<void, Picture, void>}
 */
export function* pictureOf(points, state, view, grid, theme) {
  const { drawn } = state.choice;
  const { spots, starts } = yield* sortedIn(points, state, view, grid);
  const count = starts.length - 1;
  const fullest = LAYERS.map(() => 1);
  for (let s = 0; s < count; s++) {
    const layer = s % LAYERS.length;
    if (starts[s + 1] > fullest[layer]) fullest[layer] = starts[s + 1];
  }
  for (let s = 0; s < count; s++) starts[s + 1] += starts[s];
  const { table, at } = coloursOf(state.colouring);
  const colours = new Uint16Array(drawn.length); // spot by spot
  const next = starts.slice(0, -1);
  yield* inSteps(drawn.length, (from, to) => {
    for (let k = from; k < to; k++) if (spots[k] >= 0) colours[next[spots[k]]++] = at(drawn[k]);
  });
  const grey = channels(theme.dark ? "#8b8f98" : "#a3a7b0");
  const colourAt = state.colouring.kind === "categories" ? commonest(table) : middle(table);
  const pixels = new Uint8ClampedArray(4 * grid.columns * grid.lines);
  yield* inSteps(count, (from, to) => {
    for (let s = from; s < to; s++) {
      const here = starts[s + 1] - starts[s];
      if (!here) continue;
      const layer = s % LAYERS.length;
      const [least, most] = SOLID[LAYERS[layer]];
      const part = fullest[layer] > 1 ? Math.log(here) / Math.log(fullest[layer]) : 1;
      const colour = layer < 2 ? grey : colourAt(colours, starts[s], starts[s + 1]);
      paintOver(pixels, 4 * Math.floor(s / LAYERS.length), colour, least + (most - least) * part);
    }
  });
  return { pixels, ...grid };
}

/**
 * @param {number[][]} table
 * @returns {(codes: Uint16Array, from: number, to: number) => number[]} the colour that most of them have
 */
function commonest(table) {
  const tally = new Uint32Array(table.length);
  return (codes, from, to) => {
    let best = codes[from];
    for (let k = from; k < to; k++) if (++tally[codes[k]] > tally[best]) best = codes[k];
    for (let k = from; k < to; k++) tally[codes[k]] = 0;
    return table[best];
  };
}

/**
 * @param {number[][]} table of a scale
 * @returns {(steps: Uint16Array, from: number, to: number) => number[]} the colour of their mean
 */
function middle(table) {
  return (steps, from, to) => {
    let sum = 0;
    for (let k = from; k < to; k++) sum += steps[k];
    return table[Math.round(sum / (to - from))];
  };
}

/**
 * @param {Uint8ClampedArray} pixels
 * @param {number} at
 * @param {number[]} colour
 * @param {number} alpha
 */
function paintOver(pixels, at, colour, alpha) {
  const below = (pixels[at + 3] / 255) * (1 - alpha);
  const solid = alpha + below;
  for (let c = 0; c < 3; c++) pixels[at + c] = (colour[c] * alpha + pixels[at + c] * below) / solid;
  pixels[at + 3] = 255 * solid;
}
