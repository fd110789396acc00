// @ts-check
// What the map shows: its parts, its state, and drawing it. What the user does with it is in embedding_map.js.

import { actLog } from "../shared/acts.js";
import { Callout } from "./callout.js";
import { drawnWith, isContourAlone, layoutFor, tracesFor } from "./figure.js";
import { buildMap } from "./layout.js";
import { countsPerName, renderLegend } from "./legend.js";
import { drawMarks } from "./overlay.js";
import { Crowd, namesOn } from "./names.js";
import { loadPlotly } from "./plotly_load.js";
import { MapState } from "./map_state.js";
import { storedPoints } from "./point_store.js";
import { emptyText, showStatus, showTip, statusText, tipLines, toldText } from "./said.js";
import { PictureLayer } from "./picture_layer.js";
import { choosePoints } from "./sampling.js";
import { themeOf } from "./theme.js";
import { fromPixel, sameView, toPixel, transformOf } from "./view_box.js";

/** @import { Component } from "../shared/mounting.js" */
/** @import { Drawing } from "./figure.js" */
/** @import { MapProps } from "./map_state.js" */
/** @import { SelectionTool } from "./gestures.js" */
/** @import { Theme } from "./theme.js" */
/** @import { MarkedName } from "./overlay.js" */
/** @import { Mode } from "./toolbar.js" */
/** @import { Pixel, Transform, View } from "./view_box.js" */
const FLAT = { displayModeBar: false, scrollZoom: true, doubleClick: false, showTips: false };

export class MapView extends MapState {
  /** @type {Mode} */
  mode = "pan";
  drawnOnce = false;
  /** @type {unknown[]} */
  drawnOf = [];
  /** @type {MarkedName[]} */
  names = [];
  // The following are there from the first update or drawing on.
  /** @type {Component<MapProps>} */
  component;
  /** @type {View} all points, as wide as the stage makes it */
  home;
  /** @type {Theme} */
  theme;
  /** @type {Drawing} */
  state;
  /** @type {any} */
  Plotly;

  /** @param {HTMLElement} parent */
  constructor(parent) {
    super();
    this.parts = buildMap({
      onColour: (id) => this.recolour(id),
      onMode: (mode) => this.setMode(mode),
      onReset: () => this.setView(this.points.extent, true),
      onDownload: (format) => this.download(format),
      onBackground: (look) => this.showBackground(look),
    });
    this.picture = new PictureLayer();
    this.parts.plot.after(this.picture.element);
    this.callout = new Callout({
      show: (region) => this.selectRows(region.rows),
      why: () => this.askWhy(),
      changed: () => this.drawOverlay(),
    });
    this.root = this.parts.root;
    this.parts.stage.append(this.callout.element);
    this.stage = this.parts.stage;
    this.plot = this.parts.plot;
    parent.append(this.root);
    this.resizer = new ResizeObserver(() => this.resized());
    this.resizer.observe(this.stage);
    this.setMode("pan");
  }

  // ---- from Python -------------------------------------------------------------------------------------

  /** @param {Component<MapProps>} component */
  async update(component) {
    this.component = component;
    const props = (this.props = component.data);
    this.follow(actLog(props.group));
    this.root.classList.toggle("bm-fill", props.fill);
    this.root.classList.toggle("bm-plain", !props.legend);
    this.root.style.setProperty("--bm-height", props.fill ? "100%" : props.height);
    this.parts.headline.hidden = !props.headline;
    this.parts.headline.textContent = this.parts.headline.title = props.headline;
    const help = "Arrow keys step from clip to clip, Escape clears the selection.";
    this.stage.setAttribute("aria-label", `${props.label}. ${help}`);
    this.theme = themeOf(this.root);
    const points = storedPoints(props.digest);
    if (!points) return;
    if (this.points !== points) this.take(points);
    try {
      this.Plotly = await loadPlotly(props.plotly_url);
    } catch (error) {
      return this.say(error instanceof Error ? error.message : String(error));
    }
    this.takeActs(); // as late as can be: the user may have acted meanwhile
    const shown = this.shownNow(this.theme);
    if (shown.some((part, k) => part !== this.drawnOf[k])) return this.draw();
    this.drawOverlay(); // Python ran for something else, which costs a large map nothing
    this.tell();
  }

