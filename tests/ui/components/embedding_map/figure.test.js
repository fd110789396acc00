// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import {
  exportFigure,
  fileName,
  shortened,
  standalonePage,
} from "../../../../bioviz/ui/components/embedding_map/export.js";
import {
  alongScale,
  asText,
  colourTable,
  drawnWith,
  escapeText,
  isContourAlone,
  layersOf,
  layoutFor,
  markerFor,
  tracesFor,
} from "../../../../bioviz/ui/components/embedding_map/figure.js";
import { countsPerName } from "../../../../bioviz/ui/components/embedding_map/legend.js";
import { faded, luminance } from "../../../../bioviz/ui/components/embedding_map/theme.js";
import { LIGHT as theme, column, pointsAt, scattered } from "./sample_points.js";

/** @import { Drawing } from "../../../../bioviz/ui/components/embedding_map/figure.js" */
/** @import { Points } from "../../../../bioviz/ui/components/embedding_map/points.js" */

const HOSTILE = "<img src=x onerror=hack()>";

/** @type {[number, number][]} */
const places = [
  [0, 0],
  [1, 0],
  [2, 0],
  [3, 0],
  [4, 0],
];
const points = pointsAt(places, {
  background: column("u1", [1, 0, 0, 1, 0]),
  colourings: [
    {
      kind: "categories",
      id: "label",
      title: "Label",
      names: ["background", "wren", HOSTILE, "nobody"],
      colours: ["#888888", "#0072B2", "#D55E00", "#000000"],
      codes: column("u1", [0, 1, 2, 0, 1]),
    },
    {
      kind: "measure",
      id: "snr",
      title: "Signal to noise",
      unit: "dB",
      low: 0,
      high: 10,
      scale: [
        [0, "#000000"],
        [0.5, "#ff0000"],
        [1, "#ffffff"],
      ],
      values: column("f4", [0, 5, NaN, 10, 50]),
    },
  ],
  columns: [{ kind: "text", title: "Recording", table: [HOSTILE], codes: column("u1", [0, 0, 0, 0, 0]) }],
});

/**
 * @param {string} id of the colouring
 * @param {Partial<Drawing>} [more]
 * @returns {Drawing}
 */
function drawing(id, more = {}) {
  const colouring = points.colouring(id);
  const counts = colouring.kind === "categories" ? countsPerName(colouring, points.order) : null;
  const drawn = Int32Array.of(0, 1, 2, 3, 4);
  const choice = { drawn, inView: 5, drawnInView: 5, pictured: false, whole: true };
  const all = () => true;
  const look = { background: /** @type {const} */ ("both"), isDrawn: all };
  return { colouring, choice, active: all, view: points.extent, counts, ...look, ...more };
}

test("fewer points are larger and more solid, within bounds", () => {
  const markers = [0, 1, 10, 100, 1000, 10_000, 100_000, 10_000_000].map(markerFor);
  for (let k = 1; k < markers.length; k++) {
    assert.ok(markers[k].size <= markers[k - 1].size && markers[k].opacity <= markers[k - 1].opacity);
  }
  assert.deepEqual([markers[0].size, markers[0].opacity], [9, 0.92]);
  assert.deepEqual([markers.at(-1)?.size, markers.at(-1)?.opacity], [2.4, 0.45]);
});

test("each drawn point is in one layer, greyed-out ones lowest", () => {
  const { colouring, choice } = drawing("label");
  const active = (/** @type {number} */ i) => i !== 4;
  assert.deepEqual(layersOf(points, colouring, choice.drawn, active), {
    dimmed: [4],
    unknown: [],
    background: [0, 3],
    labelled: [1, 2],
  });
});

test("a point without a value is unknown, and a raised name is above the background", () => {
  const { colouring, choice } = drawing("snr");
  const layers = layersOf(points, colouring, choice.drawn, () => true);
  assert.deepEqual(layers, { dimmed: [], unknown: [2], background: [0, 3], labelled: [1, 4] });
  const label = drawing("label").colouring;
  assert.equal(label.kind, "categories");
  const raised = layersOf(points, /** @type {any} */ ({ ...label, raised: [0] }), choice.drawn, () => true);
  assert.deepEqual(raised.labelled, [0, 1, 2, 3, 4]);
});

