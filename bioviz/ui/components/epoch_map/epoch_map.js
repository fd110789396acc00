// @ts-check
// A map that moves: the clips' places after each epoch of a training, drawn on a canvas, with a slider of epochs.

import { el, svg } from "../shared/dom.js";
import { decodeRows } from "../shared/media.js";
import { mounting } from "../shared/mounting.js";
import { cornersOf, decodePlaces, placesAt } from "./places.js";

/** @import { Component } from "../shared/mounting.js" */
/**
 * @typedef {object} Data
 * @property {string[]} maps
 * @property {string} targets
 * @property {string[]} names
 * @property {string[]} colours
 * @property {string[]} shapes
 */

const MOVE_MS = 900; // from one epoch to the next
const ROOM = 12; // pixels around the points
const BACKGROUND_DOT = 1.8;
const CALL_DOT = 3.4;

class EpochMap {
  /** @type {Data} */
  data;
  /** @type {Float32Array[]} */
  maps = [];
  /** @type {Int32Array} */
  targets = new Int32Array(0);
  drawn = "";
  moment = 0; // in epochs
  goal = 0;
  frame = 0;

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.canvas = el("canvas", { class: "be-canvas", role: "img", "aria-label": "Map of the clips" });
    this.caption = el("span", { class: "be-caption" });
    this.slider = el("input", { type: "range", min: 0, step: 1, "aria-label": "Epoch" });
    this.slider.addEventListener("input", () => this.moveTo(Number(this.slider.value)));
    this.legend = el("div", { class: "be-legend" });
    this.play = el("button", { type: "button", text: "▶ From the start", onclick: () => this.replay() });
    this.root = el(
      "section",
      { class: "bv-root be-map", "aria-label": "Map after each epoch" },
      this.canvas,
      el("div", { class: "be-bar" }, this.play, this.slider, this.caption),
      this.legend,
    );
    parent.append(this.root);
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.canvas);
  }

  /** @param {Component<Data>} component */
  update({ data }) {
    const drawn = JSON.stringify(data);
    if (drawn === this.drawn) return this.draw(); // the theme may have changed
    const first = this.maps.length === 0;
    Object.assign(this, { data, drawn });
    this.maps = data.maps.map(decodePlaces);
    this.targets = decodeRows(data.targets);
    const used = new Set(this.targets);
    this.legend.replaceChildren(
      ...data.names.map((name, i) => (used.has(i) ? chip(name, data.colours[i], data.shapes[i]) : "")),
    );
    const last = this.maps.length - 1;
    this.slider.max = String(last);
    this.play.disabled = last === 0;
    if (first) this.moment = last;
    this.moveTo(last);
  }

  replay() {
    this.moment = 0;
    this.moveTo(this.maps.length - 1);
  }

  /** @param {number} epoch */
  moveTo(epoch) {
    this.goal = epoch;
    this.slider.value = String(epoch);
    cancelAnimationFrame(this.frame);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (still || this.moment === epoch) {
      this.moment = epoch;
      return this.draw();
    }
    let before = performance.now();
    const step = (/** @type {number} */ now) => {
      const way = this.goal - this.moment;
      const pace = (now - before) / MOVE_MS;
      before = now;
      this.moment = Math.abs(way) <= pace ? this.goal : this.moment + Math.sign(way) * pace;
      this.draw();
      if (this.moment !== this.goal) this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  draw() {
    const { canvas, data } = this;
    if (!data || !canvas.clientWidth) return;
    const shown = Math.round(this.moment);
    this.caption.textContent = shown === 0 ? "before training" : `after epoch ${shown}`;
    this.root.dataset.epoch = String(this.maps.length - 1);
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.scale(ratio, ratio);
    const places = placesAt(this.maps, this.moment);
    for (const calls of [false, true]) {
      for (let i = 0; i < this.targets.length; i += 1) {
        const target = this.targets[i];
        if (target > 0 !== calls || !Number.isFinite(places[2 * i])) continue;
        context.fillStyle = data.colours[target];
        context.globalAlpha = calls ? 0.9 : 0.6;
        const x = ROOM + places[2 * i] * (width - 2 * ROOM);
        const y = height - ROOM - places[2 * i + 1] * (height - 2 * ROOM);
        const radius = calls ? CALL_DOT : BACKGROUND_DOT;
        const corners = cornersOf(data.shapes[target]);
        context.beginPath();
        if (corners.length === 0) context.arc(x, y, radius, 0, 2 * Math.PI);
        for (const [dx, dy] of corners) context.lineTo(x + radius * dx, y + radius * dy);
        context.fill();
      }
    }
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.watch.disconnect();
    this.root.remove();
  }
}

/**
 * A label with its mark as on the map.
 *
 * @param {string} name
 * @param {string} colour
 * @param {string} shape
 */
function chip(name, colour, shape) {
  const corners = cornersOf(shape);
  const mark = corners.length
    ? svg("polygon", { points: corners.map(([x, y]) => `${7 + 5 * x},${7 + 5 * y}`).join(" "), fill: colour })
    : svg("circle", { cx: 7, cy: 7, r: 5, fill: colour });
  const drawn = svg("svg", { width: 14, height: 14, "aria-hidden": true }, mark);
  return el("span", { class: "bv-chip" }, drawn, el("span", { text: name }));
}

export default mounting(EpochMap);
