// @ts-check
// "Find similar": the clips of the whole dataset in order of how alike they are to one, ticked right and wrong, and
// what is made of the ticked ones.

import { post as postFlag, flagsUrl } from "../flag_bar/api.js";
import { USER_SETTING } from "../flag_bar/user.js";
import { fetchChecked } from "../shared/media.js";
import { grouped } from "../shared/numbers.js";
import { readSetting } from "../shared/storage.js";
import { postAnnotation } from "./annotations.js";
import { precisionText } from "./precision.js";
import { similarCard } from "./similar_card.js";
import { searchFile, searchText, similarUrl } from "./similar_search.js";
import { SimilarSheet, isOfRight } from "./similar_sheet.js";
import { keepTicks, ticked, ticksOf } from "./similar_ticks.js";

/** @import { Source } from "../shared/media.js" */
/** @import { DrawnBox } from "./box_geometry.js" */
/** @import { Judged } from "./precision.js" */
/** @import { Similar } from "./similar_card.js" */
/** @import { Ticks } from "./similar_ticks.js" */
/**
 * @typedef {object} Found what the server answers
 * @property {{ row: number, asked: number, alone: boolean, labels: string[], recording: string, start_s: number, end_s: number }} query
 * @property {string} model
 * @property {string} unit noun
 * @property {number} clips among which was searched
 * @property {Similar[]} similar
 */
/**
 * @typedef {object} SimilarActions
 * @property {(row: number) => string} thumbnail
 * @property {(row: number) => void} jump
 * @property {(row: number, button: HTMLButtonElement) => void} play
 * @property {(label: string) => string} colourOf
 * @property {(label: string) => string | undefined} shapeOf
 * @property {(kind: string, value: string) => void} acted
 */

export const NO_NAME = "Say who you are first: flag a clip, or save an annotation, with your name.";

/**
 * Which of the ticked clips an act is for: of a call that is missed or annotated, those that do not carry it yet.
 *
 * @param {Similar[]} found
 * @param {Ticks} ticks
 * @param {string} act
 * @param {string} label
 */
export function concerned(found, ticks, act, label) {
  const right = isOfRight(act);
  const of = found.filter(({ row }) => ticks[row] === right);
  return act === "missed" || act === "wrong_label" ? of.filter(({ labels }) => !labels.includes(label)) : of;
}

export class SimilarDesk {
  /** @type {Source | undefined} */
  source;
  /** @type {string | null} */
  run = null;
  /** @type {Found | undefined} */
  found;
  /** @type {Ticks} */
  ticks = {};
  /** @type {ReturnType<typeof similarCard>[]} */
  cards = [];
  /** @type {{ row: number, box: DrawnBox | undefined, file?: File } | undefined} */
  asked;
  apart = false;
  alone = true;
  turn = 0;

  /**
   * @param {HTMLElement} root of the inspector
   * @param {SimilarActions} actions
   */
  constructor(root, actions) {
    this.root = root;
    this.actions = actions;
    this.sheet = new SimilarSheet({
      close: () => this.close(),
      keepApart: (apart) => {
        this.apart = apart;
        this.search(0);
      },
      searchAlone: (alone) => {
        this.alone = alone;
        this.search(0);
      },
      searchFile: (file) => {
        this.asked = { row: -1, box: undefined, file };
        this.search(0);
      },
      more: () => this.search(this.cards.length),
      apply: (act, label) => this.apply(act, label),
    });
    root.append(this.sheet.element);
  }

  get isOpen() {
    return this.sheet.isOpen;
  }

  /**
   * @param {Source} source
   * @param {string | null} run
   * @param {number} row
   * @param {DrawnBox | undefined} box
   */
  open(source, run, row, box) {
    Object.assign(this, { source, run, asked: { row, box } });
    this.sheet.by.hidden = !box;
    this.sheet.open(this.root);
    this.search(0);
  }

  close() {
    this.turn += 1;
    this.sheet.close();
  }

  get name() {
    const { source, run, found } = this;
    const of = found?.query.alone ? ` ${JSON.stringify(this.asked?.box)}` : "";
    const file = found && found.query.row < 0 ? ` ${found.query.recording}` : "";
    return `${source?.dataset} ${source?.version} ${run} ${found?.query.row}${of}${file}`;
  }

  /** @param {number} first from which rank on, counted from 0 */
  async search(first) {
    const [turn, { source, run, asked, sheet }] = [++this.turn, this];
    if (!source || !asked) return;
    if (!first) {
      this.found = undefined;
      this.cards = [];
      sheet.grid.replaceChildren();
      sheet.precision.textContent = "";
      sheet.title.textContent = "Find similar";
      sheet.more.hidden = true;
    }
    if (!run)
      return void (sheet.message.textContent =
        "Compute a map first: clips are compared by a model's embedding.");
    sheet.message.textContent = "Searching…";
    try {
      const { row, box, file } = asked;
      const { apart, alone } = this;
      const found = file
        ? await searchFile(source, run, file, first)
        : await (await fetchChecked(similarUrl(source, run, row, { apart, alone, first, box }))).json();
      if (turn === this.turn) this.show(found, first);
    } catch (error) {
      if (turn === this.turn) sheet.message.textContent = /** @type {Error} */ (error).message;
    }
  }

