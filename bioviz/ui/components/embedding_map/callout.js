// @ts-check
// What is said of a region of the map: a box in a free corner with a line to the region, and what to do about it.

import { decodeRows } from "../shared/media.js";
import { el, svg } from "../shared/dom.js";
import { outlineRound } from "./names.js";
import { ROOM } from "./overlay.js";
import { toPixel } from "./view_box.js";
import { grouped } from "../shared/numbers.js";

/** @import { Area, Crowd } from "./names.js" */
/** @import { Points } from "./points.js" */
/** @import { Pixel, Transform } from "./view_box.js" */
/**
 * @typedef {object} Region
 * @property {string} rows packed, of its clips
 * @property {string} title
 * @property {string[]} lines
 * @property {boolean} quiet of background among calls
 */
/** @typedef {Omit<Region, "rows"> & { rows: Int32Array }} OpenRegion */
/**
 * @typedef {object} CalloutActions
 * @property {(region: OpenRegion) => void} show its clips
 * @property {() => void} why
 * @property {() => void} changed another region is spoken of, or none
 */

const WIDTH = 216;
const EDGE = 12; // pixels from the stage's edge

export class Callout {
  /** @type {OpenRegion[]} */
  regions = [];
  given = "";
  /** @type {number} of the region that is spoken of, -1 for none */
  open = 0;
  /** @type {boolean | undefined} undefined until these regions were placed */
  isNarrow;
  /** @type {Pixel} */
  corner = [EDGE, EDGE];

  /** @param {CalloutActions} actions */
  constructor(actions) {
    this.actions = actions;
    this.box = el("div", { class: "bm-call", role: "note" });
    this.counts = el("div", { class: "bm-counts" });
    this.element = el("div", { class: "bm-callout" }, this.counts, this.box);
  }

  /**
   * @param {Region[]} given
   * @param {Points} points
   * @param {Transform} to
   * @param {Crowd} crowd
   * @returns {Area[]} where no name may go
   */
  place(given, points, to, crowd) {
    const text = JSON.stringify([points.places, given]);
    if (text !== this.given) {
      this.given = text;
      this.regions = given.map((region) => ({ ...region, rows: decodeRows(region.rows) }));
      this.isNarrow = undefined;
    }
    const isNarrow = to.box.width <= 2.5 * WIDTH;
    // The box opens by itself where there is room for it, and closes where the window became too narrow.
    if (this.isNarrow === undefined || (isNarrow && !this.isNarrow)) {
      this.open = this.regions.length && !isNarrow ? 0 : -1;
    }
    this.isNarrow = isNarrow;
    this.render();
    const counts = this.outlined(points).flatMap(({ places, isOpen }) =>
      isOpen ? [] : countArea(places, to),
    );
    if (this.open < 0) return counts;
    const { offsetHeight: height } = this.box;
    const { left, top, width, height: tall } = to.box;
    const [right, bottom] = [left + width - WIDTH - EDGE, top + tall - height - EDGE];
    /** @type {Pixel[]} */
    const corners = [
      [left + EDGE, bottom],
      [left + EDGE, top + EDGE],
      [right, bottom],
      [right, top + EDGE],
    ];
    const area = ([x, y] = corners[0]) => ({ left: x, top: y, right: x + WIDTH, bottom: y + height });
    this.corner = corners.reduce((best, corner) =>
      crowd.within(area(corner)) < crowd.within(area(best)) ? corner : best,
    );
    this.box.style.left = `${this.corner[0]}px`;
    this.box.style.top = `${this.corner[1]}px`;
    return [area(this.corner), ...counts];
  }

  render() {
    const region = this.regions[this.open];
    this.box.hidden = !region;
    const drawn = `${this.given}|${this.open}`;
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const press = (/** @type {string} */ text, /** @type {() => void} */ onclick, name = text) =>
      el("button", { type: "button", text, onclick, "aria-label": name });
    const others = this.regions.map((each, k) => {
      const button = press(
        grouped(each.rows.length),
        () => this.turnTo(k === this.open ? -1 : k),
        each.title,
      );
      button.classList.toggle("bm-of-background", each.quiet);
      return button;
    });
    this.counts.replaceChildren(...others);
    if (!region) return;
    const buttons = el(
      "div",
      { class: "bm-call-buttons" },
      press("Show clips", () => this.actions.show(region)),
      // Causes are looked for where calls lie among background.
      region.quiet ? "" : press("Why?", () => this.actions.why(), "Why? Open Diagnose"),
      press("Close", () => this.turnTo(-1)),
    );
    const lines = region.lines.map((line) => el("div", { text: line }));
    this.box.classList.toggle("bm-of-background", region.quiet);
    this.box.replaceChildren(el("strong", { text: region.title }), ...lines, buttons);
  }

  drawn = "";

  /** @param {number} k */
  turnTo(k) {
    this.open = k;
    this.render();
    this.actions.changed();
  }

  /** @param {Points} points */
  outlined(points) {
    return this.regions.map(({ rows, quiet }, k) => ({
      places: placesOf(points, rows),
      isOpen: k === this.open,
      isQuiet: quiet,
    }));
  }

  /**
   * The numbers stand on top of their outlines, and the line from the box leads to its own, wherever they are now.
   *
   * @param {SVGSVGElement} overlay with the outlines drawn
   * @param {Transform} to
   */
  follow(overlay, to) {
    const outlines = overlay.querySelectorAll(".bm-region");
    const { left, top, width, height } = to.box;
    outlines.forEach((outline, k) => {
      const corners = (outline.getAttribute("points") ?? "")
        .split(" ")
        .map((pair) => pair.split(",").map(Number));
      const highest = corners.reduce((best, corner) => (corner[1] < best[1] ? corner : best), [0, Infinity]);
      const count = this.counts.children[k];
      if (count instanceof HTMLElement) {
        count.style.left = `${highest[0] + left}px`;
        count.style.top = `${Math.max(18, highest[1] + top)}px`;
        const isIn = highest[0] > 0 && highest[0] < width && highest[1] < height && highest[1] > -20;
        count.hidden = !isIn || k === this.open;
      }
      if (k !== this.open) return;
      const [x, y] = [this.corner[0] - left, this.corner[1] - top];
      const from = [x + WIDTH / 2, y > height / 2 ? y : y + this.box.offsetHeight];
      const near = corners.reduce((best, corner) =>
        Math.hypot(corner[0] - from[0], corner[1] - from[1]) <
        Math.hypot(best[0] - from[0], best[1] - from[1])
          ? corner
          : best,
      );
      overlay.prepend(svg("line", { class: "bm-lead", x1: from[0], y1: from[1], x2: near[0], y2: near[1] }));
    });
  }
}

/**
 * Where the number of a region stands: on top of its outline.
 *
 * @param {[x: number, y: number][]} places
 * @param {Transform} to
 * @returns {Area[]} one, none for a region without places
 */
export function countArea(places, to) {
  const outline = outlineRound(
    places.map(([x, y]) => toPixel(to, x, y)),
    ROOM,
  );
  if (!outline.length) return [];
  const [x, y] = outline.reduce((best, corner) => (corner[1] < best[1] ? corner : best));
  return [{ left: x - 16, right: x + 16, top: y - 16, bottom: y + 12 }];
}

/**
 * @param {Points} points
 * @param {Int32Array} rows
 * @returns {[x: number, y: number][]}
 */
function placesOf(points, rows) {
  return Array.from(rows, (row) => points.indexOf(row))
    .filter((i) => i >= 0 && isFinite(points.x[i]) && isFinite(points.y[i]))
    .map((i) => [points.x[i], points.y[i]]);
}
