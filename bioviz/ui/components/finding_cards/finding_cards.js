// @ts-check
// Findings side by side: a figure of a few lines each. A click on a line tells Python which.

import { el } from "../shared/dom.js";
import { mounting } from "../shared/mounting.js";
import { marksOf, visible } from "./lines.js";
import { grouped } from "../shared/numbers.js";

/** @import { Component } from "../shared/mounting.js" */
/** @import { Line } from "./lines.js" */
/**
 * @typedef {object} Card
 * @property {string} id
 * @property {string} title
 * @property {string} subtitle
 * @property {string} head
 * @property {{ at: number, text: string }[]} ticks
 * @property {number | null} reference
 * @property {Line[]} lines
 * @property {number} shown lines before the rest is asked for
 * @property {string} note
 * @property {[string, string]} widths
 * @property {boolean} big
 */
/** @typedef {{ label: string, cards: Card[], chosen: [string, string] | null }} Data */
/** @typedef {Component<Data> & { setTriggerValue: (name: string, value: unknown) => void }} Cards */

const COLUMNS = 3; // of cards of one difference, however few there are

class FindingCards {
  /** @type {Data} */
  data = { label: "", cards: [], chosen: null };
  drawn = "";
  /** @type {Set<string>} cards of which all lines are shown */
  whole = new Set();
  /** @type {(card: string, line: string) => void} */
  open = () => {};

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.grid = el("div", { class: "bv-cards" });
    this.root = el("section", { class: "bv-root" }, this.grid);
    parent.append(this.root);
  }

  /** @param {Cards} component */
  update({ data, setTriggerValue }) {
    this.open = (card, line) => {
      this.mark([card, line]);
      setTriggerValue("opened", [card, line]);
    };
    const drawn = JSON.stringify([data.label, data.cards]);
    this.data = data;
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      this.draw();
    }
    this.mark(data.chosen);
  }

  draw() {
    const { cards, label } = this.data;
    this.root.setAttribute("aria-label", label);
    const columns = cards.some(({ big }) => big) ? COLUMNS : Math.max(cards.length, 1);
    this.grid.style.setProperty("--bv-columns", String(columns));
    this.grid.replaceChildren(...cards.map((card) => this.card(card)));
  }

  /** @param {Card} card */
  card(card) {
    const lines = visible(card.lines, card.shown, this.whole.has(card.id));
    const list = el("div", { class: "bv-lines" }, ...lines.map((line) => this.line(card, line)));
    if (lines.length < card.lines.length) {
      const all = () => {
        this.whole.add(card.id);
        this.draw();
        this.mark(this.data.chosen);
      };
      const text = `Show all ${grouped(card.lines.length)}`;
      list.append(el("button", { type: "button", class: "bv-more", text, onclick: all }));
    }
    const ticks = card.ticks.map(({ at, text }) => el("span", { text, style: `left:${100 * at}%` }));
    const parts = [el("h3", { text: card.title })];
    if (card.subtitle) {
      const [left, right] = [card.subtitle, card.head].map((text) => el("span", { text, title: text }));
      parts.push(el("p", { class: "bv-muted bv-heads" }, left, right));
    }
    if (card.lines.length) parts.push(list);
    if (ticks.length && card.lines.some(({ value }) => value !== null)) {
      const scale = el("div", { class: "bv-figure" }, ...ticks);
      parts.push(el("div", { class: "bv-scale", "aria-hidden": "true" }, scale));
    }
    if (card.note) parts.push(el("p", { class: "bv-muted", text: card.note }));
    const [labels, texts] = card.widths;
    return el(
      "article",
      {
        class: `bv-card${card.big ? " bv-big" : ""}`,
        "data-card": card.id,
        style: `--bv-labels:${labels};--bv-texts:${texts}`,
      },
      ...parts,
    );
  }

  /**
   * @param {Card} card
   * @param {Line} line
   */
  line(card, line) {
    const label = el("span", { class: "bv-label", text: line.label });
    const text = el("span", { class: "bv-text", text: line.text });
    const middle = line.untold
      ? [el("span", { class: "bv-untold", text: line.untold })]
      : [el("span", { class: "bv-figure" }, ...marksOf(line, card).map(markElement)), text];
    const attributes = {
      class: `bv-line${line.strong ? " bv-strong" : ""}`,
      title: line.spoken || null,
      "data-line": line.id || null,
    };
    if (!line.id) return el("div", attributes, label, ...middle);
    const onclick = () => this.open(card.id, line.id);
    return el("button", { ...attributes, type: "button", onclick }, label, ...middle);
  }

  /** @param {[string, string] | null} chosen */
  mark(chosen) {
    for (const card of this.grid.querySelectorAll(".bv-card")) {
      const isOpen = card.getAttribute("data-card") === chosen?.[0];
      card.classList.toggle("bv-chosen", isOpen);
      for (const line of card.querySelectorAll("button.bv-line"))
        line.setAttribute("aria-pressed", String(isOpen && line.getAttribute("data-line") === chosen?.[1]));
    }
  }

  stop() {
    this.root.remove();
  }
}

/** @param {{ kind: string, left: number, width?: number }} mark */
function markElement({ kind, left, width }) {
  const size = width === undefined ? "" : `;width:${100 * width}%`;
  return el("i", { class: `bv-${kind}`, style: kind === "base" ? null : `left:${100 * left}%${size}` });
}

export default mounting(FindingCards);
