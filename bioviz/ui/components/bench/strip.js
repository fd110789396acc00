// @ts-check
// The lists of clips below the map: a tab each with its number, and the clips of the chosen one side by side.

import { isDark } from "../shared/colours.js";
import { el, labelChip } from "../shared/dom.js";
import { ClipCards } from "../gallery/clip_cards.js";
import { grouped } from "../shared/numbers.js";

/** @import { Points } from "../embedding_map/points.js" */
/** @import { Source } from "../shared/media.js" */
/** @import { ClipList } from "./lists.js" */
/**
 * @typedef {object} StripActions
 * @property {(id: string) => void} choose a list
 * @property {(row: number) => void} pick a clip
 * @property {() => void} showTable
 */
/** @typedef {Source} StripSource */

const AT_ONCE = 30; // cards; more are made as they come into view
const NEAR_END = 600; // pixels
const LONG_NAME = 12; // letters of a list; where there is little room, longer ones are cut first

export class Strip {
  /** @type {ClipList | undefined} */
  list;
  /** @type {Points | undefined} */
  points;
  /** @type {StripSource} */
  source;
  from = 0;
  to = 0;
  drawn = "";

  /** @param {StripActions} actions */
  constructor(actions) {
    this.actions = actions;
    this.cards = new ClipCards(actions.pick);
    this.tabs = el("div", { class: "bb-tablist", role: "tablist", "aria-label": "Lists of clips" });
    this.labels = el("select", { class: "bb-labels", "aria-label": "Clips of one label" });
    this.labels.addEventListener("change", () => {
      const { value } = this.labels;
      this.labels.blur(); // so that keys flag and step again
      if (value) actions.choose(value);
    });
    const table = {
      type: "button",
      class: "bb-button",
      text: "Table",
      title: "The list as a table, with downloads",
      onclick: actions.showTable,
    };
    this.scroller = el("div", { class: "bb-cards", role: "list", "aria-label": "Clips of the chosen list" });
    this.scroller.addEventListener("scroll", () => this.more(), { passive: true });
    const head = el("div", { class: "bb-tabs" }, this.tabs, this.labels, el("button", table));
    const about = { class: "bv-root bb-strip", "aria-label": "Clips in lists" };
    this.root = el("section", about, head, this.scroller, this.cards.player.audio);
  }

  /**
   * @param {ClipList[]} lists
   * @param {ClipList} chosen
   * @param {[id: string, title: string][]} labels
   * @param {Points | undefined} points
   * @param {StripSource} source
   */
  show(lists, chosen, labels, points, source) {
    this.showTabs(lists, chosen);
    this.showLabels(labels, chosen);
    const cmap = isDark(this.root) ? "greys-dark" : "greys";
    const drawn = [chosen.id, chosen.rows, points?.digest, cmap, source.version].join("|");
    if (drawn === this.drawn && this.list && areSame(chosen.clips, this.list.clips)) return;
    Object.assign(this, { list: chosen, points, source, drawn, cmap });
    this.root.dataset.list = chosen.id;
    this.fill(0);
    this.mark(this.cards.marked);
  }

  /**
   * @param {ClipList[]} lists
   * @param {ClipList} chosen
   */
  showTabs(lists, chosen) {
    const focused = this.tabs.contains(document.activeElement);
    const tabs = lists
      .filter((list) => !list.id.startsWith("label:"))
      .map((list) => {
        const on = list.id === chosen.id;
        const attributes = { type: "button", role: "tab", "aria-selected": String(on), "data-list": list.id };
        const many = list.isComing ? "…" : grouped(list.clips.length);
        const count = el("b", { text: many });
        const title = list.order || `${many} ${list.noun}`;
        const choose = () => this.actions.choose(list.id);
        const length = list.title.length > LONG_NAME ? "bb-long" : "bb-short";
        const name = el("span", { class: "bb-name", text: list.title });
        const told = `${list.title}: ${title}`; // the name itself may be cut
        return el("button", { ...attributes, class: length, title: told, onclick: choose }, name, " ", count);
      });
    this.tabs.replaceChildren(...tabs);
    if (focused) tabs.find((tab) => tab.getAttribute("aria-selected") === "true")?.focus();
  }

