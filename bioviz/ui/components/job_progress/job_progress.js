// @ts-check
// How far a job is. Python is asked again when the job is over and, where it wants that, when there is news.

import { el } from "../shared/dom.js";
import { followJob, LOST } from "../shared/job_feed.js";
import { mounting } from "../shared/mounting.js";
import { isDrawing } from "../shared/script_run.js";

/** @import { Component } from "../shared/mounting.js" */
/** @import { Progress } from "../shared/job_feed.js" */
/**
 * @typedef {object} Data
 * @property {string} base
 * @property {string} job
 * @property {Progress} progress as Python knew it
 * @property {"bar" | "note"} shown
 */

const AGAIN_MS = 3000; // between two requests, if what was asked for did not come

/**
 * Whether Python should draw anew.
 *
 * @param {Progress} progress
 * @param {Progress} known what Python drew from
 * @param {"bar" | "note"} shown
 */
export function isNews(progress, known, shown) {
  if (progress.lost) return false;
  if (progress.over) return shown === "bar";
  return shown === "note" && (progress.note !== known.note || progress.text !== known.text);
}

export class JobProgress {
  /** @type {Data} */
  data;
  /** @type {(name: string, value: unknown) => void} */
  send;
  followed = "";
  asked = 0; // when Python was asked last

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.text = el("p", { class: "bj-text" });
    this.filled = el("div", { class: "bj-filled" });
    this.bar = el("div", { class: "bj-bar", role: "progressbar", "aria-label": "Progress" }, this.filled);
    this.root = el("div", { class: "bv-root bj-progress" }, this.text, this.bar);
    this.leave = () => {};
    parent.append(this.root);
  }

  /** @param {Component<Data>} component */
  update({ data, setStateValue }) {
    this.send = setStateValue;
    this.data = data;
    this.show(data.progress);
    const followed = `${data.base} ${data.job}`;
    if (followed === this.followed) return;
    this.leave();
    this.followed = followed;
    this.asked = Date.now(); // Python has just looked
    this.leave = followJob(data.base, data.job, (progress) => this.hear(progress));
  }

  /** @param {Progress} progress */
  hear(progress) {
    this.show(progress);
    if (!isNews(progress, this.data.progress, this.data.shown) || isDrawing()) return;
    if (Date.now() - this.asked < (progress.over ? 0 : AGAIN_MS)) return;
    this.asked = Date.now() + (progress.over ? AGAIN_MS : 0);
    this.send("news", Date.now());
  }

  /** @param {Progress} progress */
  show(progress) {
    const note = this.data.shown === "note";
    this.root.hidden = note && !progress.note && !progress.lost;
    this.bar.hidden = note;
    this.text.classList.toggle("bv-muted", note);
    this.text.textContent = progress.lost ? LOST : note ? progress.note : progress.text;
    this.filled.style.transform = `scaleX(${progress.share})`;
    this.bar.setAttribute("aria-valuenow", String(Math.round(100 * progress.share)));
    this.bar.setAttribute("aria-valuetext", this.text.textContent);
  }

  stop() {
    this.leave();
    this.root.remove();
  }
}

export default mounting(JobProgress);
