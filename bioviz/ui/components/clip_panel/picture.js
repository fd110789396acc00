// @ts-check
// The spectrogram as an instrument: a view into the clip that is zoomed and panned, with what is drawn over it.
// The server draws the whole clip once, and again what was zoomed into; both lie where their seconds and hertz are.

import { el, svg } from "../shared/dom.js";
import { keptPictures } from "../shared/media.js";
import { CrossHair } from "./cross_hair.js";
import { PictureImages, decoded } from "./picture_images.js";
import { pictureMarks } from "./picture_marks.js";
import { fitted, isSame, panned, toPixels, viewOf, zoomed } from "./viewport.js";
import { Waveform } from "./waveform.js";

/** @import { Box } from "../shared/axes.js" */
/** @import { PictureAbout } from "../shared/media.js" */
/** @import { DrawnBox, Rect } from "./box_geometry.js" */
/** @import { PictureSource } from "./picture_images.js" */
/** @import { Frame, Place, View } from "./viewport.js" */

export const MARGIN = { left: 36, right: 2, top: 20, bottom: 20 };
const SLOW_MS = 300; // after which it says that it loads
const SHARPEN_AFTER_MS = 120; // of a zoom only where it ends is drawn anew

export class PictureView {
  /** @type {PictureAbout | undefined} of the whole clip */
  about;
  /** @type {View | undefined} */
  view;
  /** @type {PictureSource | undefined} */
  source;
  /** @type {number | undefined} */
  measured;
  /** @type {Box[]} */
  boxes = [];
  /** @type {Box[]} */
  ownBoxes = [];
  /** @type {(Rect & { label: string })[]} */
  rects = [];
  /** @type {[start_s: number, end_s: number] | undefined} */
  span;
  /** @type {(label: string) => string} */
  colourOf = () => "";
  /** @type {DrawnBox | undefined} */
  box;
  isBoxHeard = false;
  /** @type {number | undefined} seconds in the recording */
  heardAt;
  /** @type {() => void} called when the view is another one */
  viewed = () => {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  sharpening;

  constructor() {
    this.images = new PictureImages();
    this.axes = svg("svg", { class: "bv-axes" });
    this.cross = new CrossHair();
    this.playhead = el("div", { class: "bv-playhead", hidden: true });
    this.message = el("div", { class: "bv-message", role: "status" });
    this.waveform = new Waveform(() => this.draw());
    const layers = [
      this.images.element,
      this.waveform.canvas,
      this.axes,
      this.playhead,
      ...this.cross.elements,
      this.message,
    ];
    this.element = el("div", { class: "bv-picture" }, ...layers);
    this.resized = new ResizeObserver(() => {
      this.measured = this.element.clientWidth;
      this.tall = this.element.clientHeight;
      this.draw();
    });
    this.resized.observe(this.element);
  }

  /** Asking the browser lays the whole page out anew, so it is asked once a size and not once a mark. */
  width() {
    this.measured ||= this.element.clientWidth;
    return Math.max(10, this.measured - MARGIN.left - MARGIN.right);
  }

  /** @returns {Frame | undefined} where the picture lies, undefined where there is none */
  frame() {
    const { view, about } = this;
    if (!view || !about) return undefined;
    this.tall ||= this.element.clientHeight;
    const height = Math.max(10, this.tall - MARGIN.top - MARGIN.bottom - this.waveform.room());
    return { view, axis: about.axis, left: MARGIN.left, top: MARGIN.top, width: this.width(), height };
  }

  /** @returns {View | undefined} all that can be shown */
  whole() {
    return this.about && viewOf(this.about);
  }

  get isWhole() {
    const whole = this.whole();
    return !whole || !this.view || isSame(this.view, whole);
  }

  /**
   * @param {string} text
   * @param {boolean} [isError]
   */
  say(text, isError = false) {
    this.message.textContent = text;
    this.message.classList.toggle("bv-error", isError);
    this.message.hidden = !text;
  }

  clear() {
    this.about = this.view = this.source = undefined;
    this.cross.forget();
    clearTimeout(this.sharpening);
    this.images.clear();
    this.axes.replaceChildren();
    this.point(undefined);
    this.waveform.clear();
    this.playhead.hidden = true;
  }

  /**
   * Shows the picture of a clip, or says why it cannot. Of the clip that is shown already the view is kept.
   *
   * @param {PictureSource} source
   * @param {() => boolean} isWanted whether it still is, once it is there
   * @param {boolean} [keepView]
   * @returns {Promise<PictureAbout | undefined>} undefined where it is not shown
   */
  async load(source, isWanted, keepView = false) {
    const slow = setTimeout(() => isWanted() && this.say("Loading…"), SLOW_MS);
    try {
      const picture = await keptPictures.get(source.picture());
      await decoded(picture.url);
      if (!isWanted()) return undefined;
      const before = !this.isWhole && this.about?.axis === picture.about.axis ? this.view : undefined;
      this.images.showWhole(picture.url);
      this.source = source;
      this.about = picture.about;
      this.cross.forget();
      const whole = viewOf(picture.about);
      this.view = keepView && before ? fitted(before, whole, picture.about.axis) : whole;
      this.say("");
      this.draw();
      this.viewed();
      if (!this.isWhole) this.sharpenSoon();
      this.waveform.follow(this.source, this.view);
      return picture.about;
    } catch (error) {
      if (!isWanted()) return undefined;
      this.clear();
      this.say(error instanceof Error ? error.message : String(error), true);
      return undefined;
    } finally {
      clearTimeout(slow);
    }
  }

  // ---- the view ------------------------------------------------------------------------------------------

  /** @param {View} view */
  show(view) {
    if (!this.about || (this.view && isSame(view, this.view))) return;
    this.view = view;
    this.draw();
    this.viewed();
    this.sharpenSoon();
  }

  showWhole() {
    const whole = this.whole();
    if (whole) this.show(whole);
  }

  /**
   * @param {{ time?: number, band?: number }} factors below 1 come nearer
   * @param {Place} [at] which stays where it is; by default the middle
   * @returns {boolean} whether anything changed
   */
  zoom(factors, at) {
    const [{ view, about }, whole] = [this, this.whole()];
    if (!view || !about || !whole) return false;
    const middle = { seconds: (view.start + view.end) / 2, hz: (view.low + view.high) / 2 };
    const next = zoomed(view, whole, about.axis, factors, at ?? middle);
    if (isSame(next, view)) return false;
    this.show(next);
    return true;
  }

  /** @param {{ time?: number, band?: number }} by shares of what is shown */
  pan(by) {
    const [{ view, about }, whole] = [this, this.whole()];
    if (view && about && whole) this.show(panned(view, whole, about.axis, by));
  }

  sharpenSoon() {
    clearTimeout(this.sharpening);
    this.sharpening = setTimeout(() => this.sharpen(), SHARPEN_AFTER_MS);
  }

  /** Asks for what is shown alone, on the colours of the whole; until it is there the whole is seen enlarged. */
  async sharpen() {
    const { source, view, about } = this;
    if (!source || !view || !about) return;
    const isWanted = () => this.source === source && this.view !== undefined && isSame(this.view, view);
    this.waveform.follow(source, view);
    if (this.isWhole) {
      this.images.hideDetail();
      return;
    }
    try {
      const picture = await keptPictures.get(source.picture(view, about.top_db));
      await decoded(picture.url);
      if (!isWanted()) return;
      this.images.showDetail(picture.url, viewOf(picture.about));
      this.placeImages();
      this.cross.renew(this);
    } catch (error) {
      if (isWanted()) this.say(error instanceof Error ? error.message : String(error), true);
    }
  }

  // ---- what lies on it -----------------------------------------------------------------------------------

  /**
   * @param {Box[]} boxes
   * @param {[start_s: number, end_s: number]} span the embedded window
   * @param {(label: string) => string} colourOf
   */
  annotate(boxes, span, colourOf) {
    Object.assign(this, { boxes, span, colourOf });
    this.draw();
  }

  /** @param {Box[]} boxes that users have drawn here */
  annotateOwn(boxes) {
    this.ownBoxes = boxes;
    this.draw();
  }

  /**
   * @param {DrawnBox | undefined} box in hand
   * @param {boolean} heard alone just now
   */
  showBox(box, heard) {
    Object.assign(this, { box, isBoxHeard: heard });
    this.draw();
  }

  /** @param {number | undefined} seconds in the recording */
  movePlayheadTo(seconds) {
    this.heardAt = seconds;
    this.placePlayhead();
  }

  placePlayhead() {
    const [frame, at] = [this.frame(), this.heardAt];
    const shown = frame && at !== undefined && at >= frame.view.start && at <= frame.view.end;
    this.playhead.hidden = !shown;
    if (shown) this.playhead.style.left = `${toPixels({ seconds: at, hz: frame.view.low }, frame).x}px`;
  }

  /** @param {Place | undefined} place under the pointer, undefined beside the picture */
  point(place) {
    this.cross.point(place, this);
  }

  // ---- drawing -------------------------------------------------------------------------------------------

  draw() {
    const frame = this.frame();
    if (!frame) return;
    this.placeImages();
    this.waveform.place(frame);
    const { marks, rects } = pictureMarks(this, frame);
    this.rects = rects;
    this.axes.replaceChildren(...marks);
    this.playhead.style.height = `${frame.height + this.waveform.room()}px`;
    this.placePlayhead();
    this.cross.renew(this);
  }

  placeImages() {
    const [frame, whole] = [this.frame(), this.whole()];
    if (frame && whole) this.images.place(frame, whole);
  }
}
