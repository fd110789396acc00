// @ts-check
// Downloads. The exported figure has a legend or colour bar of plotly's own, as ours is not part of the picture.

import { asText, escapeText, layersOf, layoutFor, marksOf, tracesFor } from "./figure.js";
import { grouped } from "../shared/numbers.js";

/** @import { Drawing, Layer, TraceType } from "./figure.js" */
/** @import { Points } from "./points.js" */
/** @import { Theme } from "./theme.js" */
/**
 * @typedef {object} Map what is exported
 * @property {Points} points
 * @property {Drawing} state
 * @property {Theme} theme
 * @property {string} title
 * @property {object[]} [images] of points that are drawn as a picture, as plotly has them
 */

const VECTOR_UP_TO = 20000; // an SVG with more markers than this opens in no drawing program
const LONGEST_NAME = 32; // letters; more would squeeze the picture
const LONGEST_FILE_NAME = 60;

/**
 * @param {Omit<Map, "title">} map
 * @param {TraceType} type
 */
export function exportFigure({ points, state, theme, images = [] }, type) {
  const data = tracesFor(points, state, theme, { type, paint: asText });
  const layout = layoutFor(state, theme, "pan");
  layout.images = images;
  layout.paper_bgcolor = layout.plot_bgcolor = theme.background;
  const { colouring } = state;
  const key = (/** @type {string} */ name, /** @type {object} */ marker) => ({
    type: "scatter",
    mode: "markers",
    name: escapeText(name),
    x: [null],
    y: [null],
    marker,
  });
  if (colouring.kind === "measure") {
    const { scale: colorscale, low: cmin, high: cmax, title, unit } = colouring;
    const text = escapeText(unit ? `${title} (${unit})` : title);
    const colorbar = { title: { text, side: "right" }, thickness: 12 };
    const marker = { color: [cmin], colorscale, cmin, cmax, showscale: true, colorbar };
    data.push({ ...key("", marker), showlegend: false });
    return { data, layout };
  }
  colouring.names.forEach((name, code) => {
    const count = state.counts?.[code];
    const marker = { color: colouring.colours[code], symbol: colouring.shapes?.[code] ?? "circle", size: 9 };
    if (count) data.push(key(`${shortened(name)} (${grouped(count)})`, marker));
  });
  layout.showlegend = true;
  layout.legend = { title: { text: escapeText(colouring.title) }, itemsizing: "constant" };
  return { data, layout };
}

/** @param {string} name */
export function shortened(name) {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}

/**
 * Letters and digits of a title, with dashes between.
 *
 * @param {string} title
 * @param {string} extension
 */
export function fileName(title, extension) {
  const stem = title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
  return `${stem.slice(0, LONGEST_FILE_NAME) || "map"}.${extension}`;
}

/**
 * @param {string} name
 * @param {string} url
 */
function save(name, url) {
  const link = document.createElement("a");
  link.download = name;
  link.href = url;
  link.click();
}

/**
 * @param {any} Plotly
 * @param {string} plotlyUrl
 * @param {Map} map
 * @param {string} format png, svg or html
 * @param {{ width: number, height: number }} size pixels
 */
export async function download(Plotly, plotlyUrl, map, format, size) {
  const name = fileName(map.title, format);
  if (format === "html") {
    const library = await (await fetch(plotlyUrl)).text();
    return saveText(name, standalonePage(library, map), "text/html");
  }
  const vector = format === "svg" && marksOf(map.state.choice).length <= VECTOR_UP_TO;
  const { data, layout } = exportFigure(map, vector ? "scatter" : "scattergl");
  const picture = { format, width: size.width + 160, height: size.height, scale: format === "png" ? 2 : 1 };
  save(name, await Plotly.toImage({ data, layout: { ...layout, autosize: false } }, picture));
}

/**
 * @param {string} name
 * @param {string} text
 * @param {string} type
 */
function saveText(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  save(name, url);
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/**
 * One file that opens without a network: plotly.js, the figure, and what the hover box says.
 *
 * @param {string} library text of plotly.js
 * @param {Map} map
 */
export function standalonePage(library, map) {
  const { points, state, theme, title } = map;
  const { data, layout } = exportFigure(map, "scattergl");
  const layers = layersOf(points, state.colouring, marksOf(state.choice), state.active);
  const said = (/** @type {number} */ i) =>
    points.describe(i).map(([name, value]) => `${escapeText(name)}: ${escapeText(value)}`);
  for (const trace of data) {
    const indices = layers[/** @type {Layer} */ (trace.name)];
    if (trace.type !== "scattergl" || !indices?.length) continue;
    trace.text = indices.map((i) => said(i).join("<br>"));
    trace.hoverinfo = "text";
  }
  layout.hovermode = "closest";
  layout.hoverlabel = { align: "left", bgcolor: theme.background, font: { color: theme.text } };
  const plain = (/** @type {string} */ _, /** @type {any} */ value) =>
    ArrayBuffer.isView(value) ? Array.from(/** @type {Float32Array} */ (value)) : value;
  const safe = JSON.stringify({ data, layout }, plain).replace(/</g, "\\u003c");
  return `<!DOCTYPE html><html><head><meta charset="utf-8"><title>${escapeText(title)}</title>
<style>html,body,#map{height:100%;margin:0}</style></head><body><div id="map"></div>
<script>${library}</script>
<script>const f=${safe};Plotly.newPlot("map",f.data,f.layout,{scrollZoom:true,responsive:true,displaylogo:false});</script>
</body></html>`;
}
