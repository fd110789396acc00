// @ts-check
// One clip's line: what it is, a button to hear it, and its picture.

import { clamped, frequencyTicks, placedBoxes, timeTicks } from "../shared/axes.js";
import { el, labelChip, svg } from "../shared/dom.js";
import { HEIGHT, MARGIN, frequencyToY, timeToX } from "./frame.js";
import { letter, levelText } from "./levels.js";

/** @import { Box } from "../shared/axes.js" */
/** @import { Picture, PictureAbout } from "../shared/media.js" */
/** @import { Frame } from "./frame.js" */
/**
 * @typedef {object} AbClip
 * @property {number} row
 * @property {string} role
 * @property {string[]} labels
 * @property {string} recording
 * @property {number} start_s
 */
/**
 * @typedef {object} RowActions
 * @property {() => void} hear
 * @property {() => void} choose
 * @property {(label: string) => string} colourOf
 * @property {(label: string) => string | undefined} shapeOf
 */

const AXIS = 32; // pixels below the last picture

export class ClipRow {
  /** @type {PictureAbout | undefined} */
  about;
  /** @type {Frame | undefined} */
  frame;
  /** @type {Box[]} */
  boxes = [];

  /**
   * @param {AbClip} clip
   * @param {number} index
   * @param {RowActions} actions
   */
  constructor(clip, index, { hear, choose, colourOf, shapeOf }) {
    this.clip = clip;
    this.colourOf = colourOf;
    this.button = el("button", {
      type: "button",
      class: "bv-ab-letter",
      text: letter(index),
      title: `Hear ${letter(index)} (${index + 1})`,
      "aria-pressed": "false",
      onclick: hear,
    });
    this.level = el("span", { class: "bv-ab-level" });
    const chips = clip.labels.map((label) => labelChip(label, colourOf(label), shapeOf(label)));
    const where = `${clip.recording}, ${clip.start_s.toFixed(1)} s`;
    const whereText = el("span", { class: "bv-muted bv-ab-place", text: where, title: clip.recording });
    const role = el("strong", { text: clip.role });
    const head = el("div", { class: "bv-ab-head" }, this.button, role, ...chips, whereText, this.level);
    const alt = `Spectrogram of ${clip.role}`;
    this.image = el("img", { class: "bv-ab-image", alt, draggable: "false", hidden: true });
    this.axes = svg("svg", { class: "bv-ab-axes" });
    this.playhead = el("div", { class: "bv-ab-playhead", hidden: true });
    this.message = el("div", { class: "bv-ab-message", role: "status", text: "Loading…" });
    const shown = { class: "bv-ab-picture", title: "Show this clip", onclick: choose };
    this.picture = el("div", shown, this.image, this.axes, this.playhead, this.message);
    this.element = el("article", { class: "bv-ab-row", "data-row": clip.row }, head, this.picture);
  }

  /** @param {string} text */
  say(text) {
    this.message.textContent = text;
    this.message.classList.toggle("bv-error", Boolean(text));
    this.message.hidden = !text;
  }

  /** @param {{ gain_db: number, loudness_db: number | null }} about */
  tellLevel(about) {
    this.level.textContent = levelText(about);
  }

  /** @param {boolean} heard */
  mark(heard) {
    this.element.dataset.heard = heard ? "1" : "0";
    this.button.setAttribute("aria-pressed", String(heard));
  }

  /** @param {Picture} picture */
  async show({ url, about }) {
    this.about = about;
    this.image.src = url;
    await this.image.decode();
    this.image.hidden = false;
    this.say("");
  }

