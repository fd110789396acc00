// @ts-check
// Many clips at a glance: a thumbnail, label and file each. A click picks the clip; the button plays it here.

import { actLog } from "../shared/acts.js";
import { isDark } from "../shared/colours.js";
import { el, labelChip } from "../shared/dom.js";
import { THUMBNAIL, clipUrl } from "../shared/media.js";
import { mounting } from "../shared/mounting.js";
import { hearAlone, onHear } from "../shared/sound.js";
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
 * @property {number | null} height pixels
 * @property {string} empty
 */
/** @typedef {Shown & PackedClips} Data */

class Gallery {
  /** @type {Data} */
  data;
  /** @type {Map<number, HTMLElement>} */
  cards = new Map();
  drawn = "";
  marked = -1;
  /** @type {HTMLButtonElement | undefined} of the clip that plays */
  button;
  /** @type {() => void} */
  stopListening = () => {};

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.audio = el("audio", { preload: "none" });
    for (const name of ["pause", "ended"]) this.audio.addEventListener(name, () => this.stopped());
    this.audio.addEventListener("play", () => hearAlone(this));
    this.stopHear = onHear(this, () => this.audio.pause());
    this.grid = el("div", { class: "bv-grid", role: "list" });
    this.root = el("section", { class: "bv-root bv-gallery", "aria-label": "Clips" }, this.grid, this.audio);
    parent.append(this.root);
  }

  /** @param {Component<Data>} component */
  update({ data }) {
    this.stopListening();
    const log = actLog(data.group);
    this.stopListening = log.on((kind) => kind === "clip" && this.mark(log.clip(data.dataset)));
    const cmap = isDark(this.root) ? "greys-dark" : "greys";
    const drawn = JSON.stringify([data, cmap]);
    if (drawn === this.drawn) return;
    Object.assign(this, { data, drawn });
    this.audio.pause();
    this.root.style.setProperty("--bv-height", data.height ? `${data.height}px` : "none");
    this.cards = new Map(unpackedClips(data).map((clip) => [clip.row, this.card(clip, cmap)]));
    this.grid.replaceChildren(...this.cards.values());
    if (!this.cards.size) this.grid.append(el("p", { class: "bv-muted", text: data.empty }));
    this.mark(log.clip(data.dataset));
  }

  /**
   * @param {GalleryClip} clip
   * @param {string} cmap
   */
  card({ row, label, file, start }, cmap) {
    const { data } = this;
    const at = `${start.toFixed(1)} s`;
    const image = el("img", {
      src: clipUrl(data, row, "png", { ...THUMBNAIL, cmap }),
      alt: "",
      loading: "lazy",
      width: 160,
      height: 64,
    });
    const broken = () => image.replaceWith(el("span", { class: "bv-broken", text: "not readable" }));
    image.addEventListener("error", broken);
    const pick = () => actLog(data.group).act("clip", [data.dataset, row], data.key);
    const jump = el(
      "button",
      { type: "button", class: "bv-jump", title: `${label}\n${file}, ${at}`, onclick: pick },
      image,
      labelChip(label, data.colours[label] ?? "var(--bv-accent)"),
      el(
        "span",
        { class: "bv-file bv-muted" },
        el("span", { text: file.split("/").at(-1) }),
        el("span", { text: at }),
      ),
    );
    const named = { class: "bv-play-small", text: "▶", "aria-label": `Play ${label}, ${file}` };
    const play = el("button", { type: "button", ...named });
    play.addEventListener("click", () => this.toggle(row, play));
    return el("div", { class: "bv-neighbor", role: "listitem", "data-row": row }, jump, play);
  }

  /**
   * @param {number} row
   * @param {HTMLButtonElement} button
   */
  toggle(row, button) {
    const again = this.button === button;
    this.audio.pause();
    this.stopped();
    if (again) return;
    this.button = button;
    button.textContent = "❚❚";
    this.audio.src = clipUrl(this.data, row, "wav");
    this.audio.play().catch(() => this.stopped());
  }

  stopped() {
    if (this.button) this.button.textContent = "▶";
    this.button = undefined;
  }

  /** @param {number} row */
  mark(row) {
    this.cards.get(this.marked)?.classList.remove("bv-picked");
    this.marked = row;
    this.cards.get(row)?.classList.add("bv-picked");
  }

  stop() {
    this.stopListening();
    this.stopHear();
    this.audio.pause();
    this.root.remove();
  }
}

export default mounting(Gallery);
