// @ts-check
// The spectrogram: the server's bare picture, with axes, annotation boxes, window mark and playhead drawn here.

import { frequencyTicks, placedBoxes, timeTicks } from "../shared/axes.js";
import { brightness } from "../shared/colours.js";
import { el, svg } from "../shared/dom.js";
import { keptPictures } from "../shared/media.js";
import {
  MARGIN,
  PICTURE_HEIGHT,
  frequencyToY,
  placedLabels,
  timeToX,
  xToFraction,
} from "./picture_layout.js";

/** @import { Box } from "../shared/axes.js" */
/** @import { PictureAbout } from "../shared/media.js" */

const SLOW_MS = 300; // after which it says that it loads

export class PictureView {
  /** @type {PictureAbout | undefined} */
  about;
  /** @type {number | undefined} */
  measured;
  /** @type {Box[]} */
  boxes = [];
  /** @type {[start_s: number, end_s: number] | undefined} */
  span;
  /** @type {(label: string) => string} */
  colourOf = () => "";

  /** @param {(fraction: number) => void} seek called when the picture is clicked */
  constructor(seek) {
    this.image = el("img", { class: "bv-image", alt: "Spectrogram of the clip", draggable: "false" });
    this.axes = svg("svg", { class: "bv-axes" });
    this.playhead = el("div", { class: "bv-playhead", hidden: true });
    this.message = el("div", { class: "bv-message", role: "status" });
    this.element = el("div", { class: "bv-picture" }, this.image, this.axes, this.playhead, this.message);
    this.element.addEventListener("click", (event) => {
      if (!this.about) return;
      const fraction = xToFraction(event.clientX - this.element.getBoundingClientRect().left, this.width());
      if (fraction !== undefined) seek(fraction);
    });
    this.resized = new ResizeObserver(() => {
      this.measured = this.element.clientWidth;
      this.drawAxes();
    });
    this.resized.observe(this.element);
  }

  /** Asking the browser lays the whole page out anew, so it is asked once a size and not once a mark. */
  width() {
    this.measured ||= this.element.clientWidth;
    return Math.max(10, this.measured - MARGIN.left - MARGIN.right);
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
    this.about = undefined;
    this.image.removeAttribute("src");
    this.axes.replaceChildren();
    this.playhead.hidden = true;
  }

  /**
   * Shows the picture at an address, or says why it cannot.
   *
   * @param {string} url
   * @param {() => boolean} isWanted whether it still is, once it is there
   * @returns {Promise<PictureAbout | undefined>} undefined where it is not shown
   */
  async load(url, isWanted) {
    const slow = setTimeout(() => isWanted() && this.say("Loading…"), SLOW_MS);
    try {
      const picture = await keptPictures.get(url);
      const decoded = new Image();
      decoded.src = picture.url;
      await decoded.decode();
      if (!isWanted()) return undefined;
      this.image.src = picture.url;
      this.about = picture.about;
      this.say("");
      this.drawAxes();
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

  /**
   * @param {Box[]} boxes
   * @param {[start_s: number, end_s: number]} span the embedded window
   * @param {(label: string) => string} colourOf
   */
  annotate(boxes, span, colourOf) {
    Object.assign(this, { boxes, span, colourOf });
    this.drawAxes();
  }

  /** @param {number | undefined} fraction of the sound, undefined for nowhere */
  movePlayhead(fraction) {
    this.playhead.hidden = fraction === undefined || !this.about;
    if (fraction !== undefined) this.playhead.style.left = `${MARGIN.left + fraction * this.width()}px`;
  }

  drawAxes() {
    const { about } = this;
    if (!about) return;
    const width = this.width();
    const x = (/** @type {number} */ seconds) => timeToX(seconds, about, width);
    const y = (/** @type {number} */ hz) => frequencyToY(hz, about);
    this.axes.replaceChildren(
      svg("rect", { x: MARGIN.left, y: MARGIN.top, width, height: PICTURE_HEIGHT, class: "bv-frame" }),
      ...this.windowMark(about, x),
      ...this.boxMarks(about, x, y),
      ...timeAxis(about, x, width),
      ...frequencyAxis(about, y),
    );
  }

  /**
   * @param {PictureAbout} about
   * @param {(seconds: number) => number} x
   */
  windowMark({ start_s: start, end_s: end }, x) {
    if (!this.span) return [];
    const [from, to] = [x(this.span[0]), x(this.span[1])];
    const tall = { y: MARGIN.top, height: PICTURE_HEIGHT, class: "bv-context" };
    const marks = [];
    if (this.span[0] > start) {
      marks.push(svg("rect", { x: MARGIN.left, width: from - MARGIN.left, ...tall }));
    }
    if (this.span[1] < end) marks.push(svg("rect", { x: to, width: x(end) - to, ...tall }));
    const bar = {
      x: from,
      width: Math.max(1, to - from),
      y: MARGIN.top - 6,
      height: 4,
      rx: 2,
      class: "bv-window",
    };
    return [...marks, svg("rect", bar, svg("title", { text: "The window that was embedded" }))];
  }

  /**
   * @param {PictureAbout} about
   * @param {(seconds: number) => number} x
   * @param {(hz: number) => number} y
   */
  boxMarks(about, x, y) {
    const boxes = placedBoxes(this.boxes, about, { x, y });
    const marks = boxes.flatMap(({ label, ...place }) => {
      const colour = this.colourOf(label);
      const halo = brightness(colour) > 0.55 ? "#10201f" : "#ffffff";
      return [
        svg("rect", { ...place, class: "bv-box-halo", stroke: halo }),
        svg("rect", { ...place, class: "bv-box", stroke: colour }, svg("title", { text: label })),
      ];
    });
    const names = placedLabels(boxes, this.width());
    return [
      ...marks,
      ...names.map(({ left, y: at, label }) =>
        svg("text", { x: left, y: at, class: "bv-box-label", text: label }),
      ),
    ];
  }
}

/**
 * @param {PictureAbout} about
 * @param {(seconds: number) => number} x
 * @param {number} width
 */
function timeAxis({ start_s: start, end_s: end }, x, width) {
  const base = MARGIN.top + PICTURE_HEIGHT;
  const marks = timeTicks(start, end, width).flatMap(({ at, text }) => [
    svg("line", { x1: x(at), x2: x(at), y1: base, y2: base + 4, class: "bv-tick" }),
    svg("text", { x: x(at), y: base + 15, "text-anchor": "middle", text }),
  ]);
  const middle = { x: MARGIN.left + width / 2, y: base + 30, "text-anchor": "middle" };
  return [...marks, svg("text", { ...middle, text: "seconds in the recording" })];
}

/**
 * @param {PictureAbout} about
 * @param {(hz: number) => number} y
 */
function frequencyAxis({ low_hz: low, high_hz: high, axis: scale }, y) {
  const marks = frequencyTicks({ low, high, scale }, { most: 6, apart: 14, y }).flatMap(({ at, text }) => [
    svg("line", { x1: MARGIN.left - 4, x2: MARGIN.left, y1: y(at), y2: y(at), class: "bv-tick" }),
    svg("text", { x: MARGIN.left - 7, y: y(at) + 4, "text-anchor": "end", text }),
  ]);
  const middle = MARGIN.top + PICTURE_HEIGHT / 2;
  const text = scale === "mel" ? "kHz (mel scale)" : "kHz";
  return [
    ...marks,
    svg("text", { transform: `translate(11 ${middle}) rotate(-90)`, "text-anchor": "middle", text }),
  ];
}
