// @ts-check
// The spectrogram with its tools and its box, as the inspector sees it: one clip at a time.

import { el } from "../shared/dom.js";
import { keyOf } from "../shared/keymap.js";
import { BoxPanel } from "./box_panel.js";
import { PictureView } from "./picture.js";
import { PictureTools } from "./picture_tools.js";
import { PicturePointer } from "./pointer.js";
import { rangeText } from "./readouts.js";

/** @import { Box } from "../shared/axes.js" */
/** @import { PictureAbout } from "../shared/media.js" */
/** @import { BoxSource } from "./box_panel.js" */
/** @import { PictureSource } from "./picture_images.js" */
/** @import { Tool } from "./pointer.js" */
/** @import { Place } from "./viewport.js" */
/** @import { SettingControls } from "./settings.js" */

const KEY_PAN = 0.25; // of what is shown
/** @type {Record<string, { time?: number, band?: number }>} */
const PANS = {
  earlier: { time: -KEY_PAN },
  later: { time: KEY_PAN },
  higher: { band: KEY_PAN },
  lower: { band: -KEY_PAN },
};
const OWN_KEYS = /** @type {const} */ ([
  "zoomIn", "zoomOut", "whole", "earlier", "later", "higher", "lower", "tool", "waveform",
  "hearBox", "annotate", "similar", "clearBox",
]); // prettier-ignore

export class Spectrogram {
  /** @type {number | undefined} */
  row;
  /** @type {() => void} make the box in hand an annotation */
  onAnnotate = () => {};
  /** @type {(place: Place) => void} take the annotation at a place as the box in hand */
  onTake = () => {};
  /** @type {() => void} show all keys */
  onKeys = () => {};
  /** @type {() => void} find clips like this one */
  onSimilar = () => {};

  /**
   * @param {SettingControls} controls
   * @param {(fraction: number) => void} seek to a part of the clip's sound
   */
  constructor(controls, seek) {
    this.controls = controls;
    this.picture = new PictureView();
    this.panel = new BoxPanel(this.picture, controls.settings, {
      annotate: () => this.onAnnotate(),
      similar: () => this.onSimilar(),
    });
    this.tools = new PictureTools({
      take: (tool) => this.take(tool),
      zoom: (factor) => this.picture.zoom({ time: factor, band: 1 }),
      whole: () => this.picture.showWhole(),
      waveform: () => this.showWaveform(!this.controls.settings.waveform),
      keys: () => this.onKeys(),
    });
    this.pointer = new PicturePointer(this.picture, {
      seek,
      take: (place) => this.onTake(place),
      draw: (box, done, anew) => this.panel.draw(box, done, anew),
    });
    this.picture.viewed = () => this.viewed();
    this.picture.waveform.isOn = controls.settings.waveform;
    this.element = el(
      "div",
      { class: "bv-spectrogram" },
      this.tools.element,
      this.picture.element,
      this.panel.element,
    );
    this.viewed();
  }

  /** @returns {PictureAbout | undefined} of the whole clip */
  get about() {
    return this.picture.about;
  }

  width() {
    return this.picture.width();
  }

  stop() {
    this.picture.resized.disconnect();
    this.panel.stop();
  }

  /**
   * @param {string} text
   * @param {boolean} [isError]
   */
  say(text, isError = false) {
    this.picture.say(text, isError);
  }

  clear() {
    this.row = undefined;
    this.panel.move(undefined);
    this.picture.clear();
    this.viewed();
  }

  /**
   * @param {number} row of the clip; where it is the one that is shown, view and box stay
   * @param {PictureSource & BoxSource} source
   * @param {() => boolean} isWanted
   */
  async load(row, source, isWanted) {
    const same = row === this.row;
    this.row = row;
    if (same) this.panel.source = source;
    else this.panel.move(source);
    const about = await this.picture.load(source, isWanted, same);
    if (isWanted()) this.viewed();
    return about;
  }

  /**
   * @param {Box[]} boxes
   * @param {[start_s: number, end_s: number]} span the embedded window
   * @param {(label: string) => string} colourOf
   */
  annotate(boxes, span, colourOf) {
    this.picture.annotate(boxes, span, colourOf);
  }

  /** @param {number | undefined} fraction of the clip's sound */
  movePlayhead(fraction) {
    if (this.panel.isHeard) return;
    const whole = this.picture.whole();
    const known = fraction !== undefined && whole;
    this.picture.movePlayheadTo(known ? whole.start + fraction * (whole.end - whole.start) : undefined);
  }

  /** @param {Tool} tool */
  take(tool) {
    this.pointer.tool = tool;
    this.viewed();
  }

  /** @param {boolean} shown */
  showWaveform(shown) {
    this.controls.set("waveform", shown);
    const { picture } = this;
    picture.waveform.isOn = shown;
    picture.waveform.follow(picture.source, picture.view);
    picture.draw();
    this.viewed();
  }

  viewed() {
    const { picture, tools } = this;
    const { view, about } = picture;
    tools.show(this.pointer.tool, picture.waveform.isOn, picture.isWhole);
    tools.say(view && about ? rangeText(view, about) : "");
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether it was one of the spectrogram's keys
   */
  key(event) {
    const id = keyOf(event, OWN_KEYS);
    if (!id || this.row === undefined || (event.repeat && !(id in PANS || id.startsWith("zoom"))))
      return false;
    if (id in PANS) this.picture.pan(PANS[id]);
    else if (id === "zoomIn") this.picture.zoom({ time: 0.5 });
    else if (id === "zoomOut") this.picture.zoom({ time: 2, band: 2 });
    else if (id === "whole") this.picture.showWhole();
    else if (id === "tool") this.take(this.pointer.tool === "box" ? "pan" : "box");
    else if (id === "waveform") this.showWaveform(!this.controls.settings.waveform);
    else if (id === "hearBox") this.panel.toggle();
    else if (id === "annotate") this.onAnnotate();
    else if (id === "similar") this.onSimilar();
    else if (id === "clearBox") {
      if (!this.panel.box) return false;
      this.panel.draw(undefined, true);
    }
    return true;
  }
}
