// @ts-check
// What the inspector is made of: buttons, switches and places, put into one element.

import { el } from "../shared/dom.js";
import { SAME_LOUDNESS_HELP } from "./settings.js";
import { Spectrogram } from "./spectrogram.js";

/** @import { SettingControls } from "./settings.js" */
/**
 * @typedef {object} InspectorActions
 * @property {(fraction: number) => void} seek
 * @property {(by: number) => void} step
 * @property {() => void} toggle
 */
/** @typedef {ReturnType<typeof buildInspector>} InspectorParts */

/**
 * @param {SettingControls} controls
 * @param {InspectorActions} actions
 */
export function buildInspector(controls, actions) {
  const button = { type: "button" };
  const parts = {
    audio: el("audio", { preload: "auto" }),
    preview: el("audio", { preload: "auto" }),
    picture: new Spectrogram(controls, actions.seek),
    previous: el("button", {
      ...button,
      text: "◀ Previous",
      title: "Previous clip (← or k)",
      onclick: () => actions.step(-1),
    }),
    next: el("button", {
      ...button,
      text: "Next ▶",
      title: "Next clip (→ or j)",
      onclick: () => actions.step(1),
    }),
    position: el("span", { class: "bv-position", "aria-live": "polite" }),
    heading: el("div", { class: "bv-heading" }),
    playButton: el("button", {
      ...button,
      class: "bv-play",
      text: "▶ Play",
      title: "Play or pause (space)",
      onclick: actions.toggle,
    }),
    clock: el("span", { class: "bv-clock" }),
    level: el("span", { class: "bv-level bv-muted", "aria-live": "polite" }),
    download: el("a", { text: "WAV", title: "Download what is played", download: true }),
    note: el("p", { class: "bv-note bv-muted" }),
    facts: el("div", { class: "bv-facts-place" }),
    neighbors: el("div", { class: "bv-near" }),
    flagPlace: el("div", { class: "bv-flag-place" }),
  };
  const body = el(
    "div",
    { class: "bv-body" },
    parts.heading,
    parts.picture.element,
    el("div", { class: "bv-transport" }, parts.playButton, parts.clock, parts.level, parts.download),
    soundPanel(controls),
    parts.flagPlace,
    parts.neighbors,
    parts.facts, // of no fixed height, so that nothing comes below it but what is folded
    picturePanel(controls),
    parts.note,
  );
  const bar = el("div", { class: "bv-bar" }, parts.previous, parts.next, parts.position);
  const about = { class: "bv-root bv-inspector", "aria-label": "Clip inspector" };
  return { ...parts, root: el("section", about, bar, body, parts.audio) };
}

/** @param {SettingControls} controls */
function soundPanel(controls) {
  const speeds = ["2", "4", "5", "8", "10", "20"].map((times) => pair(times, `${times}× slower`));
  const slow = [pair("auto", "auto"), pair("1", "×1"), ...speeds];
  const context = ["0", "0.5", "1", "2", "5", "10", "30"].map((s) => pair(s, s === "0" ? "none" : `±${s} s`));
  return el(
    "div",
    { class: "bv-controls" },
    controls.switch("autoplay", "Autoplay", "Play a clip as soon as it is picked"),
    controls.switch("loop", "Loop", "Play again and again"),
    controls.switch("loudness", "Same loudness", SAME_LOUDNESS_HELP),
    controls.choice(
      "slow",
      "Speed",
      "Slower playback makes ultrasound audible; auto slows recordings above 96 kHz",
      slow,
    ),
    controls.choice("context", "Context", "Seconds before and after the clip", context),
    controls.slider("volume", "Volume"),
  );
}

/** @param {SettingControls} controls */
function picturePanel(controls) {
  const ranges = ["30", "40", "50", "60", "70", "80", "100"].map((db) => pair(db, `${db} dB`));
  const common = ["0", "-10", "-20", "-30", "-40", "-60"];
  const scales = [
    pair("clip", "own maximum"),
    ...common.map((db) => pair(db, `${db.replace("-", "−")} dBFS for all`)),
  ];
  const same = (/** @type {string[]} */ ...names) => names.map((name) => pair(name, name));
  const rangeHelp = "Decibels between the faintest and the strongest colour";
  const scaleHelp = "Each clip its own scale shows faint calls; one for all keeps clips comparable";
  return el(
    "details",
    { class: "bv-panel" },
    el("summary", { text: "Picture settings" }),
    el(
      "div",
      { class: "bv-controls" },
      controls.choice("axis", "Axis", "Frequency axis", same("linear", "mel")),
      controls.choice("colours", "Colours", "Colour map", same("greys", "viridis", "magma")),
      controls.choice("range", "Range", rangeHelp, ranges),
      controls.choice("scale", "Strongest", scaleHelp, scales),
      controls.number("low", "From kHz", "Lowest frequency shown", "0"),
      controls.number("high", "to kHz", "Highest frequency shown", "all"),
      controls.switch("band", "hear these only", "Play only the frequencies that the picture shows"),
    ),
  );
}

/**
 * @param {string} value
 * @param {string} text
 * @returns {[value: string, text: string]}
 */
const pair = (value, text) => [value, text];