  /**
   * @param {Frame} frame
   * @param {boolean} isLast below which the time axis goes
   */
  draw(frame, isLast) {
    this.frame = frame;
    this.element.style.setProperty("--bv-ab-below", `${isLast ? AXIS : 6}px`);
    const { about } = this;
    if (!about) return this.axes.replaceChildren();
    const x = (/** @type {number} */ seconds) => timeToX(seconds, frame);
    const y = (/** @type {number} */ hz) => frequencyToY(hz, frame);
    const { start_s: start, end_s: end, low_hz: low, high_hz: high } = about;
    Object.assign(this.image.style, {
      left: `${x(0)}px`,
      width: `${x(end - start) - x(0)}px`,
      top: `${y(high)}px`,
      height: `${y(low) - y(high)}px`,
    });
    const { width } = frame;
    this.axes.replaceChildren(
      svg("rect", { x: MARGIN.left, y: 0.5, width, height: HEIGHT - 1, class: "bv-ab-frame" }),
      ...this.boxMarks(about, frame, (seconds) => x(clamped(seconds, start, end) - start), y),
      ...frequencyAxis(frame, y),
      ...(isLast ? timeAxis(frame, x) : []),
    );
  }

  /** @param {number | undefined} fraction of the loop, undefined for nowhere */
  movePlayhead(fraction) {
    this.playhead.hidden = fraction === undefined || !this.frame;
    if (fraction === undefined || !this.frame) return;
    this.playhead.style.left = `${MARGIN.left + fraction * this.frame.width}px`;
  }

  /**
   * @param {PictureAbout} about
   * @param {Frame} frame
   * @param {(seconds: number) => number} x of a time in the recording
   * @param {(hz: number) => number} y
   */
  boxMarks(about, frame, x, y) {
    const shown = { ...about, low_hz: frame.low, high_hz: frame.high };
    return placedBoxes(this.boxes, shown, { x, y }).map(({ label, ...place }) => {
      const attributes = { ...place, class: "bv-ab-box", stroke: this.colourOf(label) };
      return svg("rect", attributes, svg("title", { text: label }));
    });
  }
}

/**
 * @param {Frame} frame
 * @param {(hz: number) => number} y
 */
function frequencyAxis({ low, high, axis: scale }, y) {
  const marks = frequencyTicks({ low, high, scale }, { most: 5, apart: 20, y }).flatMap(({ at, text }) => {
    const textY = clamped(y(at) + 4, 9, HEIGHT);
    return [
      svg("line", { x1: MARGIN.left - 4, x2: MARGIN.left, y1: y(at), y2: y(at), class: "bv-ab-tick" }),
      svg("text", { x: MARGIN.left - 7, y: textY, "text-anchor": "end", text }),
    ];
  });
  const turned = { transform: `translate(11 ${HEIGHT / 2}) rotate(-90)`, "text-anchor": "middle" };
  return [...marks, svg("text", { ...turned, text: scale === "mel" ? "kHz (mel)" : "kHz" })];
}

/**
 * @param {Frame} frame
 * @param {(seconds: number) => number} x
 */
function timeAxis({ seconds, width }, x) {
  const marks = timeTicks(0, seconds, width).flatMap(({ at, text }) => [
    svg("line", { x1: x(at), x2: x(at), y1: HEIGHT, y2: HEIGHT + 4, class: "bv-ab-tick" }),
    svg("text", { x: x(at), y: HEIGHT + 15, "text-anchor": "middle", text }),
  ]);
  const middle = { x: MARGIN.left + width / 2, y: HEIGHT + 29, "text-anchor": "middle" };
  return [...marks, svg("text", { ...middle, text: "seconds in the clip" })];
}

/**
 * Results in the order of the rows; a row whose own clip fails says so and gives undefined.
 *
 * @template Result
 * @param {ClipRow[]} rows
 * @param {(row: ClipRow, index: number) => Promise<Result>} work
 * @returns {Promise<(Result | undefined)[]>}
 */
export function forEachRow(rows, work) {
  return Promise.all(
    rows.map(async (row, i) => {
      try {
        return await work(row, i);
      } catch (error) {
        row.say(error instanceof Error ? error.message : String(error));
        return undefined;
      }
    }),
  );
}