  /** @param {string} id */
  showColouring(id) {
    this.parts.toolbar.setColourings(this.points.colourings, id);
  }

  // ---- drawing -----------------------------------------------------------------------------------------

  /** @param {string} text */
  say(text) {
    this.parts.message.textContent = text;
    this.parts.message.hidden = !text;
  }

  /** @param {{ isGlance?: boolean }} [options] of a glance the legend stays, as the pointer is on it */
  draw({ isGlance = false } = {}) {
    if (!this.Plotly || !this.points) return;
    const { points } = this;
    const colouring = points.colouring(this.colourId);
    const background = this.backgroundLook();
    this.parts.toolbar.setBackground(background);
    const mask = this.selection?.mask;
    // Selected background clips are drawn whatever look background has.
    const isDrawn = (/** @type {number} */ i) =>
      mask?.[i] === 1 || !isContourAlone(points, colouring, background, i);
    const choice = choosePoints(points, this.view, background === "contours" ? isDrawn : null);
    const counts = colouring.kind === "categories" ? countsPerName(colouring, points.order) : null;
    const isSelection = this.selection !== null;
    const active = this.isShown();
    this.state = { colouring, choice, active, isSelection, view: this.view, counts, background, isDrawn };
    this.say(emptyText(this.numbers));
    const layout = layoutFor(this.state, this.theme, this.selecting() ? false : this.mode);
    this.Plotly.react(this.plot, tracesFor(points, this.state, this.theme, drawnWith(points)), layout, FLAT);
    if (!this.drawnOnce) {
      this.drawnOnce = true;
      this.plot.on("plotly_relayouting", () => this.drawOverlay());
      this.plot.on("plotly_relayout", () => this.viewChanged());
    }
    const whole = this.view === points.extent;
    this.view = this.shownView();
    if (whole) this.home = this.view;
    this.placeNames();
    this.drawOverlay();
    if (!isGlance && this.props.legend) this.drawLegend();
    this.drawStatus();
    this.tell();
    this.drawnOf = this.shownNow(this.theme);
    const state = { ...this.state, view: this.view };
    const painted = () => (this.root.dataset.ready = String(Number(this.root.dataset.ready ?? 0) + 1));
    this.picture.paint(points, state, this.theme, () => this.toPixels(), painted);
  }

  drawLegend() {
    renderLegend(this.parts.legend, this.points, this.state, {
      mask: this.selection?.mask,
      isolated: this.isolated,
      onToggle: (code, add) => this.toggle(code, add),
      onRestore: () => this.isolate(null),
      onPreview: (code) => this.preview(code),
    });
  }

  /** @param {import("./linked_maps.js").Focus} focus of the legend that this map shares */
  showFocus(focus) {
    if (this.props.legend || !this.drawnOnce) return;
    this.takeFocus(focus);
    this.draw();
  }

  /** @param {number | null} row */
  showLinkedHover(row) {
    this.linked = row === null ? -1 : this.points.indexOf(row);
    this.drawOverlay();
  }

  drawStatus() {
    const { choice, colouring } = this.state;
    const text = statusText(this.numbers, choice, colouring.kind, this.selection?.count);
    showStatus(this.parts.status, text, this.selection && (() => this.clearSelection()));
  }

  /** Names and the call-out find their places anew: they stay there on the map until it is drawn again. */
  placeNames() {
    const { colouring, counts } = this.state;
    const to = this.toPixels();
    if (!to) return;
    const crowd = new Crowd(this.points, to);
    const taken = this.callout.place(this.props.regions, this.points, to, crowd);
    const focus = this.previewed === null ? this.isolated : new Set([this.previewed]);
    this.names = namesOn(this.points, colouring, counts, crowd, to, taken).map(({ code, text, at }) => {
      const [x, y] = fromPixel(to, at);
      const isQuiet = colouring.id === "label" && code === 0;
      return { text, x, y, isQuiet, isDim: Boolean(focus && !focus.has(code) && !isQuiet) };
    });
  }

