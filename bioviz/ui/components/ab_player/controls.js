// @ts-check
// The bar above the clips: play, swap, loop, volume and range, and what of it the browser remembers.

import { el } from "../shared/dom.js";
import { readSettingsOf, writeSetting } from "../shared/storage.js";

const SETTINGS_KEY = "bioviz.ab";
const RANGES = ["30", "40", "50", "60", "70", "80", "100"];
const DEFAULTS = { loop: true, volume: 0.8, range: "60" };

/** @typedef {typeof DEFAULTS} AbSettings */

export const readAbSettings = () => readSettingsOf(SETTINGS_KEY, DEFAULTS);

/** @param {AbSettings} settings */
export const writeAbSettings = (settings) => writeSetting(SETTINGS_KEY, JSON.stringify(settings));

/**
 * @param {AbSettings} settings
 * @param {object} on
 * @param {() => void} on.toggle
 * @param {() => void} on.swap
 * @param {<K extends keyof AbSettings>(name: K, value: AbSettings[K]) => void} on.set
 */
export function buildControls(settings, { toggle, swap, set }) {
  const play = el("button", {
    type: "button",
    class: "bv-ab-play",
    text: "▶ Play",
    title: "Play or pause (space)",
    onclick: toggle,
  });
  const swapTitle = "Hear the next one at the same place (key A; Shift+A: the one before)";
  const swapButton = el(
    "button",
    { type: "button", class: "bv-ab-swap", title: swapTitle, onclick: swap },
    "⇄ Swap ",
    el("kbd", { text: "A" }),
  );
  const loop = el("input", { type: "checkbox" });
  loop.checked = settings.loop;
  loop.addEventListener("change", () => set("loop", loop.checked));
  const slider = { type: "range", min: 0, max: 1, step: 0.05, class: "bv-ab-volume", "aria-label": "Volume" };
  const volume = el("input", slider);
  volume.value = String(settings.volume);
  volume.addEventListener("input", () => set("volume", Number(volume.value)));
  volume.addEventListener("change", () => volume.blur());
  const range = el("select", { title: "Decibels between the faintest and the strongest colour" });
  for (const db of RANGES) {
    range.append(el("option", { value: db, text: `${db} dB`, selected: db === settings.range }));
  }
  range.addEventListener("change", () => {
    set("range", range.value);
    range.blur();
  });
  const clock = el("span", { class: "bv-ab-clock" });
  const named = (/** @type {string} */ text, /** @type {HTMLElement} */ control) =>
    el("label", {}, el("span", { text }), control);
  const bar = el(
    "div",
    { class: "bv-ab-bar" },
    play,
    swapButton,
    clock,
    named("Loop", loop),
    named("Volume", volume),
    named("Range", range),
  );
  return { bar, play, swapButton, clock };
}
