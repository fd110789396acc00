// @ts-check
// The row above the spectrogram: which tool the pointer is, zoom, waveform, and what the picture spans.

import { el, svg } from "../shared/dom.js";
import { KEYS } from "../shared/keymap.js";

/** @import { KeyId } from "../shared/keymap.js" */
/** @import { Tool } from "./pointer.js" */
/**
 * @typedef {object} ToolActions
 * @property {(tool: Tool) => void} take
 * @property {(factor: number) => void} zoom
 * @property {() => void} whole
 * @property {() => void} waveform
 * @property {() => void} keys show all of them
 */

const ICONS = {
  box: "M2.5 4h11v8h-11z",
  pan: "M8 1.5v13M1.5 8h13M6 3.5l2-2 2 2M6 12.5l2 2 2-2M3.5 6l-2 2 2 2M12.5 6l2 2-2 2",
  waveform: "M1.5 8h1.5l1.5-4 2.5 9 2.5-11 2 9 1-3h2",
};

/** @param {string} path */
const icon = (path) =>
  svg("svg", { viewBox: "0 0 16 16", class: "bv-icon", "aria-hidden": "true" }, svg("path", { d: path }));

/**
 * @param {KeyId} id
 * @param {string} does
 */
const hint = (id, does) => `${does} (${KEYS[id].caps})`;

export class PictureTools {
  /** @param {ToolActions} actions */
  constructor({ take, zoom, whole, waveform, keys }) {
    const button = { type: "button" };
    this.box = el("button", {
      ...button,
      title: hint("tool", "Drag on the picture to draw a box"),
      onclick: () => take("box"),
    });
    this.box.append(icon(ICONS.box), "Box");
    this.pan = el("button", {
      ...button,
      title: hint("tool", "Drag the picture"),
      onclick: () => take("pan"),
    });
    this.pan.append(icon(ICONS.pan), "Pan");
    const zoomOut = hint("zoomOut", "Zoom out; so does the wheel");
    this.out = el("button", {
      ...button,
      text: "−",
      title: zoomOut,
      "aria-label": "Zoom out",
      onclick: () => zoom(2),
    });
    const zoomIn = hint("zoomIn", "Zoom in; so does the wheel: in time, with Shift in frequency");
    this.in = el("button", {
      ...button,
      text: "+",
      title: zoomIn,
      "aria-label": "Zoom in",
      onclick: () => zoom(0.5),
    });
    this.whole = el("button", {
      ...button,
      text: "Whole clip",
      title: hint("whole", "Show all of it"),
      onclick: whole,
    });
    this.waveform = el("button", {
      ...button,
      title: hint("waveform", "Waveform below the picture"),
      "aria-label": "Waveform",
      onclick: waveform,
    });
    this.waveform.append(icon(ICONS.waveform));
    const sheet = { title: hint("sheet", "All keys"), "aria-label": "Keys", onclick: keys };
    this.keys = el("button", { ...button, text: "?", ...sheet });
    this.range = el("span", { class: "bv-range" });
    const row = { class: "bv-tools", role: "toolbar", "aria-label": "Spectrogram" };
    const tools = [this.box, this.pan, this.out, this.in, this.whole, this.waveform, this.keys];
    this.element = el("div", row, ...tools, this.range);
    this.show("box", false, true);
  }

  /**
   * @param {Tool} tool
   * @param {boolean} waveform whether it is shown
   * @param {boolean} isWhole whether all of the clip is
   */
  show(tool, waveform, isWhole) {
    this.box.setAttribute("aria-pressed", String(tool === "box"));
    this.pan.setAttribute("aria-pressed", String(tool === "pan"));
    this.waveform.setAttribute("aria-pressed", String(waveform));
    this.out.disabled = this.whole.disabled = isWhole;
  }

  /** @param {string} text */
  say(text) {
    this.range.replaceChildren(...text.split(" · ").map((line) => el("span", { text: line })));
  }
}
