// @ts-check
// The box in hand: what is measured of it, hearing it alone, and what can be made of it.

import { el } from "../shared/dom.js";
import { KEYS } from "../shared/keymap.js";
import { keptFacts } from "../shared/media.js";
import { hearAlone, levelNote, onHear, soundNote } from "../shared/sound.js";
import { boxText } from "./readouts.js";

/** @import { DrawnBox } from "./box_geometry.js" */
/** @import { PictureView } from "./picture.js" */
/** @import { BoxMeasures } from "./readouts.js" */
/** @import { Settings } from "./settings.js" */
/**
 * @typedef {object} BoxSource addresses of one clip's boxes
 * @property {(box: DrawnBox) => string} measures
 * @property {(box: DrawnBox) => string} sound
 */
/** @typedef {{ annotate?: () => void, similar?: () => void }} BoxActions what there is to be done with a box or clip */

const MEASURE_AFTER_MS = 60;
const NO_BOX = "Drag on the picture to box a sound.";

export class BoxPanel {
  /** @type {DrawnBox | undefined} */
  box;
  /** @type {BoxMeasures | undefined} */
  measured;
  /** @type {BoxSource | undefined} */
  source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  measuring;
  turn = 0;
  /** @type {(box: DrawnBox | undefined) => void} called when one is drawn anew, or there is none */
  onNewBox = () => {};

  /**
   * @param {PictureView} picture
   * @param {Settings} settings
   * @param {BoxActions} actions
   */
  constructor(picture, settings, actions) {
    this.picture = picture;
    this.settings = settings;
    const button = { type: "button", disabled: true };
    const hint = (/** @type {string} */ does, /** @type {string} */ key) => `${does} (${key})`;
    this.audio = el("audio", { preload: "none" });
    this.text = el("div", { class: "bv-box-text", "aria-live": "polite" });
    this.hear = el("button", {
      ...button,
      text: "Hear box",
      title: hint("Its band and time alone", KEYS.hearBox.caps),
      onclick: () => this.toggle(),
    });
    this.annotate = el("button", {
      ...button,
      text: "Annotate",
      title: hint("Keep it with a label", KEYS.annotate.caps),
      onclick: actions.annotate,
    });
    this.similar = el("button", {
      ...button,
      text: "Find similar",
      title: hint("More clips like this one", KEYS.similar.caps),
      onclick: actions.similar,
    });
    const more = [...(actions.annotate ? [this.annotate] : []), ...(actions.similar ? [this.similar] : [])];
    this.buttons = el("div", { class: "bv-box-buttons" }, this.hear, ...more);
    this.element = el("div", { class: "bv-box-panel" }, this.text, this.buttons);
    for (const name of ["play", "pause", "ended"]) this.audio.addEventListener(name, () => this.playing());
    this.audio.addEventListener("play", () => hearAlone(this));
    this.stopHear = onHear(this, () => this.audio.pause());
    this.say();
  }

  get isHeard() {
    return !this.audio.paused;
  }

  stop() {
    this.stopHear();
    this.audio.pause();
  }

  /** @param {HTMLElement} form that takes the place of the buttons while it is open */
  addForm(form) {
    this.element.append(form);
  }

  /** @param {boolean} isOpen */
  showForm(isOpen) {
    this.buttons.hidden = isOpen;
  }

  /**
   * Another clip.
   *
   * @param {BoxSource | undefined} source
   */
  move(source) {
    this.source = source;
    this.similar.disabled = !source;
    this.draw(undefined, true);
  }

  /**
   * @param {DrawnBox | undefined} box
   * @param {boolean} done false while it is being drawn
   * @param {boolean} [anew] another one, not the same box moved
   */
  draw(box, done, anew = false) {
    clearTimeout(this.measuring);
    this.turn += 1;
    this.audio.pause();
    if (!box || anew) this.onNewBox(box);
    this.box = box;
    this.measured = undefined;
    for (const each of [this.hear, this.annotate]) each.disabled = !box || !done;
    this.picture.showBox(box, false);
    this.say();
    if (box && done) this.measuring = setTimeout(() => this.measure(box), MEASURE_AFTER_MS);
  }

  /** @param {DrawnBox} box */
  async measure(box) {
    const turn = this.turn;
    if (!this.source) return;
    try {
      const measured = await keptFacts.get(this.source.measures(box));
      if (turn !== this.turn) return;
      this.measured = measured;
      this.say();
    } catch (error) {
      if (turn === this.turn) this.say(/** @type {Error} */ (error).message);
    }
  }

  /** @param {string} [trouble] */
  say(trouble) {
    const { box, text } = this;
    text.classList.toggle("bv-muted", !box);
    text.title = "";
    if (trouble) return text.replaceChildren(el("span", { class: "bv-error", text: trouble }));
    if (!box) return void (text.textContent = NO_BOX);
    const { place, above, why } = boxText(box, this.measured);
    text.replaceChildren(el("strong", { text: "Box" }), ` ${place} · `, el("strong", { text: above }));
    text.title = why || `${place} · ${above}`;
  }

  toggle() {
    const { audio, box, source } = this;
    if (!box || !source) return;
    if (!audio.paused) return audio.pause();
    const url = source.sound(box);
    if (audio.getAttribute("src") !== url) audio.src = url;
    audio.loop = this.settings.loop;
    audio.volume = this.settings.volume;
    audio.currentTime = 0;
    audio.play().catch((error) => {
      if (error.name !== "AbortError")
        this.say("The box could not be played. Load the page anew, or try another.");
    });
    soundNote(url, (about) => levelNote(about, this.settings.loudness)).then((note) => {
      this.text.title = [this.text.title, note].filter(Boolean).join("\n");
    });
  }

  playing() {
    const { audio, box, picture } = this;
    this.hear.textContent = audio.paused ? "Hear box" : "Stop";
    this.hear.setAttribute("aria-pressed", String(!audio.paused));
    picture.showBox(box, !audio.paused);
    if (audio.paused || !box) return;
    const follow = () => {
      if (audio.paused || this.box !== box) return;
      const share = Number.isFinite(audio.duration) ? audio.currentTime / audio.duration : 0;
      picture.movePlayheadTo(box.start + share * (box.end - box.start));
      requestAnimationFrame(follow);
    };
    follow();
  }
}
