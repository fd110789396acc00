// @ts-check
// One result of a search: its picture, sound, how alike it is, and the two ticks.

import { el, labelChip } from "../shared/dom.js";

/**
 * @typedef {object} Similar a clip that a search found
 * @property {number} row
 * @property {number} rank
 * @property {number} similarity
 * @property {string[]} labels
 * @property {string} recording
 * @property {number} start_s
 * @property {number} end_s
 * @property {number} unit
 * @property {boolean} same_unit
 * @property {boolean} same_recording
 */
/**
 * @typedef {object} CardActions
 * @property {(row: number) => string} thumbnail its address
 * @property {(row: number) => void} jump
 * @property {(row: number, button: HTMLButtonElement) => void} play
 * @property {(row: number, right: boolean) => void} tick
 * @property {(label: string) => string} colourOf
 * @property {(label: string) => string | undefined} shapeOf
 */

/**
 * @param {Similar} found
 * @param {string} unit noun
 */
export function relation({ same_unit: sameUnit, same_recording: sameRecording }, unit) {
  if (sameRecording) return "same recording";
  return sameUnit ? `same ${unit}` : "";
}

/**
 * @param {Similar} found
 * @param {string} unit noun
 * @param {CardActions} actions
 */
export function similarCard(found, unit, { thumbnail, jump, play, tick, colourOf, shapeOf }) {
  const { row, rank, similarity, labels, recording } = found;
  const related = relation(found, unit);
  const name = labels.join(" + ");
  const about = `${rank}: ${name}, ${recording}, ${found.start_s.toFixed(1)} s${related ? ` (${related})` : ""}`;
  const button = { type: "button" };
  const shown = el(
    "button",
    { ...button, class: "bv-jump", title: `Show ${about}`, onclick: () => jump(row) },
    el("img", { src: thumbnail(row), alt: "", loading: "lazy" }),
    labelChip(name, colourOf(labels[0]), shapeOf(labels[0])),
    el("span", {
      class: "bv-muted",
      text: `${rank} · ${similarity.toFixed(3)}${related ? ` · ${related}` : ""}`,
    }),
  );
  const listen = el("button", {
    ...button,
    class: "bv-play-small",
    text: "▶",
    "aria-label": `Play ${about}`,
  });
  listen.addEventListener("click", () => play(row, listen));
  const right = el("button", {
    ...button,
    text: "✓ Right",
    "aria-label": `Right: ${about}`,
    onclick: () => tick(row, true),
  });
  const wrong = el("button", {
    ...button,
    text: "✗ Wrong",
    "aria-label": `Wrong: ${about}`,
    onclick: () => tick(row, false),
  });
  const ticks = el("div", { class: "bv-ticks" }, right, wrong);
  const element = el("div", { class: "bv-neighbor bv-similar-card", "data-row": row }, shown, listen, ticks);
  return {
    element,
    found,
    /** @param {boolean | undefined} is right, wrong or not ticked */
    mark(is) {
      right.setAttribute("aria-pressed", String(is === true));
      wrong.setAttribute("aria-pressed", String(is === false));
      element.dataset.tick = is === undefined ? "" : is ? "right" : "wrong";
    },
  };
}
