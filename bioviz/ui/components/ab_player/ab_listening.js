// @ts-check
// A clip and its comparisons: equally loud, in step, one of them heard; their pictures on one scale.

import { readSettings, pictureQuery } from "../clip_panel/settings.js";
import { actLog } from "../shared/acts.js";
import { isDark } from "../shared/colours.js";
import { el } from "../shared/dom.js";
import { BUTTON, TEXT_FIELD, isCommand, isFrom } from "../shared/keyboard.js";
import { clipUrl, factsUrl, keptFacts, keptPictures } from "../shared/media.js";
import { mounting } from "../shared/mounting.js";
import { hearAlone, onHear } from "../shared/sound.js";
import { ClipRow, forEachRow } from "./clip_row.js";
import { buildControls, readAbSettings, writeAbSettings } from "./controls.js";
import { MARGIN, commonFrame } from "./frame.js";
import { commonTop, letter, lowerLoudness, noteText } from "./levels.js";
import { SyncPlayer, keptSounds } from "./sync_player.js";

/** @import { Query } from "../shared/media.js" */
/** @import { Component } from "../shared/mounting.js" */
/** @import { AbClip } from "./clip_row.js" */
/** @import { AbSettings } from "./controls.js" */
/**
 * @typedef {object} Data
 * @property {string} key
 * @property {string} group
 * @property {string} base
 * @property {string} dataset
 * @property {string} version
 * @property {string | null} run
 * @property {number} loudness dBFS
 * @property {number} slow times slower
 * @property {AbClip[]} clips
 * @property {Record<string, string>} colours
 * @property {Record<string, string>} shapes
 */

const PROBE = { w: 240, h: 64 };
const PICTURE_HEIGHT = 160; // as asked of the server

