// @ts-check
// The cross-hair of a spectrogram: lines through the pointer, and what is there in seconds, kilohertz and decibels.

import { el, svg } from "../shared/dom.js";
import { keptLevels } from "../shared/media.js";
import { namesAt } from "./box_names.js";
import { crossText, levelAt } from "./readouts.js";
import { toPixels } from "./viewport.js";

/** @import { PictureView } from "./picture.js" */
/** @import { LevelGrid } from "./readouts.js" */
/** @import { Place } from "./viewport.js" */

export class CrossHair {
  /** @type {Place | undefined} */
  place;
  /** @type {LevelGrid[]} of the whole clip, and of what was zoomed into last */
  levels = [];
  /** @type {string | undefined} address of what was asked for last */
  wanted;

  constructor() {
    this.lines = svg("svg", { class: "bv-cross" });
    this.tag = el("div", { class: "bv-cross-tag", hidden: true });
    this.elements = [this.lines, this.tag];
  }

  /** The levels of a clip that is not shown any more. */
  forget() {
    this.levels = [];
    this.wanted = undefined;
  }

  /**
   * Again, as the picture is another one.
   *
   * @param {PictureView} picture
   */
  renew(picture) {
    if (!this.place) return;
    this.load(picture);
    this.point(this.place, picture);
  }

  /**
   * @param {Place | undefined} place under the pointer, undefined beside the picture
   * @param {PictureView} picture
   */
  point(place, picture) {
    this.place = place;
    const frame = picture.frame();
    this.tag.hidden = !place || !frame;
    if (!place || !frame) return this.lines.replaceChildren();
    const { x, y } = toPixels(place, frame);
    const [right, bottom] = [frame.left + frame.width, frame.top + frame.height];
    this.lines.replaceChildren(
      svg("line", { x1: frame.left, x2: right, y1: y, y2: y }),
      svg("line", { x1: x, x2: x, y1: frame.top, y2: bottom }),
    );
    const level = this.levels.map((grid) => levelAt(grid, place)).findLast((each) => each !== undefined);
    const names = namesAt(picture.rects, x, y);
    this.tag.textContent = [crossText(place, level, frame.view), ...names].join(" · ");
    this.tag.classList.toggle("bv-left", x > frame.left + frame.width / 2);
    Object.assign(this.tag.style, { left: `${x}px`, top: `${y < frame.top + 34 ? y + 8 : y - 28}px` });
    if (!level) this.load(picture);
  }

  /**
   * The numbers behind the picture, which only the cross-hair needs.
   *
   * @param {PictureView} picture
   */
  async load(picture) {
    const { source, view, isWhole } = picture;
    if (!source || !view) return;
    const url = source.levels(isWhole ? undefined : view);
    if (this.wanted === url) return;
    this.wanted = url;
    try {
      const grid = await keptLevels.get(url);
      if (picture.source !== source || this.wanted !== url) return;
      this.levels = [...this.levels.slice(0, isWhole ? 0 : 1), grid];
      if (this.place) this.point(this.place, picture);
    } catch {
      this.wanted = undefined; // it is asked for again when the pointer moves
    }
  }
}
