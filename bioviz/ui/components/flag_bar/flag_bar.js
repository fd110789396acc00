// @ts-check
// The flag bar: a decision on the selected clip with one key. It names the clip that is on screen at that moment and
// goes straight to the server; what the server has stored is what the bar shows.

import { actLog } from "../shared/acts.js";
import { flagPlace, onFlagPlace, panelWithKeys } from "../shared/clip_panels.js";
import { el } from "../shared/dom.js";
import { registerKeys } from "../shared/keymap.js";
import { TEXT_FIELD, isCommand, isFrom } from "../shared/keyboard.js";
import { mounting } from "../shared/mounting.js";
import { readSetting, writeSetting } from "../shared/storage.js";
import { FlagApi } from "./api.js";
import { LabelQuestion } from "./label_question.js";
import { UNDO, buildFlagBar, flagButton, statusLine } from "./layout.js";
import { FlagQueue } from "./queue.js";
import { kindOfKey, pressedKind, statusLines } from "./status.js";
import { FlagUser, USER_SETTING } from "./user.js";

/** @import { ActLog } from "../shared/acts.js" */
/** @import { Component } from "../shared/mounting.js" */
/** @import { Decision, Delivery } from "./queue.js" */
/** @import { FlagBarData, FlagsOfClip } from "./status.js" */

const FLAGGED = "bioviz:flagged"; // what other tabs of this browser look at