class AbListening {
  settings = readAbSettings();
  /** @type {ClipRow[]} */
  rows = [];
  turn = 0; // counts loads, so that a late answer never lands on other clips
  isInHand = false; // used last of all that the space bar plays
  listeners = new AbortController();
  /** @type {Data} */
  data;
  shown = ""; // the data as text
  dark = false;
  /** @type {number | undefined} dBFS */
  loudness;
  /** @type {[low: number, high: number] | undefined} dB */
  colours;
  /** @type {() => void} */
  stopListening = () => {};

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.player = new SyncPlayer(() => this.playing());
    this.player.setLoop(this.settings.loop);
    this.player.setVolume(this.settings.volume);
    this.controls = buildControls(this.settings, {
      toggle: () => this.toggle(),
      swap: () => this.swap(1),
      set: (name, value) => this.set(name, value),
    });
    this.list = el("div", { class: "bv-ab-rows" });
    this.note = el("p", { class: "bv-muted bv-ab-note", "aria-live": "polite" });
    const about = { class: "bv-root bv-ab", "aria-label": "Level-matched listening" };
    this.root = el("section", about, this.controls.bar, this.list, this.note);
    parent.append(this.root);
    const { signal } = this.listeners;
    // Before the inspector hears of it: the space bar belongs to what was used last.
    window.addEventListener("keydown", (event) => this.key(event), { signal, capture: true });
    this.stopHear = onHear(this, () => this.giveWay());
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.list);
  }

  /** @param {Component<Data>} component */
  update({ data }) {
    const dark = isDark(this.root);
    const shown = JSON.stringify(data);
    this.stopListening();
    this.stopListening = actLog(data.group).on((kind) => kind === "clip" && this.giveWay());
    if (shown === this.shown && dark === this.dark) return;
    const repaint = shown === this.shown;
    Object.assign(this, { data, shown, dark });
    if (repaint) return void this.loadPictures(this.turn);
    this.turn += 1;
    this.player.load([]);
    const shapeOf = (/** @type {string} */ label) => data.shapes[label];
    const colourOf = (/** @type {string} */ label) => data.colours[label] ?? "var(--bv-accent)";
    this.rows = data.clips.map((clip, i) => {
      const choose = () => actLog(data.group).act("clip", [data.dataset, clip.row], data.key);
      return new ClipRow(clip, i, { hear: () => this.hear(i, true), choose, colourOf, shapeOf });
    });
    this.list.replaceChildren(...this.rows.map((row) => row.element));
    this.controls.swapButton.disabled = this.rows.length < 2;
    this.loudness = this.colours = undefined;
    this.hear(0);
    this.tell();
    this.load(this.turn);
  }

  /** @param {number} turn */
  async load(turn) {
    this.root.dataset.state = "loading";
    const sounds = this.loadSounds(turn, this.data.loudness);
    await Promise.all([sounds, this.loadPictures(turn), this.loadFacts(turn)]);
    if (turn === this.turn) this.root.dataset.state = "ready";
  }

  /**
   * Where a peak keeps one clip below the wanted loudness, all are asked for again at what it reached.
   *
   * @param {number} turn
   * @param {number} loudness dBFS
   * @param {boolean} [again]
   * @returns {Promise<void>}
   */
  async loadSounds(turn, loudness, again = false) {
    const query = { loudness, slow: this.data.slow };
    const sounds = await forEachRow(this.rows, (row) =>
      keptSounds.get(clipUrl(this.data, row.clip.row, "wav", query)),
    );
    if (turn !== this.turn) return;
    const reached = sounds.map((sound) => sound?.about.loudness_db ?? null);
    const lower = lowerLoudness(loudness, reached);
    if (lower !== undefined && !again) return this.loadSounds(turn, lower, true);
    this.player.load(sounds.map((sound) => sound?.buffer));
    sounds.forEach((sound, i) => sound && this.rows[i].tellLevel(sound.about));
    this.loudness = loudness;
    this.tell();
    this.tick();
  }

  /** @param {number} turn */
  async loadPictures(turn) {
    const chosen = { ...readSettings(), context: "0", scale: "clip", range: this.settings.range };
    const wanted = pictureQuery(chosen, this.dark, this.width() * devicePixelRatio);
    const get = (/** @type {ClipRow} */ row, /** @type {Query} */ query) =>
      keptPictures.get(clipUrl(this.data, row.clip.row, "png", { ...wanted, ...query }));
    const probes = await forEachRow(this.rows, (row) => get(row, PROBE));
    const tops = probes.flatMap((probe) => (probe ? [probe.about.top_db] : []));
    if (turn !== this.turn || !tops.length) return;
    const top = commonTop(tops);
    const pictures = await forEachRow(this.rows, async (row, i) =>
      probes[i] ? get(row, { top, h: PICTURE_HEIGHT }) : undefined,
    );
    if (turn !== this.turn) return;
    await Promise.all(pictures.map((picture, i) => picture && this.rows[i].show(picture)));
    if (turn !== this.turn) return;
    this.colours = [top - Number(this.settings.range), top];
    this.tell();
    this.draw();
  }

  /** @param {number} turn */
  async loadFacts(turn) {
    const load = async (/** @type {ClipRow} */ row) => {
      try {
        row.boxes = (await keptFacts.get(factsUrl(this.data, this.data.run, row.clip.row))).boxes;
      } catch {
        row.boxes = []; // the sound and the picture say what is wrong
      }
    };
    await Promise.all(this.rows.map(load));
    if (turn === this.turn) this.draw();
  }

  width() {
    return Math.max(10, this.list.clientWidth - MARGIN.left - MARGIN.right);
  }

  draw() {
    const shown = this.rows.flatMap((row) => row.about ?? []);
    if (!shown.length) return;
    const frame = commonFrame(shown, this.width());
    for (const row of this.rows) row.draw(frame, row === this.rows.at(-1));
    this.tick();
  }

  tell() {
    const { loudness, colours } = this;
    const count = this.rows.length;
    this.note.textContent = noteText({ loudness, colours, slow: this.data.slow, count });
  }

  /**
   * @template {keyof AbSettings} K
   * @param {K} name
   * @param {AbSettings[K]} value
   */
  set(name, value) {
    this.settings[name] = value;
    writeAbSettings(this.settings);
    if (name === "loop") this.player.setLoop(this.settings.loop);
    if (name === "volume") this.player.setVolume(this.settings.volume);
    if (name === "range") this.loadPictures(this.turn);
  }

  /**
   * @param {number} index
   * @param {boolean} [play]
   */
  hear(index, play = false) {
    this.player.hear(index);
    this.root.dataset.heard = String(index);
    this.rows.forEach((row, i) => row.mark(i === index));
    this.tick();
    if (play) this.play();
  }

  /** @param {number} by 1 for the next, -1 for the one before */
  swap(by) {
    const count = this.rows.length;
    if (count) this.hear((this.player.heard + by + count) % count, true);
  }

  play() {
    this.isInHand = true;
    hearAlone(this);
    this.player.play();
  }

  toggle() {
    if (!this.player.playing) return this.play();
    this.isInHand = true;
    this.player.pause();
  }

  /** Something else is heard now. */
  giveWay() {
    this.isInHand = false;
    this.player.pause();
  }

  playing() {
    const { playing } = this.player;
    this.root.dataset.playing = playing ? "1" : "0";
    this.controls.play.textContent = playing ? "❚❚ Pause" : "▶ Play";
    const follow = () => {
      this.tick();
      if (this.player.playing) requestAnimationFrame(follow);
    };
    follow();
  }

  tick() {
    const { duration, position, heard } = this.player;
    const clock = `${letter(heard)} · ${position.toFixed(1)} / ${duration.toFixed(1)} s`;
    this.controls.clock.textContent = duration ? clock : "";
    for (const row of this.rows) row.movePlayhead(duration ? position / duration : undefined);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.defaultPrevented || isCommand(event) || !this.root.offsetWidth) return;
    if (isFrom(event, TEXT_FIELD)) return;
    if (event.key === " " && (!this.isInHand || isFrom(event, BUTTON))) return;
    const number = Number(event.key) - 1;
    /** @type {Record<string, () => void>} */
    const actions = { a: () => this.swap(1), A: () => this.swap(-1), " ": () => this.toggle() };
    let action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (event.key !== " " && this.rows[number]) action = () => this.hear(number, true);
    if (!action) return;
    event.preventDefault();
    action();
  }

  stop() {
    this.turn += 1;
    this.stopListening();
    this.stopHear();
    this.listeners.abort();
    this.resized.disconnect();
    this.player.load([]);
    this.root.remove();
  }
}

export default mounting(AbListening);
