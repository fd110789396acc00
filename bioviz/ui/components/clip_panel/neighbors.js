// @ts-check
// The nearest neighbors of a clip, as thumbnails to show or to hear.

import { el, labelChip } from "../shared/dom.js";

/** @import { Facts, Neighbor } from "./facts.js" */
/** @import { SettingControls } from "./settings.js" */
/**
 * @typedef {object} NeighborActions
 * @property {(row: number) => string} thumbnail its address
 * @property {(row: number) => void} jump
 * @property {(row: number, button: HTMLButtonElement) => void} play
 * @property {(label: string) => string} colourOf
 * @property {(label: string) => string | undefined} shapeOf
 */

export class NeighborPanel {
  /**
   * @param {HTMLElement} place
   * @param {SettingControls} controls
   */
  constructor(place, controls) {
    this.place = place;
    this.controls = controls;
  }

  clear() {
    this.place.replaceChildren();
  }

  /**
   * @param {Facts | undefined} facts
   * @param {NeighborActions} actions
   */
  show(facts, actions) {
    if (!facts?.neighbors) return this.clear();
    const help = "A clip of the same recording is near for the wrong reasons";
    const apart = this.controls.switch("apart", "from other units of independence only", help);
    const title = el("div", { class: "bv-near-title" }, el("strong", { text: "Nearest neighbors" }), apart);
    this.place.replaceChildren(title, neighborList(facts, this.controls.settings.apart, actions));
  }

  /** After the clip itself, which is what the user waits for. */
  load() {
    for (const image of this.place.querySelectorAll("img")) image.src = image.dataset.src ?? "";
  }

  /** What is still on its way must not hold the browser's connections. */
  callOff() {
    for (const image of this.place.querySelectorAll("img")) {
      if (image.src && !image.complete) image.removeAttribute("src");
    }
  }
}

/**
 * The picture's address waits in data-src until the inspector has time for it.
 *
 * @param {Neighbor} neighbor
 * @param {NeighborActions} actions
 */
function neighborCard(neighbor, actions) {
  const { row, label, distance, recording, same_recording: same } = neighbor;
  const about = `${label}, ${recording}${same ? " (same recording)" : ""}`;
  const jump = el(
    "button",
    { type: "button", class: "bv-jump", title: `Show ${about}`, onclick: () => actions.jump(row) },
    el("img", {
      "data-src": actions.thumbnail(row),
      alt: "",
      loading: "lazy",
    }),
    labelChip(label, actions.colourOf(label), actions.shapeOf(label)),
    el("span", {
      class: "bv-muted",
      text: `distance ${distance.toPrecision(3)}${same ? " · same recording" : ""}`,
    }),
  );
  const play = el("button", {
    type: "button",
    class: "bv-play-small",
    text: "▶",
    "aria-label": `Play ${about}`,
  });
  play.addEventListener("click", () => actions.play(row, play));
  return el("div", { class: "bv-neighbor", "data-row": row }, jump, play);
}

/**
 * @param {Facts} facts
 * @param {boolean} apart those of other recordings only
 * @param {NeighborActions} actions
 */
function neighborList(facts, apart, actions) {
  const shown = (apart ? facts.neighbors_apart : facts.neighbors) ?? [];
  if (shown.length) {
    return el("div", { class: "bv-neighbors" }, ...shown.map((n) => neighborCard(n, actions)));
  }
  const text = apart
    ? "All near clips are from the same unit of independence."
    : "This clip has no neighbors in this run.";
  return el("p", { class: "bv-muted", text });
}
