// @ts-check
// The keyboard sheet: every key there is, from the table that the handlers ask too.

import { el } from "./dom.js";
import { keySheet } from "./keymap.js";

export class KeySheet {
  /** @param {HTMLElement} root whose style it has */
  constructor(root) {
    const close = el("button", {
      type: "button",
      text: "✕",
      "aria-label": "Close",
      onclick: () => this.close(),
    });
    this.groups = el("div", { class: "bv-key-groups" });
    const head = el("div", { class: "bv-key-head" }, el("strong", { text: "Keys" }), close);
    const about = { class: "bv-key-sheet", popover: "auto", role: "dialog", "aria-label": "Keys" };
    this.element = el("section", about, head, this.groups);
    root.append(this.element);
  }

  get isOpen() {
    return this.element.matches(":popover-open");
  }

  close() {
    if (this.isOpen) this.element.hidePopover();
  }

  toggle() {
    if (this.isOpen) return this.close();
    this.groups.replaceChildren(...keySheet().map(([title, entries]) => group(title, entries)));
    this.element.showPopover();
  }
}

/**
 * @param {string} title
 * @param {{ caps: string, does: string }[]} entries
 */
function group(title, entries) {
  const list = el("dl");
  for (const { caps, does } of entries) {
    list.append(el("dt", {}, el("kbd", { text: caps })), el("dd", { text: does }));
  }
  return el("div", {}, el("h3", { text: title }), list);
}
