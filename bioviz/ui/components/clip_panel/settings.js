// @ts-check
// What the user chose about sound and picture, remembered in this browser.

import { el } from "../shared/dom.js";
import { SAME_LOUDNESS_DB } from "../shared/sound.js";
import { readSettingsOf, writeSetting } from "../shared/storage.js";

/** @import { Query } from "../shared/media.js" */

const PICTURE_WIDTHS = [480, 720, 960, 1440];
const WIDEST = 1440;
const PICTURE_ROWS = 320;
const SETTINGS_KEY = "bioviz.inspector";

/** All that number fields and lists choose is text. */
export const DEFAULTS = {
  context: "0",
  loudness: false,
  slow: "auto",
  loop: false,
  autoplay: true,
  volume: 0.8,
  waveform: false,
  axis: "linear",
  colours: "greys",
  range: "50",
  scale: "clip",
  low: "",
  high: "",
  band: false,
  apart: true,
};

/** @typedef {typeof DEFAULTS} Settings */
/**
 * @template Value
 * @typedef {{ [K in keyof Settings]: Settings[K] extends Value ? K : never }[keyof Settings]} NameOf
 */

export const SAME_LOUDNESS_HELP =
  `Bring every clip to the same level (root mean square ${SAME_LOUDNESS_DB} dBFS), ` +
  "as far as its peaks allow; what was done is said beside";

export const readSettings = () => readSettingsOf(SETTINGS_KEY, DEFAULTS);

/**
 * What is asked of the server for a sound.
 *
 * @param {Settings} settings
 * @returns {Query}
 */
export function soundQuery(settings) {
  /** @type {Query} */
  const query = { context: settings.context, slow: settings.slow };
  if (settings.loudness) query.loudness = SAME_LOUDNESS_DB;
  return settings.band ? { ...query, ...bandQuery(settings) } : query;
}

/**
 * @param {Settings} settings in kHz, "" for no limit
 * @returns {Query} in Hz
 */
function bandQuery(settings) {
  /** @type {Query} */
  const query = {};
  if (Number(settings.low) > 0) query.low = Number(settings.low) * 1000;
  if (Number(settings.high) > 0) query.high = Number(settings.high) * 1000;
  return query;
}

/**
 * What is asked of the server for a spectrogram.
 *
 * @param {Settings} settings
 * @param {boolean} dark
 * @param {number} width of the picture in pixels of the screen; few sizes, so that the same pictures are asked for again
 * @returns {Query}
 */
export function pictureQuery(settings, dark, width) {
  /** @type {Query} */
  const query = {
    context: settings.context,
    axis: settings.axis,
    db_range: settings.range,
    ...bandQuery(settings),
    w: PICTURE_WIDTHS.find((w) => w >= width) ?? WIDEST,
    h: PICTURE_ROWS,
    cmap: settings.colours === "greys" && dark ? "greys-dark" : settings.colours,
  };
  if (settings.scale !== "clip") query.top = settings.scale;
  return query;
}

/** Controls bound to one setting each. */
export class SettingControls {
  /**
   * @param {Settings} settings
   * @param {(name: keyof Settings) => void} changed called after a change
   */
  constructor(settings, changed) {
    this.settings = settings;
    this.changed = changed;
  }

  /**
   * @template {keyof Settings} K
   * @param {K} name
   * @param {Settings[K]} value
   */
  set(name, value) {
    this.settings[name] = value;
    writeSetting(SETTINGS_KEY, JSON.stringify(this.settings));
    this.changed(name);
  }

  /**
   * @param {NameOf<string>} name
   * @param {string} title
   * @param {string} help
   * @param {[value: string, text: string][]} options
   */
  choice(name, title, help, options) {
    const select = el("select", { name, title: help });
    for (const [value, text] of options) {
      select.append(el("option", { value, text, selected: this.settings[name] === value }));
    }
    select.addEventListener("change", () => {
      this.set(name, select.value);
      select.blur(); // so that the arrow keys step through clips again
    });
    return el("label", {}, el("span", { text: title }), select);
  }

  /**
   * @param {NameOf<boolean>} name
   * @param {string} title
   * @param {string} help
   */
  switch(name, title, help) {
    const box = el("input", { type: "checkbox", name });
    box.checked = this.settings[name];
    box.addEventListener("change", () => this.set(name, box.checked));
    return el("label", { class: "bv-switch", title: help }, box, el("span", { text: title }));
  }

  /**
   * @param {NameOf<number>} name
   * @param {string} title
   */
  slider(name, title) {
    const input = el("input", { type: "range", min: 0, max: 1, step: 0.05, name, class: "bv-slider" });
    input.value = String(this.settings[name]);
    input.addEventListener("input", () => this.set(name, Number(input.value)));
    input.addEventListener("change", () => input.blur());
    return el("label", {}, el("span", { text: title }), input);
  }

  /**
   * @param {NameOf<string>} name
   * @param {string} title
   * @param {string} help
   * @param {string} placeholder
   */
  number(name, title, help, placeholder) {
    const attributes = { type: "number", min: 0, max: 500, step: "any", name, title: help, placeholder };
    const input = el("input", attributes);
    input.value = this.settings[name];
    input.addEventListener("change", () => this.set(name, input.value));
    return el("label", {}, el("span", { text: title }), input);
  }
}
