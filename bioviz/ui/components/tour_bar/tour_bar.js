// @ts-check
// The bar of the guided tour: numbered steps, one sentence, one button. Plays two clips one after the other.

import { actLog } from "../shared/acts.js";
import { el } from "../shared/dom.js";
import { followJob, LOST } from "../shared/job_feed.js";
import { clipUrl } from "../shared/media.js";
import { mounting } from "../shared/mounting.js";
import { isDrawing } from "../shared/script_run.js";
import { hearAlone, onHear } from "../shared/sound.js";

/** @import { Component } from "../shared/mounting.js" */
/** @import { Progress } from "../shared/job_feed.js" */
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
 * @property {{ id: string, title: string } | null} job
 * @property {Progress | null} progress of the job, as Python knew it
 * @property {boolean} waits
 * @property {boolean} elsewhere
 */

const AGAIN_MS = 3000; // between two requests

export class TourBar {
  /** @type {Data} */
  data;
  /** @type {(name: string, value: unknown) => void} */
  send;
  drawn = "";
  heard = -1; // which of the two clips plays
  /** @type {string | undefined} */
  followed;
  asked = 0; // when Python was asked to look at the job that is over

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.audio = el("audio", { preload: "none" });
    this.audio.addEventListener("play", () => hearAlone(this));
    this.audio.addEventListener("ended", () => this.play(this.heard + 1));
    this.audio.addEventListener("error", () => this.stopped("This sound could not be loaded."));
    this.stopHear = onHear(this, () => this.stopped());
    this.steps = el("ol", { class: "bt-steps" });
    this.title = el("strong", { class: "bt-title" });
    this.sentence = el("span", { "aria-live": "polite" });
    this.progress = el("span", { class: "bt-far" }); // changes every second: not read out
    this.text = el("p", { class: "bt-text" }, this.sentence, " ", this.progress);
    this.leaveJob = () => {};
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
    const drawn = JSON.stringify({ ...data, progress: null }); // which is heard of once a second
    if (drawn === this.drawn) return;
    const other = `${data.step} ${data.rows}` !== `${this.data?.step} ${this.data?.rows}`;
    Object.assign(this, { data, drawn });
    this.steps.replaceChildren(...data.titles.map((title, i) => this.dot(title, i + 1)));
    this.title.textContent = data.titles[data.step - 1];
    this.say(data.text);
    this.follow(data);
    const last = data.step === data.titles.length;
    this.next.textContent = last ? "Finish" : "Next";
    this.next.className = data.button || data.elsewhere ? "" : "bt-act";
    if (other || this.heard < 0) this.stopped(); // a job that goes on must not silence what is heard
  }

  /** @param {string} text */
  say(text) {
    if (this.sentence.textContent !== text) this.sentence.textContent = text;
    this.text.title = text;
  }

  /** @param {Data} data */
  follow({ base, job, progress }) {
    this.bar.hidden = !job;
    this.progress.textContent = "";
    if (progress) this.hear(progress);
    if (this.followed === job?.id) return;
    this.leaveJob();
    this.followed = job?.id;
    this.asked = 0;
    this.leaveJob = job ? followJob(base, job.id, (latest) => this.hear(latest)) : () => {};
  }

  /** @param {Progress} progress of the job */
  hear(progress) {
    const { job, waits } = this.data;
    if (!job) return;
    const text = progress.lost ? LOST : progress.text;
    this.progress.textContent = waits || progress.lost ? text : "";
    this.bar.title = `${job.title}: ${text}`;
    this.bar.setAttribute("aria-valuetext", this.bar.title);
    this.bar.style.setProperty("--bt-share", `${100 * progress.share}%`);
    if (!progress.over || isDrawing() || Date.now() - this.asked < AGAIN_MS) return;
    this.asked = Date.now();
    this.send("clicked", "look"); // its result may be what the page waits for, and the next job is due
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
  play(which) {
    const { rows, labels, dataset, group } = this.data;
    if (which >= rows.length) return this.stopped();
    // The inspector would play it too, and of two that begin in one moment each silences the other.
    actLog(group).act("clip", [dataset, rows[which]], "tour", { isHeard: true });
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
    this.leaveJob();
    this.audio.pause();
    this.root.remove();
  }
}

export default mounting(TourBar);
