// @ts-check
// Which label is right: asked for flags that need one.

import { el } from "../shared/dom.js";

/**
 * @typedef {object} QuestionParts
 * @property {HTMLFormElement} form
 * @property {HTMLElement} question
 * @property {HTMLSelectElement} which
 * @property {HTMLInputElement} label
 */

export class LabelQuestion {
  /** @type {string | undefined} kind of flag that it is asked for */
  kind;

  /** @param {QuestionParts} parts */
  constructor(parts) {
    this.parts = parts;
  }

  /**
   * @param {string} kind of flag
   * @param {string[]} labels of the clip
   */
  ask(kind, labels) {
    const { form, question, which, label } = this.parts;
    this.kind = kind;
    form.hidden = false;
    question.textContent = kind === "missed" ? "Label of the call:" : "Right label (empty: none):";
    const wrong = kind === "wrong_label" ? labels : [];
    which.hidden = wrong.length < 2;
    const options = wrong.map((value) => el("option", { value, text: `instead of ${value}` }));
    which.replaceChildren(...options, el("option", { value: "", text: "instead of all labels" }));
    label.value = "";
    label.focus();
  }

  drop() {
    this.kind = undefined;
    this.parts.form.hidden = true;
  }

  /** @returns {{ kind: string, label: string, wrong: string } | undefined} undefined where it is not answered yet */
  answer() {
    const { which, label: field } = this.parts;
    const label = field.value.trim();
    const { kind } = this;
    if (!kind) return undefined;
    if (kind === "missed" && !label) return void field.focus();
    return { kind, label, wrong: kind === "wrong_label" && !which.hidden ? which.value : "" };
  }
}
