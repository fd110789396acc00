// @ts-check
// What the map is made of: toolbar, stage with picture and marks, legend, and the line below.

import { el, svg } from "../shared/dom.js";
import { makeToolbar } from "./toolbar.js";

/** @import { ToolbarActions } from "./toolbar.js" */
/** @import { PlotAxis } from "./view_box.js" */
/**
 * @typedef {HTMLDivElement & {
 *   _fullLayout?: { xaxis?: PlotAxis, yaxis: PlotAxis },
 *   on(event: string, listener: () => void): void,
 * }} Plot as plotly leaves the element
 */

let made = 0; // maps, to name their parts

/** @param {ToolbarActions} actions */
export function buildMap(actions) {
  const toolbar = makeToolbar(actions);
  const headline = el("p", { class: "bm-headline", hidden: true });
  toolbar.bar.prepend(headline);
  const plot = /** @type {Plot} */ (el("div", { class: "bm-plot" }));
  const overlay = svg("svg", { class: "bm-overlay" });
  const tip = el("div", { class: "bm-tip", hidden: true });
  const message = el("div", { class: "bm-message", text: "Drawing …" });
  const focusable = { class: "bm-stage", tabindex: 0, role: "application" };
  const stage = el("div", focusable, plot, overlay, tip, message);
  const legend = el("aside", { class: "bm-legend" });
  const status = el("div", { class: "bm-status", role: "status" });
  const told = el("div", { class: "bm-told", id: `bm-told-${(made += 1)}` });
  stage.setAttribute("aria-describedby", told.id);
  const main = el("div", { class: "bm-main" }, stage, legend);
  const root = el("div", { class: "bioviz-map" }, toolbar.bar, main, status, told);
  return { toolbar, headline, plot, overlay, tip, message, stage, legend, status, told, root };
}
