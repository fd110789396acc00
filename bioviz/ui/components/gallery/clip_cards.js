// @ts-check
// Clips as cards, a thumbnail with what is said of each: a click picks the clip, its button plays it here.

import { el } from "../shared/dom.js";
import { THUMBNAIL, clipUrl } from "../shared/media.js";
import { SmallPlayer } from "../shared/small_player.js";

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
  player = new SmallPlayer();

  /** @param {(row: number) => void} pick */
  constructor(pick) {
    this.pick = pick;
  }

  /** Forgets all cards. */
  clear() {
    this.player.pause();
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
    play.addEventListener("click", () => this.player.toggle(play, clipUrl(source, row, "wav")));
    const card = el("div", { class: "bv-neighbor", role: "listitem", "data-row": row }, jump, play);
    this.cards.set(row, card);
    if (row === this.marked) this.mark(row);
    return card;
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
    this.player.close();
  }
}
