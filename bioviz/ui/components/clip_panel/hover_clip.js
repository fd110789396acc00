// @ts-check
// Pointing at a clip on a map shows its spectrogram at once; with Shift held it is heard.

import { hovers } from "../embedding_map/linked_maps.js";
import { el } from "../shared/dom.js";
import { registerKeys } from "../shared/keymap.js";
import { hearAlone, onHear } from "../shared/sound.js";

/**
 * @typedef {object} HoverActions
 * @property {(group: string) => boolean} isOurs whether a map's clips are those that the inspector shows
 * @property {(row: number) => string} thumbnail its address
 * @property {(row: number) => string} sound its address
 * @property {() => number} volume
 */

const SIZE = { width: 200, height: 80 };
const APART = 16; // pixels from the pointer

/**
 * Where the picture goes: left of and above the pointer, where the map's own words are not; else on the other side.
 *
 * @param {{ x: number, y: number }} pointer
 * @returns {{ left: number, top: number }}
 */
export function hoverPlace({ x, y }) {
  const left = x - SIZE.width - APART;
  const top = y - SIZE.height - APART;
  return { left: left < 0 ? x + APART : left, top: top < 0 ? y + APART : top };
}

export class HoverClip {
  /** @type {number | null} */
  row = null;
  pointer = { x: 0, y: 0 };
  isShift = false;
  listeners = new AbortController();

  /**
   * @param {HTMLElement} root whose style it has
   * @param {HoverActions} actions
   */
  constructor(root, actions) {
    this.actions = actions;
    this.image = el("img", { alt: "", width: SIZE.width, height: SIZE.height });
    this.element = el(
      "div",
      { class: "bv-hover-clip", popover: "manual", "aria-hidden": "true" },
      this.image,
    );
    this.audio = el("audio", { preload: "none" });
    root.append(this.element);
    const { signal } = this.listeners;
    const options = { signal, capture: true, passive: true };
    window.addEventListener("pointermove", (event) => this.moved(event), options);
    window.addEventListener("keydown", (event) => event.key === "Shift" && this.shift(true), options);
    window.addEventListener("keyup", (event) => event.key === "Shift" && this.shift(false), options);
    window.addEventListener("blur", () => this.shift(false), options);
    this.stopHovers = hovers.on(({ group, hovered }) => actions.isOurs(group) && this.show(hovered));
    this.audio.addEventListener("play", () => hearAlone(this));
    this.stopHear = onHear(this, () => this.audio.pause());
    registerKeys("Map", [{ caps: "Shift", does: "Hear the clip that you point at" }]);
  }

  stop() {
    this.listeners.abort();
    this.stopHovers();
    this.stopHear();
    this.audio.pause();
  }

  /** @param {PointerEvent} event */
  moved({ clientX, clientY, shiftKey }) {
    this.pointer = { x: clientX, y: clientY };
    this.isShift = shiftKey;
    if (this.row !== null) this.place();
  }

  place() {
    const { left, top } = hoverPlace(this.pointer);
    Object.assign(this.element.style, { left: `${left}px`, top: `${top}px` });
  }

  /** @param {number | null} row under the pointer */
  show(row) {
    if (row === this.row) return;
    this.row = row;
    this.audio.pause();
    if (row === null) return this.element.hidePopover();
    this.image.src = this.actions.thumbnail(row);
    if (!this.element.matches(":popover-open")) this.element.showPopover();
    this.place();
    if (this.isShift) this.hear();
  }

  /** @param {boolean} held */
  shift(held) {
    if (held === this.isShift) return;
    this.isShift = held;
    if (held) this.hear();
    else this.audio.pause();
  }

  hear() {
    if (this.row === null) return;
    this.audio.src = this.actions.sound(this.row);
    this.audio.volume = this.actions.volume();
    this.audio.play().catch(() => {}); // a click on the page allows it
  }
}
