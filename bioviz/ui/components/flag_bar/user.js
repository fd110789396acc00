// @ts-check
// Who flags: asked at the first flag, and remembered by this browser, so that all its tabs are the same user.

import { el } from "../shared/dom.js";
import { readSetting, writeSetting } from "../shared/storage.js";

/**
 * @typedef {object} UserParts
 * @property {HTMLFormElement} userForm
 * @property {HTMLInputElement} userField
 * @property {HTMLElement} userProblem
 * @property {HTMLElement} who
 */

export const USER_SETTING = "bioviz:user";

export class FlagUser {
  #unsaved = "";
  /** @type {string | undefined} */
  #answering;

  /**
   * @param {UserParts} parts
   * @param {(name: string) => Promise<string>} check gives the name as the server writes it
   * @param {() => void} known called when a name was given
   */
  constructor(parts, check, known) {
    this.parts = parts;
    this.check = check;
    this.known = known;
  }

  /** "" for none yet. */
  get name() {
    return readSetting(USER_SETTING) ?? this.#unsaved;
  }

  get isAsked() {
    return !this.parts.userForm.hidden;
  }

  ask() {
    const { userForm, userField, userProblem } = this.parts;
    userForm.hidden = false;
    userProblem.textContent = "";
    userField.value = this.name;
    userField.focus();
  }

  drop() {
    this.parts.userForm.hidden = true;
  }

  /** By Enter, or by turning to something else with a name typed. */
  async answer() {
    const { userForm, userField, userProblem } = this.parts;
    const typed = userField.value;
    if (!typed.trim() || typed === this.#answering) return;
    this.#answering = typed;
    try {
      const name = await this.check(typed);
      if (!writeSetting(USER_SETTING, name)) this.#unsaved = name; // as long as the page lives
    } catch (error) {
      userProblem.textContent = /** @type {Error} */ (error).message;
      return;
    } finally {
      this.#answering = undefined;
    }
    userForm.hidden = true;
    userField.blur();
    this.known();
  }

  paint() {
    const { who } = this.parts;
    const { name } = this;
    if (who.dataset.user === name) return;
    who.dataset.user = name;
    const text = name ? "change" : "say who you are";
    const change = el("button", { type: "button", class: "bv-link", text, onclick: () => this.ask() });
    who.replaceChildren(name ? `flagging as ${name} · ` : "", change);
  }
}
