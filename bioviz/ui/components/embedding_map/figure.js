// @ts-check
// What plotly is given: traces and layout from points and state. Pure functions.

import { channels } from "../shared/colours.js";
import { contourLines, densityContours } from "./density.js";

/** @import { Colouring, Measure, Points } from "./points.js" */
/** @import { Choice } from "./sampling.js" */
/** @import { Theme } from "./theme.js" */
/** @import { View } from "./view_box.js" */
/**
 * @typedef {object} Drawing what is on the map
 * @property {Colouring} colouring
 * @property {Choice} choice
 * @property {(i: number) => boolean} active whether a point is not greyed out
 * @property {boolean} [isSelection] they are greyed out as they are not selected
 * @property {View} view
 * @property {Int32Array | null} counts points of each name, null where a measure colours
 * @property {BackgroundLook} background how background is drawn
 * @property {(i: number) => boolean} isDrawn whether a point is drawn where it is in view, and not shown by contours alone
 */
/** @typedef {"both" | "dots" | "contours"} BackgroundLook */
/** @typedef {"dimmed" | "unknown" | "background" | "labelled"} Layer */
/** @typedef {"scattergl" | "scatter"} TraceType */
/** @typedef {number[] | string} Paint */

/** @type {readonly Layer[]} from the bottom up */
export const LAYERS = ["dimmed", "unknown", "background", "labelled"];
export const SCALE_STEPS = 256; // colours of a measure's scale
const MOST_SVG_MARKS = 1500;
const SHAPES_FROM = 5; // pixels; smaller marks look alike
const EDGE = 0.62; // part of the colour in a mark's edge, the rest is the text's

/**
 * Fewer points are larger and more solid; both fall with the logarithm of their number.
 *
 * @param {number} count
 */
export function markerFor(count) {
  const magnitude = Math.log10(Math.max(count, 1));
  const within = (/** @type {number} */ value, /** @type {number} */ low, /** @type {number} */ high) =>
    Math.min(high, Math.max(low, value));
  return {
    size: within(13.5 - 2.2 * magnitude, 2.4, 9),
    opacity: within(1.2 - 0.14 * magnitude, 0.45, 0.92),
  };
}

/**
 * The points that are drawn one by one.
 *
 * @param {Choice} choice
 */
export const marksOf = ({ drawn, pictured }) => (pictured ? new Int32Array() : drawn);

/**
 * Whether a background clip is shown by the contours alone; where so few are there that none are drawn, it is a dot.
 *
 * @param {Points} points
 * @param {Colouring} colouring
 * @param {BackgroundLook} look
 * @param {number} i
 */
export function isContourAlone(points, colouring, look, i) {
  if (look !== "contours" || !points.background[i] || !contourLines(points)) return false;
  return !(colouring.kind === "categories" && colouring.raised?.includes(colouring.codes[i]));
}

/**
 * The drawn points in four layers, from the bottom: greyed out, value unknown, background, the rest.
 *
 * @param {Pick<Points, "background">} points
 * @param {Colouring} colouring
 * @param {Int32Array} drawn
 * @param {(i: number) => boolean} active
 */
export function layersOf(points, colouring, drawn, active) {
  /** @type {Record<Layer, number[]>} */
  const layers = { dimmed: [], unknown: [], background: [], labelled: [] };
  const layerOf = layerFinder(points, colouring, active);
  for (const i of drawn) layers[LAYERS[layerOf(i)]].push(i);
  return layers;
}

/**
 * @param {Pick<Points, "background">} points
 * @param {Colouring} colouring
 * @param {(i: number) => boolean} active
 * @returns {(i: number) => number} the place of a point's layer in LAYERS
 */
export function layerFinder({ background }, colouring, active) {
  if (colouring.kind === "measure") {
    const { values } = colouring;
    return (i) => (!active(i) ? 0 : values[i] !== values[i] ? 1 : background[i] ? 2 : 3); // only NaN is not itself
  }
  const { codes } = colouring;
  const isRaised = Uint8Array.from(colouring.names, (_, code) => (colouring.raised?.includes(code) ? 1 : 0));
  return (i) => (!active(i) ? 0 : background[i] && !isRaised[codes[i]] ? 2 : 3);
}

/**
 * The colours of all points as a table and each point's place in it.
 *
 * @param {Colouring} colouring
 * @param {(rgb: number[]) => Paint} paint makes the table's entries: for WebGL [r, g, b, alpha] arrays, which plotly
 *   need not parse once a point (a second for 100,000 colour texts)
 * @returns {(i: number) => Paint}
 */
export function colourTable(colouring, paint) {
  if (colouring.kind === "categories") {
    const table = colouring.colours.map((colour) => paint(channels(colour)));
    return (i) => table[colouring.codes[i]];
  }
  const { values, low, high, scale } = colouring;
  const table = Array.from({ length: SCALE_STEPS }, (_, k) =>
    paint(alongScale(scale, k / (SCALE_STEPS - 1))),
  );
  const factor = (SCALE_STEPS - 1) / (high - low);
  return (i) => table[Math.min(SCALE_STEPS - 1, Math.max(0, Math.round((values[i] - low) * factor)))];
}

/**
 * @param {Measure["scale"]} scale
 * @param {number} at from 0 to 1
 * @returns {number[]} red, green, blue
 */
