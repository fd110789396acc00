// @ts-check
// Map, inspector, flags and lists in one frame. Each part acts on the group's log and listens to it; the bench only
// places them, and says which list is gone through.

import flagBar from "../flag_bar/flag_bar.js";
import inspector from "../clip_panel/inspector.js";
import embeddingMap from "../embedding_map/embedding_map.js";
import { rowsOfMask, valueOfMask } from "../embedding_map/picking.js";
import { arrived, storedPoints } from "../embedding_map/point_store.js";
import { actLog } from "../shared/acts.js";
import { el } from "../shared/dom.js";
import { mounting } from "../shared/mounting.js";
import { Finder } from "./finder.js";
import { chosenList, clipLists } from "./lists.js";
import { searched } from "./search.js";
import { Strip } from "./strip.js";

/** @import { Act, ActLog } from "../shared/acts.js" */
/** @import { Component } from "../shared/mounting.js" */
/** @import { Tab } from "./lists.js" */
/** @import { StripSource } from "./strip.js" */
/**
 * @typedef {object} Data
 * @property {string} group
 * @property {string} dataset
 * @property {any} map see embedding_map.js
 * @property {any} inspector see inspector.js
 * @property {any} flags see flag_bar.js
 * @property {StripSource & { key: string }} strip
 * @property {Tab[]} tabs
 * @property {string} usual id of the list where none is chosen
 * @property {[id: string, title: string][]} labels
 * @property {string} panelStyle style sheet of the inspector
 */

const SEARCH = "bench_search"; // who selects, and who goes back
const HISTORY = "bench_history";

class Bench {
  /** @type {Data} */
  data;
  /** @type {ActLog} */
  log;
  /** @type {Map<HTMLElement, () => void>} */
  mounted = new Map();
  /** @type {Component<any>["setStateValue"]} */
  setStateValue = () => {};
  /** @type {() => void} */
  stopListening = () => {};

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.strip = new Strip({
      choose: (id) => this.log.act("list", id, this.data.strip.key),
      pick: (row) => this.log.act("clip", [this.data.dataset, row], this.data.strip.key),
      showTable: () => document.querySelector(".st-key-explore_clips")?.scrollIntoView({ block: "start" }),
    });
    this.finder = new Finder({
      search: (text) => this.search(text),
      look: (row) => this.log.act("clip", [this.data.dataset, row], HISTORY),
    });
    this.map = el("div", { class: "bb-map" });
    this.flags = el("div", { hidden: true });
    this.style = el("style");
    this.panel = el("div");
    const panel = el("div", { class: "bb-panel" });
    panel.attachShadow({ mode: "open" }).append(this.style, this.panel);
    this.root = el(
      "div",
      { class: "bioviz-bench" },
      this.finder.root,
      this.map,
      panel,
      this.strip.root,
      this.flags,
    );
    parent.append(this.root);
    this.stopWaiting = arrived.on((digest) => digest === this.data?.map.digest && this.showLists());
  }

  /** @param {Component<Data>} component */
  update({ data, setStateValue }) {
    Object.assign(this, { data, setStateValue });
    if (this.style.textContent !== data.panelStyle) this.style.textContent = data.panelStyle;
    const log = actLog(data.group);
    if (log !== this.log) {
      this.stopListening();
      this.log = log;
      this.stopListening = log.on((kind, act) => this.heardAct(kind, act));
    }
    this.mount(embeddingMap, this.map, data.map);
    this.showLists();
    this.mount(flagBar, this.flags, data.flags);
    const row = log.clip(data.dataset);
    if (row !== this.strip.cards.marked) this.strip.mark(row); // else the strip stays where it was scrolled to
    this.finder.visit(row);
  }

  /** @param {string} text whose clips are selected; without words none are */
  search(text) {
    const points = storedPoints(this.data.map.digest);
    const mask = points && searched(points, text);
    if (!points || !mask) {
      this.finder.show(undefined);
      return this.log.act("selection", null, SEARCH);
    }
    const rows = rowsOfMask(points, mask);
    this.finder.show(rows.length);
    this.log.act("selection", valueOfMask(points, mask), SEARCH, { rows });
  }

  /**
   * @param {(component: Component<any>) => () => void} part
   * @param {HTMLElement} place
   * @param {any} data
   */
  mount(part, place, data) {
    const { setStateValue } = this;
    this.mounted.set(place, part({ data, parentElement: place, setStateValue }));
  }

  showLists() {
    const { data, log } = this;
    const points = storedPoints(data.map.digest);
    const lists = clipLists(data.tabs, points, log);
    const chosen = chosenList(lists, log.get("list"), data.usual);
    this.strip.show(lists, chosen, data.labels, points, data.strip);
    const playlist = { playlist: chosen.clips, playlistName: chosen.noun };
    this.mount(inspector, this.panel, { ...data.inspector, ...playlist });
  }

  /**
   * @param {string} kind
   * @param {Act} act
   */
  heardAct(kind, act) {
    if (kind === "clip") {
      const row = this.log.clip(this.data.dataset);
      if (act.by !== HISTORY) this.finder.visit(row);
      return this.strip.mark(row);
    }
    if (kind === "list") return this.showLists();
    if (kind !== "selection") return;
    if (act.by !== SEARCH) this.finder.forget();
    // What is selected here becomes the list; without a selection it cannot be.
    if (act.browser && act.value) this.log.act("list", "selected", this.data.strip.key);
    else if (act.browser && this.log.get("list") === "selected")
      this.log.act("list", "", this.data.strip.key);
    this.showLists();
  }

  stop() {
    this.stopListening();
    this.stopWaiting();
    for (const stop of this.mounted.values()) stop();
    this.strip.stop();
    this.finder.stop();
    this.root.remove();
  }
}

export default mounting(Bench);
