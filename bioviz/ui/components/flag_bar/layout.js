// @ts-check
// What the flag bar is made of.

import { el } from "../shared/dom.js";
import { readSetting, writeSetting } from "../shared/storage.js";

/** @import { Kind, Line } from "./status.js" */
/**
 * @typedef {object} FlagActions
 * @property {(kind: string) => void} press
 * @property {() => void} answer the question for a label
 * @property {() => void} cancel it
 * @property {() => void} answerUser
 * @property {() => void} renote
 */

export const UNDO = { id: "undo", title: "Undo", key: "z", help: "Take back your last flag" };
const NEXT_SETTING = "bioviz:flag-next";

/** @param {FlagActions} actions */
export function buildFlagBar(actions) {
  const next = el("input", { type: "checkbox" });
  next.checked = readSetting(NEXT_SETTING) === "1";
  next.addEventListener("change", () => writeSetting(NEXT_SETTING, next.checked ? "1" : "0"));
  const parts = {
    ...labelForm(actions),
    ...userForm(actions),
    buttons: el("div", { class: "bv-flags", role: "group", "aria-label": "Flag this clip" }),
    note: el("input", {
      type: "text",
      class: "bv-flag-note",
      maxlength: 2000,
      placeholder: "Note",
      "aria-label": "Note for the flag",
    }),
    next,
    status: el("div", { class: "bv-flag-status", "aria-live": "polite" }),
    who: el("div", { class: "bv-muted bv-flag-who" }),
    undo: flagButton(UNDO, actions.press),
  };
  parts.note.addEventListener("keydown", (event) => event.key === "Enter" && actions.renote());
  const root = el(
    "section",
    { class: "bv-root bv-flag-bar", "aria-label": "Flags", hidden: true },
    parts.buttons,
    parts.form,
    parts.userForm,
    el(
      "div",
      { class: "bv-flags" },
      parts.note,
      el("label", { class: "bv-muted" }, next, el("span", { text: " then the next clip" })),
      parts.undo, // here, as among the buttons it would take a third line of a small screen
    ),
    parts.status,
    parts.who,
  );
  return { ...parts, root };
}

/** @param {FlagActions} actions */
function labelForm(actions) {
  const which = el("select", { "aria-label": "Which label is wrong" });
  const known = el("datalist", { id: "bv-flag-labels" });
  const label = el("input", {
    type: "text",
    maxlength: 200,
    list: "bv-flag-labels",
    "aria-label": "Label",
    autocomplete: "off",
  });
  const question = el("span");
  const save = el("button", { type: "submit", text: "Save" });
  const cancel = el("button", { type: "button", text: "Cancel", onclick: actions.cancel });
  const about = { class: "bv-flag-form", hidden: true };
  const form = submitted(el("form", about, question, which, label, known, save, cancel), actions.answer);
  return { which, known, label, question, form };
}

/** @param {FlagActions} actions */
function userForm(actions) {
  const userField = el("input", {
    type: "text",
    maxlength: 40,
    "aria-label": "Your name, for flags",
    autocomplete: "nickname",
  });
  userField.addEventListener("change", actions.answerUser);
  const userProblem = el("span", { class: "bv-error" });
  const asked = el("span", {
    text: "Your name, for flags:",
    title: "Flags are kept under it, apart from other people's. This browser remembers it.",
  });
  const save = el("button", { type: "submit", text: "Flag as this" });
  const about = { class: "bv-flag-form bv-flag-user", hidden: true };
  const form = el("form", about, asked, userField, save, userProblem);
  return { userField, userProblem, userForm: submitted(form, actions.answerUser) };
}

/**
 * @param {HTMLFormElement} form
 * @param {() => void} answer
 */
function submitted(form, answer) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer();
  });
  return form;
}

/**
 * @param {Kind} kind
 * @param {(kind: string) => void} press
 */
export function flagButton({ id, title, key, help }, press) {
  const cap = el("kbd", { text: key.toUpperCase() });
  const attributes = { type: "button", "data-kind": id, title: help, onclick: () => press(id) };
  return el("button", attributes, title, cap);
}

/** @param {Line} line */
export function statusLine({ tone, strong, text }) {
  if (strong !== undefined) return el("div", {}, el("strong", { text: strong }), text);
  return el("div", { class: `bv-${tone}`, role: tone === "error" && "alert", text });
}
