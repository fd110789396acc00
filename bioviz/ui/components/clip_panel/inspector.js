// @ts-check
// One clip at a time: its sound, picture, facts and neighbors, at once on a pick and without a rerun.

import { actLog } from "../shared/acts.js";
import {
  giveKeys,
  offerFlagPlace,
  panelWithKeys,
  takeKeysFrom,
  withdrawFlagPlace,
} from "../shared/clip_panels.js";
import { isDark } from "../shared/colours.js";
import { el } from "../shared/dom.js";
import { isKey } from "../shared/keymap.js";
import { BUTTON, TEXT_FIELD, isCommand, isFrom, leaveTextField } from "../shared/keyboard.js";
import { decodeRows, keptFacts } from "../shared/media.js";
import { mounting } from "../shared/mounting.js";
import { InspectorAids } from "./aids.js";
import { factList, headline, scaleText } from "./facts.js";
import { FetchAhead } from "./fetch_ahead.js";
import { buildInspector } from "./layout.js";
import { NeighborPanel } from "./neighbors.js";
import { likelyNext, positionText, stepped } from "./playlist.js";
import { SettingControls, readSettings } from "./settings.js";
import { ClipSound } from "./sound.js";
import { ClipUrls } from "./urls.js";

/** @import { Act, ActLog } from "../shared/acts.js" */
/** @import { Component } from "../shared/mounting.js" */
/** @import { Facts } from "./facts.js" */
/** @import { Settings } from "./settings.js" */
/**
 * @typedef {object} Data
 * @property {string} key
 * @property {string} group
 * @property {string} base
 * @property {string} dataset
 * @property {string} version
 * @property {string | null} run
 * @property {string} playlist
 * @property {string} playlistName
 * @property {Record<string, string>} colours
 * @property {Record<string, string>} shapes
 * @property {string} empty
 */

const TYPING = `${TEXT_FIELD},input[type=range],[role=slider]`;
/** @type {(keyof Settings)[]} */
const OF_SOUND = ["context", "loudness", "slow", "band"];
/** @type {(keyof Settings)[]} */
const OF_BAND = ["low", "high"];
/** @type {(keyof Settings)[]} */
const OF_PICTURE = ["context", "axis", "colours", "range", "scale", "low", "high"];

