// @ts-check
// What plays the sound of whichever of many small buttons was pressed last.

import { el } from "./dom.js";
import { hearAlone, onHear } from "./sound.js";

export class SmallPlayer {
  /** @type {HTMLButtonElement | undefined} of the sound that plays */
  button;

  /** @param {HTMLAudioElement} audio what it plays with */
  constructor(audio = el("audio", { preload: "none" })) {
    this.audio = audio;
    for (const name of ["pause", "ended"]) this.audio.addEventListener(name, () => this.stopped());
    this.audio.addEventListener("play", () => hearAlone(this));
    this.stopHear = onHear(this, () => this.pause());
  }

  /**
   * Plays the sound at an address, or stops it where this button plays already.
   *
   * @param {HTMLButtonElement} button
   * @param {string} url
   * @returns {boolean} whether it plays now
   */
  toggle(button, url) {
    const again = this.button === button;
    this.audio.pause();
    this.stopped();
    if (again) return false;
    this.button = button;
    button.textContent = "❚❚";
    button.setAttribute("aria-pressed", "true");
    this.audio.src = url;
    this.audio.play().catch(() => this.stopped());
    return true;
  }

  pause() {
    this.audio.pause();
  }

  stopped() {
    if (this.button) {
      this.button.textContent = "▶";
      this.button.removeAttribute("aria-pressed");
    }
    this.button = undefined;
  }

  /** Is heard no more. */
  close() {
    this.stopHear();
    this.audio.pause();
  }
}
