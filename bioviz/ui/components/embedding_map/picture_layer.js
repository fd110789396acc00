// @ts-check
// The canvas with the picture of all points: painted when the map is drawn, moved with it until it is drawn again. Of
// very many points it is painted in pieces, between which the page answers; until then the picture before stays.

import { el } from "../shared/dom.js";
import { pictureOf, spotFor } from "./picture.js";
import { MARGIN } from "./sampling.js";
import { toPixel, widened } from "./view_box.js";

/** @import { Drawing } from "./figure.js" */
/** @import { Picture } from "./picture.js" */
/** @import { Points } from "./points.js" */
/** @import { Theme } from "./theme.js" */
/** @import { Transform, View } from "./view_box.js" */

const AT_ONCE_MS = 50;

export class PictureLayer {
  /** @type {View | null} what it covers, null where nothing is painted */
  view = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;

  constructor() {
    this.canvas = el("canvas");
    this.element = el("div", { class: "bm-picture" }, this.canvas);
  }

  /**
   * @param {Points} points
   * @param {Drawing} state
   * @param {Theme} theme
   * @param {() => Transform | null} toPixels how the map lies at a moment
   * @param {() => unknown} painted called when all of it is there; at once where points are few
   */
  paint(points, state, theme, toPixels, painted) {
    this.stop();
    const { choice } = state;
    const to = toPixels();
    if (!choice.pictured || !to) {
      this.canvas.hidden = true;
      this.view = null;
      return void painted();
    }
    const view = widened(state.view, MARGIN);
    const spot = spotFor(choice.drawn.length);
    const grid = {
      columns: Math.ceil(((1 + 2 * MARGIN) * to.box.width) / spot),
      lines: Math.ceil(((1 + 2 * MARGIN) * to.box.height) / spot),
    };
    const steps = pictureOf(points, state, view, grid, theme);
    const goOn = () => {
      const until = performance.now() + AT_ONCE_MS;
      let step = steps.next();
      while (!step.done && performance.now() < until) step = steps.next();
      if (!step.done) return void (this.timer = setTimeout(goOn));
      this.#show(step.value, view);
      this.follow(toPixels() ?? to);
      painted();
    };
    goOn();
  }

  /**
   * @param {Picture} picture
   * @param {View} view that it covers
   */
  #show({ pixels, columns, lines }, view) {
    this.view = view;
    this.canvas.hidden = false;
    Object.assign(this.canvas, { width: columns, height: lines });
    this.canvas.getContext("2d")?.putImageData(new ImageData(pixels, columns, lines), 0, 0);
  }

  stop() {
    clearTimeout(this.timer);
  }

  /** @param {Transform} to as the map lies now */
  follow(to) {
    if (!this.view) return;
    const [left, top] = toPixel(to, this.view.x[0], this.view.y[1]);
    const [right, bottom] = toPixel(to, this.view.x[1], this.view.y[0]);
    const { style } = this.canvas;
    style.left = `${left}px`;
    style.top = `${top}px`;
    style.width = `${right - left}px`;
    style.height = `${bottom - top}px`;
  }

  /** What plotly draws of it in a picture or page that is downloaded; none where nothing is painted. */
  image() {
    if (!this.view) return [];
    const { x, y } = this.view;
    const source = this.canvas.toDataURL();
    const size = { sizex: x[1] - x[0], sizey: y[1] - y[0], sizing: "stretch" };
    return [{ source, xref: "x", yref: "y", x: x[0], y: y[1], ...size, layer: "above" }];
  }
}
