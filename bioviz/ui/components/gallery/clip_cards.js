// @ts-check
// Clips as cards, a thumbnail with what is said of each: a click picks the clip, its button plays it here.

import { el } from "../shared/dom.js";
import { THUMBNAIL, clipUrl } from "../shared/media.js";
import { hearAlone, onHear } from "../shared/sound.js";

/** @import { Source } from "../shared/media.js" */
/**
 * @typedef {object} Card what is shown of one clip
 * @property {number} row
 * @property {string} about for screen readers, and where the mouse rests
 * @property {HTMLElement[]} lines below the picture
 */

export class ClipCards {
  /** @type {Map<number, HTMLElement>} */
  cards = new Map();
  marked = -1;
  /** @type {HTMLButtonElement | undefined} of the clip that plays */
  button;

  /** @param {(row: number) => void} pick */
  constructor(pick) {
    this.pick = pick;
    this.audio = el("audio", { preload: "none" });
    for (const name of ["pause", "ended"]) this.audio.addEventListener(name, () => this.stopped());
    this.audio.addEventListener("play", () => hearAlone(this));
    this.stopHear = onHear(this, () => this.audio.pause());
  }

  /** Forgets all cards. */
  clear() {
    this.audio.pause();
    this.cards.clear();
  }

  /**
   * @param {Source} source
   * @param {Card} card
   * @param {string} cmap
   */
  card(source, { row, about, lines }, cmap) {
    const image = el("img", {
      src: clipUrl(source, row, "png", { ...THUMBNAIL, cmap }),
      alt: about,
      loading: "lazy",
      width: 160,
      height: 64,
    });
    const broken = () => image.replaceWith(el("span", { class: "bv-broken", text: "not readable" }));
    image.addEventListener("error", broken);
    const named = { class: "bv-jump", title: about };
    const jump = el("button", { type: "button", ...named, onclick: () => this.pick(row) }, image, ...lines);
    const heard = { class: "bv-play-small", text: "▶", "aria-label": `Play ${about}` };
    const play = el("button", { type: "button", ...heard });
    play.addEventListener("click", () => this.toggle(source, row, play));
    const card = el("div", { class: "bv-neighbor", role: "listitem", "data-row": row }, jump, play);
    this.cards.set(row, card);
    if (row === this.marked) this.mark(row);
    return card;
  }

  /**
   * @param {Source} source
   * @param {number} row
   * @param {HTMLButtonElement} button
   */
  toggle(source, row, button) {
    const again = this.button === button;
    this.audio.pause();
    this.stopped();
    if (again) return;
    this.button = button;
    button.textContent = "❚❚";
    this.audio.src = clipUrl(source, row, "wav");
    this.audio.play().catch(() => this.stopped());
  }

  stopped() {
    if (this.button) this.button.textContent = "▶";
    this.button = undefined;
  }

  /** @param {number} row of the selected clip */
  mark(row) {
    this.#paint(this.marked, false);
    this.marked = row;
    this.#paint(row, true);
  }

  /**
   * @param {number} row
   * @param {boolean} isPicked
   */
  #paint(row, isPicked) {
    const card = this.cards.get(row);
    card?.classList.toggle("bv-picked", isPicked);
    card?.querySelector(".bv-jump")?.setAttribute("aria-current", String(isPicked));
  }

  stop() {
    this.stopHear();
    this.audio.pause();
  }
}
