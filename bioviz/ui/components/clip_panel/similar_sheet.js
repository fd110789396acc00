// @ts-check
// The sheet of a search's results, over the page beside the inspector.

import { el } from "../shared/dom.js";
import { precisionCurve } from "./precision_curve.js";

/** @import { Judged } from "./precision.js" */

/**
 * @typedef {object} SheetActions
 * @property {() => void} close
 * @property {(apart: boolean) => void} keepApart
 * @property {(alone: boolean) => void} searchAlone by the sound of the drawn box, not by the clip that holds it
 * @property {(file: File) => void} searchFile
 * @property {() => void} more
 * @property {(what: string, label: string) => void} apply
 */

/** What becomes of ticked clips, by what is asked of the server: "annotation" or a kind of flag. */
export const ACTS = {
  annotation: "Annotate right ones as",
  missed: "Flag right ones: missed call of",
  wrong_label: "Flag right ones: wrong label, it is",
  unsure: "Flag wrong ones: unsure",
  bad_audio: "Flag wrong ones: bad audio",
};
/** @typedef {keyof typeof ACTS} BulkAct */

/** @param {string} act */
export const isOfRight = (act) => act === "annotation" || act === "missed" || act === "wrong_label";

const NARROWEST = 420;

export class SimilarSheet {
  /** @param {SheetActions} actions */
  constructor({ close, keepApart, searchAlone, searchFile, more, apply }) {
    const button = { type: "button" };
    this.title = el("strong", { class: "bv-similar-title" });
    this.apart = el("input", { type: "checkbox" });
    this.apartText = el("span");
    this.apart.addEventListener("change", () => keepApart(this.apart.checked));
    this.by = el(
      "select",
      { "aria-label": "Search by", title: "What of the box is embedded by the model and searched for" },
      el("option", { value: "sound", text: "by the box's sound alone" }),
      el("option", { value: "clip", text: "by the clip that holds it" }),
    );
    this.by.addEventListener("change", () => searchAlone(this.by.value === "sound"));
    this.file = el("input", {
      type: "file",
      accept: "audio/*",
      "aria-label": "Search for a sound file of yours",
    });
    this.file.addEventListener("change", () => {
      const file = this.file.files?.[0];
      this.file.value = ""; // so that the same file can be chosen again
      if (file) searchFile(file);
    });
    const own = el("label", {
      class: "bv-own-sound",
      title: "Its loudest part is searched for; it is not kept",
    });
    own.append("Sound file…", this.file);
    const shut = el("button", {
      ...button,
      text: "✕",
      title: "Close (Esc)",
      "aria-label": "Close",
      onclick: close,
    });
    const apartLabel = el("label", { class: "bv-switch" }, this.apart, this.apartText);
    this.message = el("p", { class: "bv-muted", role: "status" });
    this.precision = el("p", { class: "bv-precision", "aria-live": "polite" });
    this.curve = el("div", { class: "bv-precision-curve", hidden: true });
    this.grid = el("div", { class: "bv-similar-grid" });
    this.more = el("button", { ...button, text: "Show more", onclick: more, hidden: true });
    this.what = el("select", { "aria-label": "What to do with ticked clips" });
    for (const [value, text] of Object.entries(ACTS)) this.what.append(el("option", { value, text }));
    this.label = el("input", {
      type: "text",
      maxlength: 200,
      "aria-label": "Label for ticked clips",
      autocomplete: "off",
    });
    this.what.addEventListener("change", () => (this.label.hidden = !isOfRight(this.what.value)));
    this.apply = el("button", {
      ...button,
      text: "Apply",
      onclick: () => apply(this.what.value, this.label.value.trim()),
    });
    this.outcome = el("span", { class: "bv-muted", role: "status" });
    const head = el("div", { class: "bv-similar-head" }, this.title, this.by, own, apartLabel, shut);
    const bulk = el("div", { class: "bv-similar-bulk" }, this.what, this.label, this.apply, this.outcome);
    const about = { class: "bv-similar", popover: "manual", "aria-label": "Clips like this one" };
    this.element = el("section", about, head, this.message, this.precision, this.curve, this.grid, bulk);
  }

  /** @param {Judged[]} judged results, drawn from the second on */
  drawPrecision(judged) {
    this.curve.hidden = judged.length < 2;
    this.curve.replaceChildren(...(judged.length < 2 ? [] : [precisionCurve(judged)]));
  }

  get isOpen() {
    return this.element.matches(":popover-open");
  }

  /** @param {HTMLElement} inspector beside which it opens, where there is room */
  open(inspector) {
    if (!this.isOpen) this.element.showPopover();
    const { left } = inspector.getBoundingClientRect();
    const main = document.querySelector('[data-testid="stMain"]')?.getBoundingClientRect().left ?? 0;
    const beside = left - main >= NARROWEST;
    Object.assign(this.element.style, {
      left: `${beside ? main : 0}px`,
      width: `${beside ? left - main - 8 : innerWidth}px`,
    });
  }

  close() {
    if (this.isOpen) this.element.hidePopover();
  }
}