  /** In words, what is on the map. */
  tell() {
    const { colouring, counts } = this.state;
    const mask = this.selection?.mask;
    const named = colouring.kind === "categories";
    const chosen = named && mask ? countsPerName(colouring, this.points.order, mask) : null;
    const picked = this.picked < 0 ? [] : tipLines(this.points, colouring, this.picked);
    this.parts.told.textContent = toldText(colouring, counts, chosen, picked);
  }

  drawTip() {
    const i = this.hovered;
    const to = this.toPixels();
    this.parts.tip.hidden = true;
    if (i < 0 || !to) return;
    const point = toPixel(to, this.points.x[i], this.points.y[i]);
    showTip(this.parts.tip, this.stage, point, tipLines(this.points, this.state.colouring, i));
  }

  /** @param {Pixel[] | null} [corners] of an outline being drawn */
  drawOverlay(corners = null) {
    const to = this.drawnOnce && this.toPixels();
    if (!to) return;
    const { picked, hovered, linked } = this;
    const polygon = this.selection?.polygon ?? null;
    const regions = this.callout.outlined(this.points);
    const marks = { polygon, corners, picked, hovered, linked, names: this.names, regions };
    drawMarks(this.parts.overlay, this.points, marks, to);
    this.picture.follow(to);
    this.callout.follow(this.parts.overlay, to);
  }

  // ---- view --------------------------------------------------------------------------------------------

  /** @returns {SelectionTool | null} */
  selecting() {
    return this.mode === "lasso" || this.mode === "box" ? this.mode : null;
  }

  /** @param {Mode} mode */
  setMode(mode) {
    this.mode = mode;
    this.root.dataset.mode = mode;
    this.parts.toolbar.setMode(mode);
    if (this.drawnOnce) this.Plotly.relayout(this.plot, { dragmode: this.selecting() ? false : mode });
  }

  /** @returns {View} */
  shownView() {
    const layout = this.plot._fullLayout;
    if (!layout?.xaxis) return this.view;
    const [x, y] = [layout.xaxis.range, layout.yaxis.range];
    return { x: [x[0], x[1]], y: [y[0], y[1]] };
  }

  /**
   * How data becomes pixels of the stage at this moment, also in the middle of a movement.
   *
   * @returns {Transform | null}
   */
  toPixels() {
    const layout = this.plot._fullLayout;
    return layout?.xaxis ? transformOf(layout.xaxis, layout.yaxis) : null;
  }

  async resized() {
    if (!this.drawnOnce || !this.stage.clientWidth) return;
    const whole = sameView(this.view, this.home);
    await this.Plotly.Plots.resize(this.plot);
    if (whole) this.view = this.points.extent;
    this.draw();
  }

  stop() {
    this.stopListening();
    this.resizer.disconnect();
    this.picture.stop();
    if (this.drawnOnce) this.Plotly.purge(this.plot);
    this.root.remove();
  }

  // ---- what the user does, and what is done elsewhere: see embedding_map.js -------------------------------

  recolour(/** @type {string} */ _id) {}
  setView(/** @type {View} */ _view, /** @type {boolean} */ _isOwn) {}
  viewChanged() {}
  download(/** @type {string} */ _format) {}
  showBackground(/** @type {string} */ _look) {}
  preview(/** @type {number | null} */ _code) {}
  selectRows(/** @type {ArrayLike<number>} */ _rows) {}
  askWhy() {}
  toggle(/** @type {number} */ _code, /** @type {boolean} */ _add) {}
  isolate(/** @type {Set<number> | null} */ _codes) {}
  clearSelection() {}
}