export function alongScale(scale, at) {
  const k = Math.min(scale.length - 2, Math.floor(at * (scale.length - 1)));
  const part = at * (scale.length - 1) - k;
  const [from, to] = [channels(scale[k][1]), channels(scale[k + 1][1])];
  return from.map((value, c) => Math.round(value + part * (to[c] - value)));
}

/**
 * The colours of the marks' edges, which stand out from the page where the marks themselves hardly do.
 *
 * @param {Colouring} colouring
 * @param {Theme} theme
 * @param {(rgb: number[]) => Paint} paint
 */
function edgeTable(colouring, theme, paint) {
  const text = channels(theme.text);
  return colourTable(colouring, (rgb) =>
    paint(rgb.map((value, c) => Math.round(EDGE * value + (1 - EDGE) * text[c]))),
  );
}

/** @param {number[]} rgb */
const asArray = (rgb) => [rgb[0] / 255, rgb[1] / 255, rgb[2] / 255, 1];
/** @param {number[]} rgb */
export const asText = (rgb) => `rgb(${rgb.join(",")})`;

/**
 * @param {ArrayLike<number>} source
 * @param {number[]} indices
 */
function gather(source, indices) {
  const gathered = new Float32Array(indices.length);
  for (let k = 0; k < indices.length; k++) gathered[k] = source[indices[k]];
  return gathered;
}

/**
 * @param {Points} points
 * @param {Layer} name
 * @param {number[]} indices
 * @param {object} marker
 * @param {TraceType} type
 */
function scatterTrace(points, name, indices, marker, type) {
  return {
    type,
    name,
    mode: "markers",
    x: gather(points.x, indices),
    y: gather(points.y, indices),
    hoverinfo: "skip",
    showlegend: false,
    marker: { line: { width: 0 }, ...marker },
  };
}

/**
 * Marks of their names' shapes where there are any and they are large enough to be told.
 *
 * @param {Colouring} colouring
 * @param {number[]} indices
 * @param {number} size
 */
function symbols(colouring, indices, size) {
  if (colouring.kind !== "categories" || !colouring.shapes?.length || size < SHAPES_FROM) return {};
  const { shapes, codes } = colouring;
  return { symbol: indices.map((i) => shapes[codes[i]]) };
}

/**
 * How the marks of a map are drawn: few as SVG, as starting WebGL takes a second where no graphics card does it.
 *
 * @param {Pick<Points, "order">} points
 * @returns {{ type: TraceType, paint: (rgb: number[]) => Paint }}
 */
export const drawnWith = ({ order }) =>
  order.length <= MOST_SVG_MARKS ? { type: "scatter", paint: asText } : { type: "scattergl", paint: asArray };

/**
 * @param {Points} points
 * @param {Drawing} state
 * @param {Theme} theme
 * @param {{ type?: TraceType, paint?: (rgb: number[]) => Paint }} [options]
 * @returns {any[]} plotly traces
 */
export function tracesFor(points, state, theme, { type = "scattergl", paint = asArray } = {}) {
  const { colouring, choice, active } = state;
  const layers = layersOf(points, colouring, marksOf(choice), active);
  const { size, opacity } = markerFor(choice.drawn.length);
  const colourOf = colourTable(colouring, paint);
  const grey = theme.dark ? "#8b8f98" : "#a3a7b0";
  const edgeOf = edgeTable(colouring, theme, paint);
  const edges = size >= SHAPES_FROM ? { width: 1, color: layers.labelled.map(edgeOf) } : { width: 0 };
  const layer = (/** @type {Layer} */ name, /** @type {object} */ marker) =>
    scatterTrace(points, name, layers[name], marker, type);
  /** @type {any[]} */
  const traces = [
    layer("dimmed", { size: size * 0.6, opacity: state.isSelection ? 0.3 : 0.13, color: grey }),
    layer("unknown", { size: size * 0.85, opacity: opacity * 0.5, color: grey }),
    layer("background", {
      size: Math.max(2, size * 0.5),
      opacity: 0.75,
      color: layers.background.map(colourOf),
    }),
    layer("labelled", {
      size,
      opacity,
      color: layers.labelled.map(colourOf),
      line: edges,
      ...symbols(colouring, layers.labelled, size),
    }),
  ];
  if (state.background !== "dots")
    traces.unshift(...densityContours(points, theme, state.background === "contours"));
  return traces;
}

/**
 * All of the stage is the picture: the map has no unit, so it has no axes, and each direction its own scale.
 *
 * @param {Pick<Drawing, "view">} state
 * @param {Theme} theme
 * @param {string | false} dragmode
 * @returns {Record<string, any>} plotly layout
 */
export function layoutFor(state, theme, dragmode) {
  const axis = (/** @type {number[]} */ range) => ({ range: [...range], autorange: false, visible: false });
  return {
    margin: { l: 0, r: 0, t: 0, b: 0 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: theme.font, color: theme.text, size: 12 },
    xaxis: axis(state.view.x),
    yaxis: axis(state.view.y),
    showlegend: false,
    hovermode: false,
    dragmode,
    autosize: true,
  };
}

/**
 * Plotly reads a little HTML in its texts: names from files must not become tags.
 *
 * @param {unknown} text
 */
export function escapeText(text) {
  return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
