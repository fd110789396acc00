// @ts-check
// What is asked before a box becomes an annotation: its label, and once the user's name.

import { el } from "../shared/dom.js";

/**
 * @typedef {object} FormActions
 * @property {() => void} save
 * @property {() => void} remove
 * @property {() => void} cancel
 */

export class AnnotationForm {
  /** @param {FormActions} actions */
  constructor({ save, remove, cancel }) {
    const text = { type: "text", autocomplete: "off" };
    this.known = el("datalist", { id: "bv-annotation-labels" });
    const label = {
      ...text,
      maxlength: 200,
      list: "bv-annotation-labels",
      placeholder: "Label",
      "aria-label": "Label",
    };
    this.label = el("input", label);
    this.name = el("input", { ...text, maxlength: 40, placeholder: "Your name", "aria-label": "Your name" });
    this.save = el("button", { type: "submit", text: "Save" });
    this.remove = el("button", { type: "button", text: "Remove", onclick: remove });
    const cancelled = el("button", { type: "button", text: "Cancel", onclick: cancel });
    const parts = [this.label, this.known, this.name, this.save, this.remove, cancelled];
    this.element = el(
      "form",
      { class: "bv-annotation-form", hidden: true, "aria-label": "Annotation" },
      ...parts,
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      save();
    });
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      cancel();
    });
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /**
   * @param {string} label that is there already
   * @param {string} user "" where the name has to be asked for
   * @param {boolean} removable
   */
  open(label, user, removable) {
    this.element.hidden = false;
    this.label.value = label;
    this.name.value = user;
    this.name.hidden = Boolean(user);
    this.remove.hidden = !removable;
    this.label.focus();
    this.label.select();
  }

  close() {
    this.element.hidden = true;
    this.label.blur();
  }

  /** @param {string[]} labels to choose from */
  offer(labels) {
    this.known.replaceChildren(...labels.map((value) => el("option", { value })));
  }

  /** @returns {{ label: string, user: string } | undefined} undefined where something is missing, which gets the focus */
  answer() {
    const [label, user] = [this.label.value.trim(), this.name.value.trim()];
    if (!label) return void this.label.focus();
    if (!user) return void this.name.focus();
    return { label, user };
  }
}
