// @ts-check
// The bar of the guided tour: numbered steps, one sentence, one button. Plays two clips one after the other.

import { actLog } from "../shared/acts.js";
import { el } from "../shared/dom.js";
import { clipUrl } from "../shared/media.js";
import { mounting } from "../shared/mounting.js";
import { hearAlone, onHear } from "../shared/sound.js";

/** @import { Component } from "../shared/mounting.js" */
/**
 * @typedef {object} Data
 * @property {string} base
 * @property {string} dataset
 * @property {string} version
 * @property {string} group
 * @property {number} step from 1
 * @property {string[]} titles
 * @property {string} text
 * @property {string} button
 * @property {number[]} rows the two clips that the button plays; none where it does something else
 * @property {string[]} labels
 * @property {string} busy
 * @property {number} share
 * @property {boolean} elsewhere
 */

export class TourBar {
  /** @type {Data} */
  data;
  /** @type {(name: string, value: unknown) => void} */
  send;
  drawn = "";
  heard = -1; // which of the two clips plays

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.audio = el("audio", { preload: "none" });
    this.audio.addEventListener("play", () => hearAlone(this));
    this.audio.addEventListener("ended", () => this.play(this.heard + 1));
    this.audio.addEventListener("error", () => this.stopped("This sound could not be loaded."));
    this.stopHear = onHear(this, () => this.stopped());
    this.steps = el("ol", { class: "bt-steps" });
    this.title = el("strong", { class: "bt-title" });
    this.text = el("p", { class: "bt-text", "aria-live": "polite" });
    this.bar = el("div", { class: "bt-progress", role: "progressbar", "aria-label": "Computing" });
    this.button = el("button", { type: "button", class: "bt-act", onclick: () => this.act() });
    this.next = el("button", { type: "button", onclick: () => this.send("clicked", "next") });
    this.root = el(
      "section",
      { class: "bv-root bt-bar", "aria-label": "Guided tour" },
      el("div", { class: "bt-head" }, this.steps, this.title),
      this.text,
      el(
        "div",
        { class: "bt-buttons" },
        this.button,
        this.next,
        el("button", {
          type: "button",
          class: "bt-leave",
          text: "✕",
          title: "Leave the tour",
          "aria-label": "Leave the tour",
          onclick: () => this.send("clicked", "leave"),
        }),
      ),
      this.bar,
      this.audio,
    );
    parent.append(this.root);
  }

  /** @param {Component<Data>} component */
  update({ data, setStateValue }) {
    // Kept until Python has done it: what holds for one run alone is lost where another run cuts that one short.
    this.send = (_, what) => setStateValue("clicked", { what, number: Date.now() });
    const drawn = JSON.stringify(data);
    if (drawn === this.drawn) return;
    const other = `${data.step} ${data.rows}` !== `${this.data?.step} ${this.data?.rows}`;
    Object.assign(this, { data, drawn });
    this.steps.replaceChildren(...data.titles.map((title, i) => this.dot(title, i + 1)));
    this.title.textContent = data.titles[data.step - 1];
    this.say(data.text);
    const last = data.step === data.titles.length;
    this.next.textContent = last ? "Finish" : "Next";
    this.next.className = data.button || data.elsewhere ? "" : "bt-act";
    this.bar.hidden = !data.busy;
    this.bar.title = data.busy;
    this.bar.setAttribute("aria-valuetext", data.busy);
    this.bar.style.setProperty("--bt-share", `${100 * data.share}%`);
    if (other || this.heard < 0) this.stopped(); // a job that goes on must not silence what is heard
  }

  /** @param {string} text */
  say(text) {
    this.text.textContent = text;
    this.text.title = text;
  }

  /**
   * @param {string} title
   * @param {number} step
   */
  dot(title, step) {
    const here = step === this.data.step;
    const button = el("button", {
      type: "button",
      class: "bt-dot",
      text: step,
      title,
      "aria-label": `Step ${step}: ${title}`,
      "aria-current": here && "step",
      onclick: () => this.send("clicked", String(step)),
    });
    return el("li", {}, button);
  }

  act() {
    if (this.data.elsewhere) this.send("clicked", String(this.data.step));
    else if (this.data.rows.length === 0) this.send("clicked", "act");
    else if (this.heard >= 0) this.stopped();
    else this.play(0);
  }

  /** @param {number} which of the two clips; past the last one all is silent */
  async play(which) {
    const { rows, labels, dataset, group } = this.data;
    if (which >= rows.length) return this.stopped();
    actLog(group).act("clip", [dataset, rows[which]], "tour");
    // The inspector plays what is picked; of two that begin in one moment each would silence the other.
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    this.heard = which;
    this.button.textContent = `❚❚ ${which ? "its neighbor: " : ""}${labels[which]}`;
    this.audio.src = clipUrl(this.data, rows[which], "wav");
    this.audio.play().catch(() => this.stopped());
  }

  /** @param {string} [why] what the user should know */
  stopped(why) {
    this.heard = -1;
    this.audio.pause();
    if (!this.data) return;
    const { rows, button, elsewhere, step } = this.data;
    this.button.hidden = !button && !elsewhere;
    this.button.textContent = elsewhere ? `Back to step ${step}` : rows.length ? `▶ ${button}` : button;
    if (why) this.say(why);
  }

  stop() {
    this.stopHear();
    this.audio.pause();
    this.root.remove();
  }
}

export default mounting(TourBar);
