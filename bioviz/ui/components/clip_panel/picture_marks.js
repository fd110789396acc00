// @ts-check
// What is drawn over a spectrogram: axes, the embedded window, annotations, the drawn box.

import { clamped, frequencyTicks, placedBoxes, timeTicks } from "../shared/axes.js";
import { brightness } from "../shared/colours.js";
import { svg } from "../shared/dom.js";
import { handlesOf, rectOf } from "./box_geometry.js";
import { placedNames } from "./box_names.js";
import { toPixels } from "./viewport.js";

/** @import { Box } from "../shared/axes.js" */
/** @import { DrawnBox, Rect } from "./box_geometry.js" */
/** @import { PictureView } from "./picture.js" */
/** @import { Frame } from "./viewport.js" */

const NAME_BASELINE = 8; // pixels above the picture
const BAR = 4; // pixels high
const HALO_FROM = 14; // pixels: around smaller boxes it would cover them

/**
 * @param {Frame} frame
 * @param {number} bottom where the time axis is: below the waveform, where there is one
 */
function axisMarks(frame, bottom) {
  const { view, axis, left, top, width, height } = frame;
  const x = (/** @type {number} */ seconds) => toPixels({ seconds, hz: view.low }, frame).x;
  const y = (/** @type {number} */ hz) => toPixels({ seconds: view.start, hz }, frame).y;
  const times = timeTicks(view.start, view.end, width);
  const room = { most: height / 45, apart: 16, y };
  const levels = frequencyTicks({ low: view.low, high: view.high, scale: axis }, room);
  return [
    svg("rect", { x: left, y: top, width, height, class: "bv-frame" }),
    ...times.flatMap(({ at, text }, i) => [
      svg("line", { x1: x(at), x2: x(at), y1: bottom, y2: bottom + 4, class: "bv-tick" }),
      svg("text", {
        x: Math.min(x(at), left + width - 6),
        y: bottom + 15,
        "text-anchor": x(at) > left + width - 12 ? "end" : "middle",
        text: i === times.length - 1 ? `${text} s` : text,
      }),
    ]),
    ...levels.flatMap(({ at, text }) => [
      svg("line", { x1: left - 4, x2: left, y1: y(at), y2: y(at), class: "bv-tick" }),
      svg("text", { x: left - 7, y: clamped(y(at) + 4, top + 4, bottom + 2), "text-anchor": "end", text }),
    ]),
    svg(
      "text",
      { x: left - 7, y: top - NAME_BASELINE, "text-anchor": "end", class: "bv-unit" },
      axis === "mel" ? "kHz, mel" : "kHz",
      svg("title", { text: axis === "mel" ? "Frequency on a mel scale" : "Frequency" }),
    ),
    svg(
      "rect",
      { x: left, y: bottom, width, height: 20, class: "bv-axis-hint" },
      svg("title", { text: "seconds in the recording" }),
    ),
  ];
}

/**
 * Shades what was not embedded, where there is context around the window.
 *
 * @param {[start_s: number, end_s: number] | undefined} span the embedded window
 * @param {Frame} frame
 */
function windowMarks(span, frame) {
  if (!span) return [];
  const { view, left, top, width, height } = frame;
  const at = (/** @type {number} */ seconds) =>
    clamped(toPixels({ seconds, hz: view.low }, frame).x, left, left + width);
  const [from, to] = [at(span[0]), at(span[1])];
  const tall = { y: top, height, class: "bv-context" };
  return [
    ...(span[0] > view.start ? [svg("rect", { x: left, width: from - left, ...tall })] : []),
    ...(span[1] < view.end ? [svg("rect", { x: to, width: left + width - to, ...tall })] : []),
  ];
}

/**
 * @typedef {object} BoxPlaces
 * @property {Element[]} marks on the picture
 * @property {Element[]} bars above it
 * @property {(Rect & { label: string })[]} rects
 */

/**
 * Annotations: an outline on the picture where one has a band; else, as it would only cover what is in it, a bar above
 * the picture. Names stand above, too.
 *
 * @param {Box[]} boxes
 * @param {Frame} frame
 * @param {(label: string) => string} colourOf
 * @param {boolean} [own] drawn by users here, not of the dataset
 * @returns {BoxPlaces}
 */
