// @ts-check
// The waveform below a spectrogram, where it is wanted: lowest and highest sample of each pixel, from the server.

import { el, svg } from "../shared/dom.js";
import { keptWaveforms } from "../shared/media.js";
import { viewOf } from "./viewport.js";

/** @import { PictureSource } from "./picture_images.js" */
/** @import { Frame, View } from "./viewport.js" */

const HEIGHT = 56;
const GAP = 4;

/** @param {number} size of a sample, 1 is full scale */
const decibels = (size) => (20 * Math.log10(size)).toFixed(1).replace("-", "−");

/** @param {number} peak largest sample, 1 is full scale */
export function peakText(peak) {
  if (!peak) return "digital silence";
  return `peak ${decibels(peak)} dBFS${peak > 1.0005 ? ", above full scale" : ""}`;
}

export class Waveform {
  isOn = false;
  /** @type {{ url: string, pairs: Int16Array, view: View, peak: number } | undefined} */
  drawn;
  /** @type {string | undefined} */
  wanted;
  /** @type {Frame | undefined} */
  frame;

  /** @param {() => void} loaded called when there is another one to draw */
  constructor(loaded) {
    this.loaded = loaded;
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
      this.canvas.title = peakText(about.peak);
      this.loaded();
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
  }

  /** Its peak, beside it. */
  marks() {
    const { frame, drawn } = this;
    if (!this.isOn || !frame || !drawn) return [];
    const middle = frame.top + frame.height + GAP + HEIGHT / 2;
    const lines = drawn.peak ? ["peak", decibels(drawn.peak), "dBFS"] : ["silent"];
    return lines.map((text, i) => {
      const y = middle + 4 + 12 * (i - (lines.length - 1) / 2);
      return svg("text", { x: frame.left - 5, y, "text-anchor": "end", text });
    });
  }
}