test("points have the colour of their name, or of their value along the scale", () => {
  const byName = colourTable(points.colouring("label"), asText);
  assert.deepEqual([0, 1, 2].map(byName), ["rgb(136,136,136)", "rgb(0,114,178)", "rgb(213,94,0)"]);
  const byValue = colourTable(points.colouring("snr"), asText);
  assert.deepEqual([0, 3, 4].map(byValue), ["rgb(0,0,0)", "rgb(255,255,255)", "rgb(255,255,255)"]);
});

test("between the stops of a scale colours are mixed", () => {
  /** @type {[number, string][]} */
  const scale = [
    [0, "#000000"],
    [0.5, "#ff0000"],
    [1, "#ffffff"],
  ];
  assert.deepEqual(alongScale(scale, 0), [0, 0, 0]);
  assert.deepEqual(alongScale(scale, 0.25), [128, 0, 0]);
  assert.deepEqual(alongScale(scale, 0.5), [255, 0, 0]);
  assert.deepEqual(alongScale(scale, 1), [255, 255, 255]);
});

test("the traces hold every drawn point once, with its place and colour", () => {
  const traces = tracesFor(points, drawing("label"), theme);
  assert.deepEqual(
    traces.map((trace) => [trace.name, trace.type, [...trace.x]]),
    [
      ["dimmed", "scattergl", []],
      ["unknown", "scattergl", []],
      ["background", "scattergl", [0, 3]],
      ["labelled", "scattergl", [1, 2, 4]],
    ],
  );
  assert.deepEqual(traces[3].marker.color[1], [213 / 255, 94 / 255, 0, 1]);
  assert.ok(traces[2].marker.size < traces[3].marker.size);
});

test("a small map needs no WebGL, and SVG gets colours as text", () => {
  const small = drawnWith({ order: new Int32Array(1500) });
  const large = drawnWith({ order: new Int32Array(1501) });
  assert.deepEqual([small.type, small.paint([1, 2, 3])], ["scatter", "rgb(1,2,3)"]);
  assert.deepEqual([large.type, large.paint([255, 0, 0])], ["scattergl", [1, 0, 0, 1]]);
});

test("points that are drawn as a picture are no marks", () => {
  const pictured = { drawn: Int32Array.of(0, 1), inView: 5, drawnInView: 5, pictured: true, whole: false };
  const traces = tracesFor(points, drawing("label", { choice: pictured }), theme);
  assert.deepEqual(
    traces.map((trace) => trace.x.length),
    [0, 0, 0, 0],
  );
});

test("background of which no contours are drawn is dots", () => {
  const few = pointsAt(scattered(40), { background: column("u1", Array(40).fill(0).fill(1, 31)) });
  const [label] = few.colourings;
  assert.ok(
    !tracesFor(few, { ...drawing("label", { colouring: label }), background: "contours" }, theme).some(
      ({ type }) => type === "contour",
    ),
  );
  assert.ok([...Array(40).keys()].every((i) => !isContourAlone(few, label, "contours", i)));
});

test("background is left to the contours where these are to be alone, but not where a colouring raises it", () => {
  const label = points.colouring("label");
  points.made.density = { lines: [[1]] }; // as if there were more of it
  const shown = (/** @type {any} */ colouring, /** @type {any} */ look) =>
    [0, 1, 2, 3, 4].filter((i) => !isContourAlone(points, colouring, look, i));
  assert.deepEqual(shown(label, "both"), [0, 1, 2, 3, 4]);
  assert.deepEqual(shown(label, "dots"), [0, 1, 2, 3, 4]);
  assert.deepEqual(shown(label, "contours"), [1, 2, 4]);
  assert.deepEqual(shown({ ...label, raised: [0] }, "contours"), [0, 1, 2, 3, 4]);
  points.made.density = undefined;
});

test("contours are drawn unless background is to be dots alone", () => {
  const many = pointsAt(scattered(40), { background: column("u1", Array(40).fill(1)) });
  const state = drawing("label", { colouring: many.colourings[0] });
  const types = (/** @type {any} */ background) =>
    tracesFor(many, { ...state, background }, theme).map((trace) => trace.type);
  assert.deepEqual([types("both")[0], types("contours")[0]], ["contour", "contour"]);
  assert.ok(!types("dots").includes("contour"));
});

