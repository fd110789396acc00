// @ts-check
// The two pictures of a spectrogram: the whole clip, and over it what was zoomed into, each where it belongs.

import { el } from "../shared/dom.js";
import { rectWithin } from "./viewport.js";

/** @import { Frame, View } from "./viewport.js" */

/**
 * @typedef {object} PictureSource addresses of one clip's picture and of parts of it
 * @property {(part?: View, top?: number) => string} picture `top` is the level of the strongest colour, dB
 * @property {(part?: View) => string} levels
 * @property {(part: View) => string} waveform
 */

export class PictureImages {
  /** @type {View | undefined} of the second */
  sharp;

  constructor() {
    this.base = el("img", { class: "bv-image", alt: "Spectrogram of the clip", draggable: "false" });
    this.detail = el("img", { class: "bv-detail", alt: "", draggable: "false", hidden: true });
    this.element = el("div", { class: "bv-stage" }, this.base, this.detail);
  }

  clear() {
    this.base.removeAttribute("src");
    this.detail.hidden = true;
  }

  /** @param {string} url of a picture of the whole clip */
  showWhole(url) {
    this.base.src = url;
    this.detail.hidden = true;
  }

  /**
   * @param {string} url
   * @param {View} view that it is of
   */
  showDetail(url, view) {
    this.detail.src = url;
    this.detail.hidden = false;
    this.sharp = view;
  }

  hideDetail() {
    this.detail.hidden = true;
  }

  /**
   * @param {Frame} frame
   * @param {View} whole
   */
  place(frame, whole) {
    const { left, top, width, height } = frame;
    Object.assign(this.element.style, pixels({ x: left, y: top, width, height }));
    Object.assign(this.base.style, pixels(rectWithin(whole, frame)));
    if (this.sharp) Object.assign(this.detail.style, pixels(rectWithin(this.sharp, frame)));
  }
}

/** @param {string} url of a picture, which is there when this resolves */
export async function decoded(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
}

/** @param {{ x: number, y: number, width: number, height: number }} rect */
const pixels = ({ x, y, width, height }) => ({
  left: `${x}px`,
  top: `${y}px`,
  width: `${width}px`,
  height: `${height}px`,
});
