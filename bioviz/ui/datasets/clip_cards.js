// @ts-check
// Cards of clips under headings: a spectrogram with its boxes and scales, and a button that plays it.

import { isDark } from "../components/shared/colours.js";
import { el } from "../components/shared/dom.js";
import { mounting } from "../components/shared/mounting.js";
import { SmallPlayer } from "../components/shared/small_player.js";
import { quieterNote } from "../components/shared/sound.js";

/** @import { Component } from "../components/shared/mounting.js" */
/** @typedef {[left: number, right: number, low: number, top: number, label: string, colour: string]} Box shares of it */
/**
 * @typedef {object} Card
 * @property {string} title
 * @property {string} detail
 * @property {string} picture address, or data URI
 * @property {string} sound address, or data URI
 * @property {Box[]} boxes
 * @property {string} high frequency at the top edge, in words
 * @property {string} note of the sound, where that is known already
 */
/** @typedef {{ title: string, note: string, colour: string, cards: Card[] }} Group without a title there is no heading */
/** @typedef {{ groups: Group[] }} Data */

const END_SHOWN = 14; // letters of a name that are always seen: recordings of a recorder differ at the end

const percent = (/** @type {number} */ share) => `${(100 * Math.min(1, Math.max(0, share))).toFixed(2)}%`;

/**
 * Where a box lies on its picture and in which colour, as style.
 *
 * @param {Box} box
 */
export function boxStyle([left, right, low, top, , colour]) {
  const across = `left:${percent(left)};width:${percent(right - left)}`;
  return `${across};bottom:${percent(low)};height:${percent(top - low)};--box:${colour}`;
}

class ClipCards {
  drawn = "";
  colourMap = "greys";
  player = new SmallPlayer();

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.body = el("div", { class: "cards-body" });
    const about = { class: "clip-cards", "aria-label": "Example clips" };
    this.root = el("section", about, this.body, this.player.audio);
    parent.append(this.root);
  }

  /** @param {Component<Data>} component */
  update({ data }) {
    const dark = isDark(this.root);
    const drawn = JSON.stringify([data, dark]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.player.pause();
    this.colourMap = dark ? "greys-dark" : "greys";
    this.root.classList.toggle("dark", dark);
    this.body.replaceChildren(...data.groups.map((group) => this.group(group)));
  }

  /** @param {Group} group */
  group({ title, note, colour, cards }) {
    const dot = el("span", { class: "dot", style: `background:${colour}` });
    const head = el("h4", {}, dot, el("span", { text: title }), el("small", { text: note }));
    const list = { class: "cards", role: "list" };
    const grid = el("div", list, ...cards.map((card) => this.card(card, title)));
    return el("div", { class: "group" }, ...(title ? [head] : []), grid);
  }

  /**
   * @param {Card} card
   * @param {string} group
   */
  card({ title, detail, picture, sound, boxes, high, note }, group) {
    const isOwn = picture.startsWith("data:"); // drawn in one colour map for all themes
    const src = isOwn ? picture : `${picture}&cmap=${this.colourMap}`;
    const image = el("img", { src, alt: "", loading: "lazy", class: isOwn && "own-colours" });
    const broken = () => image.replaceWith(el("span", { class: "broken", text: "cannot be read" }));
    image.addEventListener("error", broken);
    const named = { class: "play", text: "▶", "aria-label": `Play ${group || title}, ${detail}` };
    const play = el("button", { type: "button", ...named });
    const level = el("div", { class: "level", text: note, "aria-live": "polite" });
    play.addEventListener("click", () => this.toggle(play, sound, level));
    const marks = boxes.map((box) => el("div", { class: "box", style: boxStyle(box), title: box[4] }));
    const scale = el("span", { class: "scale", text: high });
    const shown = el("div", { class: "picture" }, image, scale, ...marks, play);
    const both = { class: "words", title: `${title}\n${detail}` };
    const letters = [...title];
    const cut = Math.max(0, letters.length - END_SHOWN);
    const [start, end] = [letters.slice(0, cut), letters.slice(cut)].map((part) =>
      el("span", { text: part.join("") }),
    );
    const words = el("div", both, el("span", {}, start, end), el("span", { text: detail }));
    return el("div", { class: "card", role: "listitem" }, shown, words, level);
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {string} sound
   * @param {HTMLElement} level where it is said that it is played quieter than it is
   */
  async toggle(button, sound, level) {
    if (!this.player.toggle(button, sound)) return;
    level.textContent ||= await quieterNote(sound);
  }

  stop() {
    this.player.close();
    this.root.remove();
  }
}

export default mounting(ClipCards);