function annotationMarks(boxes, frame, colourOf, own = false) {
  const { view, axis, left, top, width, height } = frame;
  const x = (/** @type {number} */ seconds) =>
    clamped(toPixels({ seconds, hz: view.low }, frame).x, left, left + width);
  const y = (/** @type {number} */ hz) =>
    clamped(toPixels({ seconds: view.start, hz }, frame).y, top, top + height);
  const { start: start_s, end: end_s, low: low_hz, high: high_hz } = view;
  const shown = { start_s, end_s, low_hz, high_hz, axis, top_db: 0, floor_db: 0 };
  const placed = (/** @type {Box[]} */ some) => placedBoxes(some, shown, { x, y });
  const banded = placed(boxes.filter(hasBand));
  const bare = placed(boxes.filter((box) => !hasBand(box)));
  const kind = own ? "bv-box bv-own" : "bv-box";
  return {
    marks: banded.flatMap(({ label, ...place }) => {
      const colour = colourOf(label);
      const halo = brightness(colour) > 0.55 ? "#10201f" : "#ffffff";
      const outline = svg("rect", { ...place, class: kind, stroke: colour, "data-label": label });
      const wide = place.width >= HALO_FROM && place.height >= HALO_FROM;
      return wide ? [svg("rect", { ...place, class: "bv-box-halo", stroke: halo }), outline] : [outline];
    }),
    bars: bare.map(({ label, x: from, width: long }) => {
      const bar = { x: from, y: top - BAR - 1, width: Math.max(long - 1, 1), height: BAR };
      return svg("rect", {
        ...bar,
        class: own ? "bv-box-bar bv-own" : "bv-box-bar",
        fill: colourOf(label),
        "data-label": label,
      });
    }),
    rects: [...banded, ...bare],
  };
}

/** @param {Box} box */
const hasBand = ([, , low, high]) => low !== null || high !== null;

/**
 * @param {(Rect & { label: string })[]} rects
 * @param {Frame} frame
 */
const nameMarks = (rects, { left, top, width }) =>
  placedNames(rects, { left, width }).map(({ left: at, label }) =>
    svg("text", { x: at, y: top - NAME_BASELINE, class: "bv-box-label", text: label }),
  );

/**
 * The box in hand, and what dims while it is heard alone.
 *
 * @param {DrawnBox | undefined} box
 * @param {Frame} frame
 * @param {boolean} heard
 */
function drawnMarks(box, frame, heard) {
  if (!box) return [];
  const rect = rectOf(box, frame);
  const { left, top, width, height } = frame;
  const inner = `M${rect.x} ${rect.y}h${rect.width}v${rect.height}h${-rect.width}Z`;
  const dim = {
    class: "bv-beside-box",
    d: `M${left} ${top}h${width}v${height}h${-width}Z${inner}`,
    "fill-rule": "evenodd",
  };
  return [
    ...(heard ? [svg("path", dim)] : []),
    svg("rect", { ...rect, class: "bv-drawn-halo" }),
    svg("rect", { ...rect, class: "bv-drawn" }),
    ...handlesOf(rect).map((handle) => svg("rect", { ...handle, class: "bv-handle" })),
  ];
}

/**
 * All that is drawn over and around a picture.
 *
 * @param {PictureView} picture
 * @param {Frame} frame
 * @returns {{ marks: Element[], rects: (Rect & { label: string })[] }} with where annotations lie
 */
export function pictureMarks({ boxes, ownBoxes, colourOf, span, box, isBoxHeard, waveform }, frame) {
  const ours = annotationMarks(boxes, frame, colourOf);
  const own = annotationMarks(ownBoxes, frame, colourOf, true);
  const rects = [...ours.rects, ...own.rects];
  const { left: x, top: y, width, height } = frame;
  const clip = svg("svg", { x, y, width, height, viewBox: `${x} ${y} ${width} ${height}` });
  clip.append(
    ...windowMarks(span, frame),
    ...ours.marks,
    ...own.marks,
    ...drawnMarks(box, frame, isBoxHeard),
  );
  const around = [...ours.bars, ...own.bars, ...nameMarks(rects, frame), ...waveform.marks()];
  return { marks: [clip, ...axisMarks(frame, y + height + waveform.room()), ...around], rects };
}