export class Inspector {
  settings = readSettings();
  /** @type {Int32Array} */
  playlist = new Int32Array(0);
  turn = 0; // counts picks, so that a late answer never replaces a newer clip
  ahead = new FetchAhead();
  listeners = new AbortController();
  /** @type {Data} */
  data;
  /** @type {number | undefined} */
  row;
  /** @type {ActLog} */
  log;
  /** @type {Facts | undefined} */
  shown;
  /** @type {() => void} */
  stopListening = () => {};

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.controls = new SettingControls(this.settings, (name) => this.settingChanged(name));
    this.parts = buildInspector(this.controls, {
      seek: (fraction) => this.sound.seek(fraction),
      step: (by) => this.step(by),
      toggle: () => this.toggle(),
    });
    this.urls = new ClipUrls(this.settings, () => this.parts.picture.width() * devicePixelRatio);
    this.neighbors = new NeighborPanel(this.parts.neighbors, this.controls);
    this.sound = new ClipSound(this.parts, this.settings);
    this.root = this.parts.root;
    this.aids = new InspectorAids(this);
    parent.append(this.root);
    const { signal } = this.listeners;
    const pressed = (/** @type {PointerEvent} */ event) => {
      giveKeys(this);
      if (!isFrom(event, TEXT_FIELD)) leaveTextField();
    };
    this.root.addEventListener("pointerdown", pressed, { signal });
    window.addEventListener("keydown", (event) => this.key(event), { signal });
    if (!panelWithKeys()) giveKeys(this);
  }

  /** @type {(label: string) => string} */
  colourOf = (label) => this.data.colours[label] ?? "var(--st-primary-color, #ff4b4b)";

  /** @type {(label: string) => string | undefined} */
  shapeOf = (label) => this.data.shapes[label];

  /**
   * Python's side changed: what may be shown and in which order. Which clip it is the log of acts says.
   *
   * @param {Component<Data>} component
   */
  update({ data }) {
    this.data = data;
    offerFlagPlace(data.group, this.parts.flagPlace);
    this.playlist = decodeRows(data.playlist);
    const moved = this.urls.move(data);
    this.stopListening();
    this.log = actLog(data.group);
    this.stopListening = this.log.on((kind, act) => kind === "clip" && this.heardClip(act));
    const repaint = this.urls.setDark(isDark(this.root));
    const row = this.log.clip(data.dataset);
    if (moved && row >= 0) return void this.show(row);
    if (moved || this.row === undefined) this.empty();
    else if (repaint) this.loadPicture(this.row, this.turn);
    this.showPosition();
    // Opening a run of thousands of recordings takes the server a moment: not on the first click.
    const [first] = this.playlist;
    if (moved && first !== undefined) this.ahead.fetch(first, { facts: this.urls.facts(first) });
  }

  /** What the page opens with is only shown; a clip picked later, in a table too, is heard. */
  heardClip(/** @type {Act} */ { first, isHeard }) {
    const row = this.log.clip(this.data.dataset);
    if (row < 0) this.empty();
    else this.show(row, { play: !first && !isHeard });
  }

  callOffAllBut(/** @type {number | undefined} */ row) {
    this.ahead.callOffAllBut(row);
    this.neighbors.callOff();
  }

  stop() {
    this.callOffAllBut(undefined);
    this.stopListening();
    this.listeners.abort();
    this.parts.picture.stop();
    this.aids.stop();
    this.sound.stop();
    takeKeysFrom(this);
    withdrawFlagPlace(this.data.group, this.parts.flagPlace);
    this.root.remove();
  }

  empty() {
    const { picture, facts, heading, note } = this.parts;
    this.turn += 1;
    this.row = undefined;
    this.sound.clear();
    this.aids.annotations.move(this.data, -1);
    picture.clear();
    picture.say(this.data.empty);
    this.root.dataset.state = "empty";
    delete this.root.dataset.row;
    facts.replaceChildren();
    this.neighbors.clear();
    heading.replaceChildren();
    note.textContent = "";
    this.showPosition();
  }

  /**
   * @param {number} row
   * @param {{ play?: boolean }} [options]
   */
  async show(row, { play = false } = {}) {
    const started = performance.now();
    const turn = ++this.turn;
    this.row = row;
    giveKeys(this);
    this.root.dataset.state = "loading";
    this.root.dataset.row = String(row);
    this.parts.preview.pause();
    this.callOffAllBut(row);
    this.showPosition();
    this.loadSound(row, play);
    this.aids.annotations.move(this.data, row);
    const heard = this.sound.ready();
    const [seen] = await Promise.all([this.loadPicture(row, turn), heard, this.loadFacts(row, turn)]);
    if (turn !== this.turn) return;
    this.root.dataset.state = seen ? "ready" : "error";
    this.root.dataset.shownMs = String(Math.round(performance.now() - started));
    this.neighbors.load();
    this.prefetchSoon(turn);
  }

  loadSound(/** @type {number} */ row, /** @type {boolean} */ play) {
    this.sound.load(this.urls.sound(row), `${this.data.dataset}_clip${row}.wav`);
    if (play && this.settings.autoplay) this.sound.play();
  }

  /**
   * @param {number} row
   * @param {number} turn
   * @returns {Promise<boolean>} whether the picture is there
   */
  async loadPicture(row, turn) {
    const { picture, note } = this.parts;
    const about = await picture.load(row, this.urls.ofClip(row), () => turn === this.turn);
    if (turn !== this.turn) return false;
    note.textContent = about ? scaleText(about) : "";
    if (about) this.sound.tick();
    return about !== undefined;
  }

  async loadFacts(/** @type {number} */ row, /** @type {number} */ turn) {
    const { heading, facts: place, picture } = this.parts;
    /** @type {Facts} */
    let facts;
    try {
      facts = await keptFacts.get(this.urls.facts(row));
    } catch (error) {
      if (turn === this.turn) {
        heading.replaceChildren();
        this.neighbors.clear();
        place.replaceChildren(el("p", { class: "bv-error", text: /** @type {Error} */ (error).message }));
      }
      return;
    }
    if (turn !== this.turn) return;
    this.shown = facts;
    heading.replaceChildren(...headline(facts, this.colourOf, this.shapeOf));
    picture.annotate(facts.boxes, [facts.start_s, facts.end_s], this.colourOf);
    place.replaceChildren(factList(facts));
    this.showNeighbors();
  }

  showNeighbors() {
    this.neighbors.show(this.shown, {
      thumbnail: (row) => this.urls.thumbnail(row),
      jump: (row) => this.pick(row),
      play: (row, button) => this.sound.preview(this.urls.bareSound(row), button),
      colourOf: this.colourOf,
      shapeOf: this.shapeOf,
    });
    if (this.root.dataset.state !== "loading") this.neighbors.load();
  }

  /** @param {keyof Settings} name */
  settingChanged(name) {
    if (name === "loop" || name === "volume") return this.sound.apply(this.settings);
    if (name === "apart") return this.showNeighbors();
    if (this.row === undefined || name === "autoplay") return;
    const ofSound = this.settings.band ? [...OF_SOUND, ...OF_BAND] : OF_SOUND;
    if (ofSound.includes(name)) this.loadSound(this.row, this.sound.isPlaying);
    if (OF_PICTURE.includes(name)) this.loadPicture(this.row, this.turn);
    if (name === "colours") this.showNeighbors();
  }

  toggle() {
    if (this.row !== undefined) this.sound.toggle();
  }

  /** @param {number} by */
  step(by) {
    const row = stepped(this.playlist, this.row, by);
    if (row !== undefined) this.pick(row);
  }

  /** @param {number} row */
  pick(row) {
    this.log.act("clip", [this.data.dataset, row], this.data.key);
  }

  showPosition() {
    const { length } = this.playlist;
    const at = this.row === undefined ? -1 : this.playlist.indexOf(this.row);
    this.parts.position.textContent = positionText(at, length, this.data.playlistName);
    this.parts.previous.disabled = !length || at === 0;
    this.parts.next.disabled = !length || at === length - 1;
  }

  prefetchSoon(/** @type {number} */ turn) {
    this.ahead.soon(() => {
      if (turn !== this.turn || this.row === undefined) return [];
      const near = (this.settings.apart ? this.shown?.neighbors_apart : this.shown?.neighbors) ?? [];
      const neighbors = near.map((neighbor) => neighbor.row);
      return likelyNext(this.playlist, this.row, neighbors);
    }, this.urls);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (panelWithKeys() !== this || event.defaultPrevented || isCommand(event)) return;
    if (isFrom(event, TYPING) || (event.key === " " && isFrom(event, BUTTON))) return;
    if (isKey(event, "play")) this.toggle();
    else if (isKey(event, "next")) this.step(1);
    else if (isKey(event, "previous")) this.step(-1);
    else if (!this.aids.key(event) && !this.parts.picture.key(event)) return;
    event.preventDefault();
  }
}

export default mounting(Inspector);