  /**
   * @param {Found} found
   * @param {number} first
   */
  show(found, first) {
    const { sheet, asked } = this;
    const before = first && this.found ? this.found.similar : [];
    this.found = { ...found, similar: [...before, ...found.similar] };
    this.ticks = ticksOf(this.name);
    const { title, among } = searchText(found, asked?.box);
    sheet.title.textContent = sheet.title.title = title;
    sheet.apartText.textContent = `other ${found.unit}s only`;
    sheet.message.textContent = found.clips ? among : `There is no clip of another ${found.unit}.`;
    if (!first) sheet.label.value = found.query.labels.find((label) => label !== "background") ?? "";
    const { thumbnail, jump, play, colourOf, shapeOf } = this.actions;
    const tick = (/** @type {number} */ row, /** @type {boolean} */ right) => this.tick(row, right);
    const cards = found.similar.map((each) =>
      similarCard(each, found.unit, { thumbnail, jump, play, colourOf, shapeOf, tick }),
    );
    this.cards.push(...cards);
    sheet.grid.append(...cards.map(({ element }) => element), sheet.more);
    sheet.more.hidden = this.cards.length >= found.clips;
    this.paint();
  }

  /**
   * @param {number} row
   * @param {boolean} right
   */
  tick(row, right) {
    this.ticks = ticked(this.ticks, row, right);
    keepTicks(this.name, this.ticks);
    this.paint();
  }

  paint() {
    const { found, ticks, cards, sheet } = this;
    for (const card of cards) card.mark(ticks[card.found.row]);
    /** @type {Judged[]} */
    const judged = (found?.similar ?? [])
      .filter(({ row }) => row in ticks)
      .map(({ row, rank, unit }) => ({ rank, unit, right: ticks[row] }));
    sheet.precision.textContent = found?.similar.length ? precisionText(judged, found.unit) : "";
    sheet.drawPrecision(judged);
  }

  /**
   * Flags or annotates the ticked clips, one after the other, and says how many are stored.
   *
   * @param {string} act
   * @param {string} label
   */
  async apply(act, label) {
    const { found, source, sheet } = this;
    const user = readSetting(USER_SETTING) ?? "";
    if (!found || !source) return;
    if (!user) return void (sheet.outcome.textContent = NO_NAME);
    if (isOfRight(act) && !label) return void sheet.label.focus();
    const clips = concerned(found.similar, this.ticks, act, label);
    if (!clips.length) {
      const none = isOfRight(act) ? "No clip ticked right needs it." : "No clip is ticked wrong.";
      return void (sheet.outcome.textContent = none);
    }
    sheet.apply.disabled = true;
    let stored = 0;
    try {
      for (const clip of clips) {
        sheet.outcome.textContent = `${grouped(stored)} of ${grouped(clips.length)} …`;
        await this.store(clip, act, label, user);
        stored += 1;
      }
      sheet.outcome.textContent = `${stored} ${act === "annotation" ? "annotated" : "flagged"}.`;
    } catch (error) {
      const why = /** @type {Error} */ (error).message;
      sheet.outcome.textContent = `${grouped(stored)} of ${grouped(clips.length)} stored. ${why}`;
    } finally {
      sheet.apply.disabled = false;
    }
  }

  /**
   * @param {Similar} clip
   * @param {string} act
   * @param {string} label
   * @param {string} user
   */
  async store({ row, start_s, end_s }, act, label, user) {
    const source = /** @type {Source} */ (this.source);
    if (act === "annotation") {
      const values = {
        act: "draw",
        start_s,
        end_s,
        low_hz: null,
        high_hz: null,
        label,
        note: "found by similarity",
      };
      const drawn = await postAnnotation(source, row, values, user);
      return this.actions.acted("annotations", drawn.state);
    }
    const id = `similar-${Date.now().toString(36)}-${row}`;
    const given = isOfRight(act) ? label : "";
    const note = "found by similarity";
    const { dataset, version } = source;
    const decision = { id, kind: act, row, dataset, version, label: given, wrong: "", note };
    const { outcome, reply, sentence } = await postFlag(
      flagsUrl(source.base, `${dataset}/${row}`),
      decision,
      user,
    );
    if (outcome !== "stored") throw new Error(sentence);
    if (reply) this.actions.acted("flags", reply.state);
  }
}
