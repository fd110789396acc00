// @ts-check
// The waveform below a spectrogram, where it is wanted: lowest and highest sample of each pixel, from the server.

import { el } from "../shared/dom.js";
import { keptWaveforms } from "../shared/media.js";
import { viewOf } from "./viewport.js";

/** @import { PictureSource } from "./picture_images.js" */
/** @import { Frame, View } from "./viewport.js" */

const HEIGHT = 56;
const GAP = 4;

/** @param {number} peak largest sample, 1 is full scale */
export function peakText(peak) {
  if (!peak) return "digital silence";
  const db = (20 * Math.log10(peak)).toFixed(1).replace("-", "−");
  return `peak ${db} dBFS${peak > 1.0005 ? ", above full scale" : ""}`;
}

export class Waveform {
  isOn = false;
  /** @type {{ url: string, pairs: Int16Array, view: View, peak: number } | undefined} */
  drawn;
  /** @type {string | undefined} */
  wanted;
  /** @type {Frame | undefined} */
  frame;

  constructor() {
    this.canvas = el("canvas", { class: "bv-waveform", hidden: true, role: "img", "aria-label": "Waveform" });
  }

  /** Pixels that it takes from the spectrogram. */
  room() {
    return this.isOn ? HEIGHT + GAP : 0;
  }

  clear() {
    this.drawn = this.wanted = undefined;
    this.canvas.hidden = true;
  }

  /**
   * @param {PictureSource | undefined} source
   * @param {View | undefined} view
   */
  async follow(source, view) {
    if (!this.isOn || !source || !view) return;
    const url = source.waveform(view);
    if (url === this.wanted) return;
    this.wanted = url;
    try {
      const { pairs, about } = await keptWaveforms.get(url);
      if (this.wanted !== url) return;
      const edges = viewOf({ ...about, low_hz: 0, high_hz: 0, axis: "linear", top_db: 0, floor_db: 0 });
      this.drawn = { url, pairs, view: edges, peak: about.peak };
      this.paint();
    } catch {
      if (this.wanted === url) this.clear(); // the picture says what is wrong with the clip
    }
  }

  /** @param {Frame} frame of the spectrogram above */
  place(frame) {
    this.frame = frame;
    this.canvas.hidden = !this.isOn;
    if (!this.isOn) return;
    Object.assign(this.canvas.style, {
      left: `${frame.left}px`,
      top: `${frame.top + frame.height + GAP}px`,
      width: `${frame.width}px`,
      height: `${HEIGHT}px`,
    });
    this.paint();
  }

  paint() {
    const { canvas, frame, drawn } = this;
    if (!frame || !this.isOn) return;
    const scale = devicePixelRatio;
    canvas.width = Math.round(frame.width * scale);
    canvas.height = Math.round(HEIGHT * scale);
    const pen = canvas.getContext("2d");
    if (!pen || !drawn) return;
    const style = getComputedStyle(canvas);
    pen.fillStyle = style.color;
    const columns = drawn.pairs.length / 2;
    const middle = canvas.height / 2;
    const length = frame.view.end - frame.view.start;
    const x = (/** @type {number} */ column) => {
      const seconds = drawn.view.start + (column / columns) * (drawn.view.end - drawn.view.start);
      return ((seconds - frame.view.start) / length) * canvas.width;
    };
    for (let column = 0; column < columns; column++) {
      const [low, high] = [drawn.pairs[2 * column] / 32767, drawn.pairs[2 * column + 1] / 32767];
      const top = middle - high * (middle - 1);
      pen.fillRect(
        x(column),
        top,
        Math.max(1, x(column + 1) - x(column)),
        Math.max(1, (high - low) * (middle - 1)),
      );
    }
    canvas.title = peakText(drawn.peak);
    pen.font = `${11 * scale}px ${style.fontFamily}`;
    const text = peakText(drawn.peak);
    const width = pen.measureText(text).width;
    pen.clearRect(canvas.width - width - 8 * scale, 0, width + 8 * scale, 14 * scale);
    pen.fillText(text, canvas.width - width - 4 * scale, 11 * scale);
  }
}
