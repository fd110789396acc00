// @ts-check
// Many clips at a glance: a thumbnail, label and file each.

import { actLog } from "../shared/acts.js";
import { isDark } from "../shared/colours.js";
import { el, labelChip } from "../shared/dom.js";
import { mounting } from "../shared/mounting.js";
import { ClipCards } from "./clip_cards.js";
import { unpackedClips } from "./clips.js";

/** @import { Component } from "../shared/mounting.js" */
/** @import { GalleryClip, PackedClips } from "./clips.js" */
/**
 * @typedef {object} Shown
 * @property {string} key
 * @property {string} group
 * @property {string} base
 * @property {string} dataset
 * @property {string} version
 * @property {Record<string, string>} colours
 * @property {Record<string, string>} shapes
 * @property {number | null} height pixels
 * @property {string} empty
 */
/** @typedef {Shown & PackedClips} Data */

class Gallery {
  /** @type {Data} */
  data;
  drawn = "";
  cards = new ClipCards((row) =>
    actLog(this.data.group).act("clip", [this.data.dataset, row], this.data.key),
  );
  /** @type {() => void} */
  stopListening = () => {};

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.grid = el("div", { class: "bv-grid", role: "list" });
    const about = { class: "bv-root bv-gallery", "aria-label": "Clips" };
    this.root = el("section", about, this.grid, this.cards.player.audio);
    parent.append(this.root);
  }

  /** @param {Component<Data>} component */
  update({ data }) {
    this.stopListening();
    const log = actLog(data.group);
    this.stopListening = log.on((kind) => kind === "clip" && this.cards.mark(log.clip(data.dataset)));
    const cmap = isDark(this.root) ? "greys-dark" : "greys";
    const drawn = JSON.stringify([data, cmap]);
    if (drawn === this.drawn) return;
    Object.assign(this, { data, drawn });
    this.cards.clear();
    this.root.style.setProperty("--bv-height", data.height ? `${data.height}px` : "none");
    const cards = unpackedClips(data).map((clip) => this.card(clip, cmap));
    this.grid.replaceChildren(...cards);
    if (!cards.length) this.grid.append(el("p", { class: "bv-muted", text: data.empty }));
    this.cards.mark(log.clip(data.dataset));
  }

  /**
   * @param {GalleryClip} clip
   * @param {string} cmap
   */
  card({ row, label, file, start }, cmap) {
    const at = `${start.toFixed(1)} s`;
    const name = el("bdi", { text: file.split("/").at(-1) ?? "" });
    const names = [el("span", {}, name), el("span", { text: at })];
    const lines = [
      labelChip(label, this.data.colours[label] ?? "var(--bv-accent)", this.data.shapes[label]),
      el("span", { class: "bv-file bv-muted" }, ...names),
    ];
    return this.cards.card(this.data, { row, about: `${label}, ${file}, ${at}`, lines }, cmap);
  }

  stop() {
    this.stopListening();
    this.cards.stop();
    this.root.remove();
  }
}

export default mounting(Gallery);