test("labelled points have the shapes of their names and an edge, as long as they are large enough", () => {
  const label = drawing("label");
  const colouring = /** @type {any} */ ({
    ...label.colouring,
    shapes: ["circle", "square", "diamond", "circle"],
  });
  const [background, labelled] = tracesFor(points, { ...label, colouring }, theme).slice(-2);
  assert.deepEqual(labelled.marker.symbol, ["square", "diamond", "square"]);
  assert.equal(labelled.marker.line.width, 1);
  assert.notDeepEqual(labelled.marker.line.color[0], labelled.marker.color[0]);
  assert.equal(background.marker.symbol, undefined);
  assert.ok(background.marker.size <= labelled.marker.size / 2, "background is told by size too");
});

test("the picture fills its stage: there are no axes, as a map has no unit", () => {
  const layout = layoutFor(drawing("label"), theme, "pan");
  assert.ok(!layout.xaxis.visible && !layout.yaxis.visible);
  assert.deepEqual(Object.values(layout.margin), [0, 0, 0, 0]);
  assert.deepEqual(layout.xaxis.range, points.extent.x);
  assert.notEqual(layout.xaxis.range, points.extent.x); // plotly writes into it
});

test("an exported picture has a legend of the names that occur, with their numbers", () => {
  const { data, layout } = exportFigure({ points, state: drawing("label"), theme }, "scatter");
  const names = data.slice(4).map((trace) => trace.name);
  assert.deepEqual(names, ["background (2)", "wren (2)", `${escapeText(HOSTILE)} (1)`]);
  assert.equal(layout.paper_bgcolor, "#ffffff");
  assert.ok(layout.showlegend);
  assert.ok(data.slice(0, 4).every((trace) => trace.type === "scatter"));
  assert.equal(data[3].marker.color[0], "rgb(0,114,178)"); // as text: SVG knows no WebGL colours
});

test("an exported measure has a colour bar with its unit", () => {
  const { data } = exportFigure({ points, state: drawing("snr"), theme }, "scatter");
  const { marker } = data.at(-1);
  assert.equal(marker.colorbar.title.text, "Signal to noise (dB)");
  assert.deepEqual([marker.cmin, marker.cmax], [0, 10]);
});

test("an exported page holds the figure and what the hover box says, and no tag from a name", () => {
  const page = standalonePage("/* plotly */", { points, state: drawing("label"), theme, title: HOSTILE });
  assert.ok(!page.includes("<img"));
  const json = /const f=(.*);Plotly/.exec(page)?.[1] ?? "";
  assert.ok(!json.includes("<")); // not even what the figure writes itself, such as a line's end
  const { data, layout } = JSON.parse(json);
  assert.deepEqual(data[3].x, [1, 2, 4]);
  assert.equal(data[3].text[0], `Recording: ${escapeText(HOSTILE)}`);
  assert.equal(layout.hovermode, "closest");
});

test("file names are the title's letters and digits", () => {
  assert.equal(fileName("Map of 600 clips: Wörter/../x", "png"), "Map-of-600-clips-Wörter-x.png");
  assert.equal(fileName("///", "svg"), "map.svg");
  assert.equal(fileName("a".repeat(100), "html").length, 65);
});

test("long names are shortened in the legend", () => {
  assert.equal(shortened("a".repeat(32)).length, 32);
  assert.equal(shortened("a".repeat(33)), `${"a".repeat(31)}…`);
});

test("theme colours are faded and weighed", () => {
  assert.equal(faded("#31333f", 0.25), "rgba(49,51,63,0.25)");
  assert.ok(luminance("#0e1117") < 0.4);
  assert.ok(Math.abs(luminance("#ffffff") - 1) < 1e-9);
});

test("text from files is escaped", () => {
  assert.equal(escapeText("<b>&</b>"), "&lt;b&gt;&amp;&lt;/b&gt;");
  assert.equal(escapeText(3), "3");
});
