// @ts-check
// The spectrogram as an instrument: a view into the clip that is zoomed and panned, with what is drawn over it.
// The server draws the whole clip once, and again what was zoomed into; both lie where their seconds and hertz are.

import { el, svg } from "../shared/dom.js";
import { keptLevels, keptPictures } from "../shared/media.js";
import { namesAt } from "./box_names.js";
import { annotationMarks, axisMarks, drawnMarks, nameMarks, windowMarks } from "./picture_marks.js";
import { crossText, levelAt } from "./readouts.js";
import { isSame, panned, toPixels, viewOf, zoomed } from "./viewport.js";
import { Waveform } from "./waveform.js";

/** @import { Box } from "../shared/axes.js" */
/** @import { PictureAbout } from "../shared/media.js" */
/** @import { DrawnBox, Rect } from "./box_geometry.js" */
/** @import { LevelGrid } from "./readouts.js" */
/** @import { Frame, Place, View } from "./viewport.js" */
/**
 * @typedef {object} PictureSource addresses of one clip's picture and of parts of it
 * @property {(part?: View, top?: number) => string} picture `top` is the level of the strongest colour, dB
 * @property {(part?: View) => string} levels
 * @property {(part: View) => string} waveform
 */

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
  /** @type {LevelGrid[]} of the whole, and of what was zoomed into */
  levels = [];
  /** @type {string | undefined} address of what was asked for last */
  levelsWanted;
  /** @type {View | undefined} of what was zoomed into and drawn anew */
  sharp;
  /** @type {number | undefined} seconds in the recording */
  heardAt;
  /** @type {Place | undefined} */
  pointed;
  /** @type {() => void} called when the view is another one */
  viewed = () => {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  sharpening;

  constructor() {
    this.base = el("img", { class: "bv-image", alt: "Spectrogram of the clip", draggable: "false" });
    this.detail = el("img", { class: "bv-detail", alt: "", draggable: "false", hidden: true });
    this.stage = el("div", { class: "bv-stage" }, this.base, this.detail);
    this.axes = svg("svg", { class: "bv-axes" });
    this.cross = svg("svg", { class: "bv-cross" });
    this.tag = el("div", { class: "bv-cross-tag", hidden: true });
    this.playhead = el("div", { class: "bv-playhead", hidden: true });
    this.message = el("div", { class: "bv-message", role: "status" });
    this.waveform = new Waveform();
    const layers = [
      this.stage,
      this.waveform.canvas,
      this.axes,
      this.playhead,
      this.cross,
      this.tag,
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
    this.levels = [];
    clearTimeout(this.sharpening);
    this.base.removeAttribute("src");
    this.detail.hidden = true;
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
      this.base.src = picture.url;
      this.source = source;
      this.about = picture.about;
      this.levels = [];
      this.detail.hidden = true;
      const whole = viewOf(picture.about);
      this.view = keepView && before ? within(before, whole, picture.about.axis) : whole;
      this.levelsWanted = undefined;
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
      this.detail.hidden = true;
      return;
    }
    try {
      const picture = await keptPictures.get(source.picture(view, about.top_db));
      await decoded(picture.url);
      if (!isWanted()) return;
      this.detail.src = picture.url;
      this.sharp = viewOf(picture.about);
      this.detail.hidden = false;
      this.placeImages();
      if (this.pointed) this.loadLevels();
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

  /** @param {number | undefined} fraction of the clip's sound, undefined for nowhere */
  movePlayhead(fraction) {
    const whole = this.whole();
    this.heardAt =
      fraction === undefined || !whole ? undefined : whole.start + fraction * (whole.end - whole.start);
    this.placePlayhead();
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
    this.pointed = place;
    const frame = this.frame();
    this.tag.hidden = !place || !frame;
    if (!place || !frame) return this.cross.replaceChildren();
    const { x, y } = toPixels(place, frame);
    const [right, bottom] = [frame.left + frame.width, frame.top + frame.height];
    this.cross.replaceChildren(
      svg("line", { x1: frame.left, x2: right, y1: y, y2: y }),
      svg("line", { x1: x, x2: x, y1: frame.top, y2: bottom }),
    );
    const level = this.levels.map((grid) => levelAt(grid, place)).findLast((each) => each !== undefined);
    const names = namesAt(this.rects, x, y);
    this.tag.textContent = [crossText(place, level, frame.view), ...names].join(" · ");
    const isLeft = x > frame.left + frame.width / 2;
    this.tag.classList.toggle("bv-left", isLeft);
    Object.assign(this.tag.style, { left: `${x}px`, top: `${y < frame.top + 34 ? y + 8 : y - 28}px` });
    if (!level) this.loadLevels();
  }

  /** The numbers behind the picture, which only the cross-hair needs. */
  async loadLevels() {
    const { source, view, isWhole } = this;
    if (!source || !view) return;
    const url = source.levels(isWhole ? undefined : view);
    if (this.levelsWanted === url) return;
    this.levelsWanted = url;
    try {
      const grid = await keptLevels.get(url);
      if (this.source !== source) return;
      this.levels = [...this.levels.slice(0, isWhole ? 0 : 1), grid];
      if (this.pointed) this.point(this.pointed);
    } catch {
      this.levelsWanted = undefined; // it is asked for again when the pointer moves
    }
  }

  // ---- drawing -------------------------------------------------------------------------------------------

  draw() {
    const frame = this.frame();
    if (!frame) return;
    this.placeImages();
    const ours = annotationMarks(this.boxes, frame, this.colourOf);
    const own = annotationMarks(this.ownBoxes, frame, this.colourOf, true);
    this.rects = [...ours.rects, ...own.rects];
    const clip = svg("svg", {
      x: frame.left,
      y: frame.top,
      width: frame.width,
      height: frame.height,
      viewBox: `${frame.left} ${frame.top} ${frame.width} ${frame.height}`,
    });
    clip.append(
      ...windowMarks(this.span, frame),
      ...ours.marks,
      ...own.marks,
      ...drawnMarks(this.box, frame, this.isBoxHeard),
    );
    this.axes.replaceChildren(
      clip,
      ...axisMarks(frame, frame.top + frame.height + this.waveform.room()),
      ...nameMarks(this.rects, frame),
    );
    this.waveform.place(frame);
    this.playhead.style.height = `${frame.height + this.waveform.room()}px`;
    this.placePlayhead();
    if (this.pointed) this.point(this.pointed);
  }

  placeImages() {
    const [frame, whole] = [this.frame(), this.whole()];
    if (!frame || !whole) return;
    Object.assign(this.stage.style, pixels({ x: frame.left, y: frame.top, ...sizeOf(frame) }));
    Object.assign(this.base.style, pixels(rectWithin(whole, frame)));
    if (this.sharp) Object.assign(this.detail.style, pixels(rectWithin(this.sharp, frame)));
  }
}

/**
 * A view as far as there is anything of it.
 *
 * @param {View} view
 * @param {View} whole
 * @param {"linear" | "mel"} axis
 */
const within = (view, whole, axis) =>
  panned(zoomed(view, whole, axis, {}, { seconds: view.start, hz: view.low }), whole, axis, {});

/** @param {string} url of a picture, which is there when this resolves */
async function decoded(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
}

/** @param {Frame} frame */
const sizeOf = ({ width, height }) => ({ width, height });

/** @param {Rect} rect */
const pixels = ({ x, y, width, height }) => ({
  left: `${x}px`,
  top: `${y}px`,
  width: `${width}px`,
  height: `${height}px`,
});

/**
 * Where a view's picture lies within the frame's stage.
 *
 * @param {View} view
 * @param {Frame} frame
 * @returns {Rect}
 */
function rectWithin(view, frame) {
  const high = toPixels({ seconds: view.start, hz: view.high }, frame);
  const low = toPixels({ seconds: view.end, hz: view.low }, frame);
  return { x: high.x - frame.left, y: high.y - frame.top, width: low.x - high.x, height: low.y - high.y };
}