class FlagBar {
  /** @type {{ dataset: string, row: number }[]} clips decided on here, for undo */
  decided = [];
  window = Math.random().toString(36).slice(2, 12).padEnd(10, "0");
  turn = 0; // counts clips, so that a late answer never tells of another one
  /** @type {FlagBarData} */
  data;
  /** @type {ActLog} */
  log;
  dataset = "";
  version = "";
  row = -1;
  /** @type {FlagsOfClip | undefined} */
  about;
  noted = false; // whether the note field holds what belongs to the clip
  /** @type {string | undefined} */
  trouble;
  /** @type {string | undefined} */
  refused;
  listeners = new AbortController();
  /** @type {() => void} */
  stopListening = () => {};

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.api = new FlagApi(() => this.data.base);
    this.queue = new FlagQueue(
      (decision) => this.api.post(decision, this.user.name),
      (decision, delivery) => this.delivered(decision, delivery),
    );
    this.parts = buildFlagBar({
      press: (kind) => this.press(kind),
      answer: () => this.answer(),
      cancel: () => this.question.drop(),
      answerUser: () => this.user.answer(),
      renote: () => this.renote(),
    });
    this.user = new FlagUser(
      this.parts,
      (name) => this.api.checkedUser(name),
      () => this.knowUser(),
    );
    this.question = new LabelQuestion(this.parts);
    this.root = this.parts.root;
    parent.append(this.root);
    const { signal } = this.listeners;
    // Before anything on the page hears of it: a table with the focus takes letters too.
    window.addEventListener("keydown", (event) => this.key(event), { signal, capture: true });
    window.addEventListener("storage", ({ key }) => this.changedElsewhere(key), { signal });
    const leave = (/** @type {Event} */ event) => this.queue.length && event.preventDefault();
    window.addEventListener("beforeunload", leave, { signal });
    this.stopSettling = onFlagPlace((group) => group === this.data?.group && this.settle());
  }

  /** Under the picture of the inspector, where it is seen without scrolling; else where Python put it. */
  settle() {
    const underPicture = flagPlace(this.data.group);
    if (underPicture && this.root.parentNode !== underPicture) underPicture.append(this.root);
  }

  stop() {
    this.listeners.abort();
    this.stopListening();
    this.stopSettling();
    this.root.remove(); // what is not stored yet goes on being sent
  }

  /** @param {Component<FlagBarData>} component */
  update({ data }) {
    this.data = data;
    const { buttons } = this.parts;
    if (!buttons.children.length) {
      const press = (/** @type {string} */ kind) => this.press(kind);
      buttons.replaceChildren(...data.kinds.map((kind) => flagButton(kind, press)));
    }
    registerKeys("Flags", [
      ...data.kinds.map(({ key, title }) => ({ caps: key.toUpperCase(), does: title })),
      { caps: UNDO.key.toUpperCase(), does: UNDO.help },
    ]);
    this.settle();
    this.stopListening();
    this.log = actLog(data.group);
    this.stopListening = this.log.on((kind) => kind === "clip" && this.show());
    this.tellUser();
    this.show();
  }

  // ---- the selected clip ----------------------------------------------------------------------------------

  show() {
    const { dataset, version } = this.data;
    const row = this.log.clip(dataset);
    const same = this.row === row && this.dataset === dataset && this.version === version;
    Object.assign(this, { row, dataset, version });
    if (same) return this.paint();
    this.about = undefined;
    this.refused = undefined;
    this.question.drop();
    this.parts.note.value = "";
    this.noted = false;
    this.paint();
    this.load();
  }

  async load() {
    const turn = ++this.turn;
    if (this.row < 0) return;
    try {
      const about = await this.api.flagsOf(this.dataset, this.row, this.user.name);
      if (turn === this.turn) this.take(about);
    } catch (error) {
      if (turn === this.turn) this.paint(/** @type {Error} */ (error).message);
    }
  }

  /** @param {FlagsOfClip} about */
  take(about) {
    this.about = about;
    this.parts.known.replaceChildren(...about.known.map((value) => el("option", { value })));
    this.paint();
  }

  /** Another tab has flagged, or has another user now. */
  changedElsewhere(/** @type {string | null} */ key) {
    if (key !== FLAGGED && key !== USER_SETTING) return;
    this.tellUser();
    this.load();
    if (key === FLAGGED) this.log.act("flags", readSetting(FLAGGED), this.data.key);
  }

  get waiting() {
    return this.queue.lastOn(this.dataset, this.row);
  }

  get mine() {
    return this.about?.flags.find((flag) => flag.mine);
  }

  /** @param {string} [failed] why the clip's flags are not known */
  paint(failed) {
    const { note, buttons, status } = this.parts;
    this.root.hidden = this.row < 0;
    if (this.root.hidden) return;
    const { about, waiting, mine, trouble, refused } = this;
    const user = this.user.name;
    if (about && !this.noted) {
      note.value = mine?.note ?? "";
      this.noted = true;
    }
    const pressed = pressedKind(about, waiting);
    for (const button of buttons.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.kind === pressed));
    }
    this.parts.undo.disabled = !this.decided.length && !mine;
    const lines = statusLines({ about, waiting, user, trouble, refused, failed });
    status.replaceChildren(...lines.map(statusLine));
    this.root.dataset.queue = String(this.queue.length);
    this.user.paint();
  }

  // ---- who flags -----------------------------------------------------------------------------------------

  tellUser() {
    const { name } = this.user;
    if (name && name !== this.log.get("user")) this.log.act("user", name, this.data.key);
  }

  knowUser() {
    this.tellUser();
    this.load();
    this.send();
  }

  dropUnsaid() {
    this.user.drop();
    if (!this.user.name) this.queue.clear(); // nothing is kept without a name
    this.paint();
  }

  // ---- deciding ------------------------------------------------------------------------------------------

  /** @param {string} kind */
  press(kind) {
    if (this.row < 0) return;
    if (kind === "undo") return this.takeBack();
    const labels = this.about?.labels ?? [];
    if (kind === "wrong_label" || kind === "missed") return this.question.ask(kind, labels);
    this.decide(kind);
  }

  answer() {
    const answer = this.question.answer();
    if (answer) this.decide(answer.kind, { label: answer.label, wrong: answer.wrong });
  }

  /** A note that is finished after the flag goes with the flag. */
  renote() {
    const last = this.waiting ?? this.mine;
    if (last && last.kind !== "undo") this.decide(last.kind, { label: last.label, wrong: last.wrong }, true);
    this.parts.note.blur();
  }

  /**
   * @param {string} kind
   * @param {Partial<Decision>} [more]
   * @param {boolean} [stay] at this clip
   */
  decide(kind, more = {}, stay = false) {
    this.decided.push({ dataset: this.dataset, row: this.row });
    this.tell(kind, this.row, { note: this.parts.note.value, ...more });
    this.question.drop();
    this.parts.label.blur();
    const panel = panelWithKeys();
    if (this.parts.next.checked && !stay && panel?.data?.group === this.data.group) panel.step(1);
  }

  takeBack() {
    const last = this.decided.pop() ?? { dataset: this.dataset, row: this.row };
    if (last.dataset !== this.dataset) return this.paint();
    this.noted = false;
    this.tell("undo", last.row);
    if (last.row !== this.row) this.log.act("clip", [this.dataset, last.row], this.data.key);
  }

  // ---- storing -------------------------------------------------------------------------------------------

  tell(/** @type {string} */ kind, /** @type {number} */ row, /** @type {Partial<Decision>} */ more = {}) {
    const { dataset, version } = this;
    const id = `${this.window}-${this.log.next()}`;
    this.refused = undefined;
    this.queue.push({ id, kind, row, dataset, version, label: "", wrong: "", note: "", ...more });
    this.paint();
    this.send();
  }

  async send() {
    if (!this.queue.length) return;
    if (!this.user.name) return this.user.ask();
    await this.queue.send();
  }

  delivered(/** @type {Decision} */ { dataset, row }, /** @type {Delivery} */ { outcome, reply, sentence }) {
    this.trouble = outcome === "later" ? sentence : undefined;
    if (outcome === "refused") this.refused = sentence;
    if (reply) {
      if (dataset === this.dataset && row === this.row) {
        this.turn += 1; // an answer on its way is older
        this.take(reply);
      }
      this.log.act("flags", reply.state, this.data.key); // lists, tables and colours of the page follow
      writeSetting(FLAGGED, reply.state);
    }
    this.paint();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (isCommand(event) || event.isComposing || this.root.hidden) return;
    const other = panelWithKeys()?.data?.group;
    if (other !== undefined && other !== this.data.group) return;
    if (event.key === "Escape" && this.question.kind) return this.question.drop();
    if (event.key === "Escape" && this.user.isAsked) return this.dropUnsaid();
    if (isFrom(event, TEXT_FIELD)) return;
    const kind = kindOfKey(event.key, this.data.kinds);
    if (!kind || event.repeat) return;
    event.preventDefault();
    event.stopPropagation();
    this.press(kind);
  }
}

export default mounting(FlagBar);