  /**
   * @param {[id: string, title: string][]} labels
   * @param {ClipList} chosen
   */
  showLabels(labels, chosen) {
    const offered = JSON.stringify(labels);
    if (offered !== this.labels.dataset.offered) {
      this.labels.dataset.offered = offered;
      const none = el("option", { value: "", text: "Label …" });
      this.labels.replaceChildren(none, ...labels.map(([value, text]) => el("option", { value, text })));
    }
    this.labels.value = chosen.id.startsWith("label:") ? chosen.id : "";
    this.labels.classList.toggle("bb-on", this.labels.value !== "");
  }

  /** @param {number} from place in the list of the first card */
  fill(from) {
    this.cards.clear();
    this.from = from;
    this.to = from;
    this.scroller.replaceChildren();
    this.scroller.scrollLeft = 0;
    if (this.list?.clips.length) this.extend(AT_ONCE);
    else this.scroller.append(el("p", { class: "bv-muted bb-empty", text: this.list?.empty ?? "" }));
  }

  /** @param {number} count */
  extend(count) {
    const { list } = this;
    if (!list) return;
    const rows = list.clips.subarray(this.to, this.to + count);
    this.to += rows.length;
    this.scroller.append(...Array.from(rows, (row) => this.card(row)));
  }

  more() {
    const { scrollLeft, clientWidth, scrollWidth } = this.scroller;
    if (this.list && this.to < this.list.clips.length && scrollLeft + clientWidth > scrollWidth - NEAR_END) {
      this.extend(AT_ONCE);
    }
  }

  /** @param {number} row */
  card(row) {
    const { points, source } = this;
    const i = points ? points.indexOf(row) : -1;
    const said = points && i >= 0 ? new Map(points.describe(i)) : new Map();
    const label = said.get("label") ?? "";
    const file =
      String(said.get("recording") ?? "")
        .split("/")
        .at(-1) ?? "";
    const against = said.get("neighbors");
    const lines = [
      el("span", { class: "bb-line" }, this.chip(label, i)),
      el("span", { class: "bb-line bb-file bv-muted" }, el("bdi", { text: file })),
      el("span", {
        class: "bb-line bv-muted",
        text: against ? `neighbors ${against}` : (said.get("time in recording") ?? ""),
      }),
    ];
    const about = [label, file, against].filter(Boolean).join(", ") || `clip ${row}`;
    return this.cards.card(source, { row, about, lines }, this.cmap);
  }

  cmap = "greys";

  /**
   * A clip of several labels has the mark that it has on the map: that of its first.
   *
   * @param {string} label
   * @param {number} i point
   */
  chip(label, i) {
    const colouring = this.points?.colourings.find((each) => each.id === "label");
    if (i < 0 || colouring?.kind !== "categories") return labelChip(label, "var(--bv-accent)");
    const code = colouring.codes[i];
    return labelChip(label, colouring.colours[code], colouring.shapes?.[code]);
  }

  /** @param {number} row of the selected clip, brought into view where it is in the list */
  mark(row) {
    const place = this.list?.clips.indexOf(row) ?? -1;
    if (place >= 0 && (place < this.from || place >= this.to + AT_ONCE)) this.fill(Math.max(0, place - 2));
    else if (place >= this.to) this.extend(place - this.to + AT_ONCE);
    this.cards.mark(row);
    const card = this.cards.cards.get(row);
    if (!card) return;
    const { offsetLeft, offsetWidth } = card;
    const { scrollLeft, clientWidth } = this.scroller;
    const left = offsetLeft - this.scroller.offsetLeft;
    if (left < scrollLeft) this.scroller.scrollLeft = left - 8;
    else if (left + offsetWidth > scrollLeft + clientWidth) {
      this.scroller.scrollLeft = left + offsetWidth - clientWidth + 8;
    }
  }

  stop() {
    this.cards.stop();
  }
}

/**
 * @param {Int32Array} one
 * @param {Int32Array} other
 */
function areSame(one, other) {
  return one === other || (one.length === other.length && one.every((row, k) => row === other[k]));
}
