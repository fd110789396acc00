// @ts-check
// Above the bench: a search whose hits are selected, and the way back through the clips that were looked at.

import { el } from "../shared/dom.js";
import { TEXT_FIELD, isCommand, isFrom } from "../shared/keyboard.js";
import { ClipHistory, HELP } from "./search.js";
import { grouped } from "../shared/numbers.js";

/**
 * @typedef {object} FinderActions
 * @property {(text: string) => void} search
 * @property {(row: number) => void} look at a clip again
 */

const SEARCH_AFTER_MS = 250; // of quick letters only the last need be answered

export class Finder {
  history = new ClipHistory();
  listeners = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  waiting;

  /** @param {FinderActions} actions */
  constructor(actions) {
    this.actions = actions;
    this.input = el("input", {
      type: "search",
      class: "bb-search",
      placeholder: "Label, recording, site, date, flag",
      "aria-label": "Search clips; what is found is selected",
      title: `${HELP} Key: /`,
    });
    this.input.addEventListener("input", () => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => actions.search(this.input.value), SEARCH_AFTER_MS);
    });
    this.input.addEventListener("keydown", (event) => this.keyInSearch(event));
    this.found = el("span", { class: "bb-found bv-muted", role: "status" });
    const step = (/** @type {string} */ text, /** @type {string} */ name, /** @type {number} */ by) =>
      el("button", { type: "button", text, title: name, "aria-label": name, onclick: () => this.go(by) });
    this.back = step("‹", "Back to the clip looked at before", -1);
    this.forward = step("›", "Forward again", 1);
    const about = { class: "bv-root bb-finder", role: "search" };
    this.root = el("div", about, this.input, this.found, this.back, this.forward);
    const { signal } = this.listeners;
    window.addEventListener("keydown", (event) => this.key(event), { signal });
    this.paint();
  }

  /** @param {KeyboardEvent} event */
  keyInSearch(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.input.value = "";
    this.actions.search("");
    this.input.blur();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key !== "/" || isCommand(event) || isFrom(event, TEXT_FIELD)) return;
    event.preventDefault();
    this.input.focus();
  }

  /** @param {number | undefined} count of clips found, undefined without a search */
  show(count) {
    this.found.textContent = count === undefined ? "" : grouped(count);
    this.found.title = count === undefined ? "" : "clips found";
  }

  /** Something else is selected now. */
  forget() {
    this.input.value = "";
    this.show(undefined);
  }

  /** @param {number} row */
  visit(row) {
    this.history.visit(row);
    this.paint();
  }

  /** @param {number} by */
  go(by) {
    const row = this.history.go(by);
    if (row !== undefined) this.actions.look(row);
    this.paint();
  }

  paint() {
    this.back.disabled = !this.history.canGoBack;
    this.forward.disabled = !this.history.canGoForward;
  }

  stop() {
    clearTimeout(this.waiting);
    this.listeners.abort();
  }
}
