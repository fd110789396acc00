// @ts-check
// Annotations that users draw on the spectrogram: loaded with a clip, drawn from the box in hand, changed and removed.
// What the server has stored is what the picture shows.

import { USER_SETTING } from "../flag_bar/user.js";
import { fetchChecked } from "../shared/media.js";
import { readSetting, writeSetting } from "../shared/storage.js";
import { AnnotationForm } from "./annotation_form.js";
import { boxAt } from "./box_geometry.js";

/** @import { Box } from "../shared/axes.js" */
/** @import { Source } from "../shared/media.js" */
/** @import { DrawnBox } from "./box_geometry.js" */
/** @import { Spectrogram } from "./spectrogram.js" */
/** @import { Place } from "./viewport.js" */
/**
 * @typedef {object} UserAnnotation
 * @property {string} id
 * @property {number} start_s
 * @property {number} end_s
 * @property {number | null} low_hz
 * @property {number | null} high_hz
 * @property {string} label
 * @property {string} user
 * @property {string} time
 * @property {boolean} mine
 */
/** @typedef {{ annotations: UserAnnotation[], known: string[], state: string }} Drawn what the server has stored */

/**
 * @param {UserAnnotation[]} annotations
 * @returns {Box[]}
 */
export const boxesOf = (annotations) =>
  annotations.map(({ start_s, end_s, low_hz, high_hz, label, user, mine }) => [
    start_s,
    end_s,
    low_hz,
    high_hz,
    mine ? label : `${label} (${user})`,
  ]);

/**
 * @param {Source} source
 * @param {number} row
 * @param {string} [user]
 */
export function annotationsUrl({ base, dataset }, row, user) {
  const path = `${base}/bioviz/annotations/${encodeURIComponent(dataset)}/${row}`;
  return user === undefined ? path : `${path}.json?${new URLSearchParams({ user })}`;
}

/** @returns {string} names one act, so that one that is sent twice counts once */
const actId = () => crypto.randomUUID?.() ?? `act-${Date.now()}-${Math.random().toString(36).slice(2, 12)}`;

/**
 * Has an annotation drawn, changed or removed.
 *
 * @param {Source} source
 * @param {number} row of a clip
 * @param {Record<string, string | number | null>} act
 * @param {string} user
 * @returns {Promise<Drawn>} what is stored then
 * @throws {Error} with a sentence for the user
 */
export async function postAnnotation(source, row, act, user) {
  const body = JSON.stringify({ ...act, user, id: actId(), version: source.version });
  const headers = { "Content-Type": "application/json" };
  const reply = await fetch(annotationsUrl(source, row), { method: "POST", headers, body }).catch(() => {
    throw new Error("The dashboard does not answer, so the annotation is not kept. Save it again.");
  });
  const answer = await reply.json();
  if (!reply.ok) throw new Error(answer.error ?? `It was not kept (status ${reply.status}).`);
  return answer;
}

export class AnnotationDesk {
  /** @type {Source | undefined} */
  source;
  row = -1;
  turn = 0;
  /** @type {UserAnnotation[]} */
  annotations = [];
  /** @type {UserAnnotation | undefined} the one that the box in hand is */
  taken;
  label = ""; // which the next box most likely has: the last one given

  /**
   * @param {Spectrogram} spectrogram
   * @param {(kind: string, value: string) => void} acted called with what the rest of the page is to know
   */
  constructor(spectrogram, acted) {
    this.spectrogram = spectrogram;
    this.acted = acted;
    this.form = new AnnotationForm({
      save: () => this.save(),
      remove: () => this.remove(),
      cancel: () => this.close(),
    });
    spectrogram.panel.addForm(this.form.element);
    spectrogram.onAnnotate = () => this.open();
    spectrogram.onTake = (place) => this.take(place);
    spectrogram.panel.onNewBox = (box) => this.drawn(box);
  }

  /**
   * Another clip.
   *
   * @param {Source} source
   * @param {number} row -1 for none
   */
  move(source, row) {
    Object.assign(this, { source, row, annotations: [], taken: undefined });
    this.close();
    this.spectrogram.picture.annotateOwn([]);
    this.load();
  }

  async load() {
    const turn = ++this.turn;
    if (!this.source || this.row < 0) return;
    try {
      const reply = await fetchChecked(
        annotationsUrl(this.source, this.row, readSetting(USER_SETTING) ?? ""),
      );
      if (turn === this.turn) this.show(await reply.json());
    } catch {
      // The clip's facts and picture say what is wrong; what is drawn later is refused with a sentence.
    }
  }

  /** @param {Drawn} drawn */
  show({ annotations, known }) {
    this.annotations = annotations;
    this.form.offer(known);
    this.spectrogram.picture.annotateOwn(boxesOf(annotations));
  }

  /** @param {DrawnBox | undefined} box drawn anew; one that is moved stays the annotation that it was */
  drawn(box) {
    if (!box) this.taken = undefined;
    this.close();
  }

  /**
   * Takes the annotation at a place as the box in hand, the user's own or one of the dataset.
   *
   * @param {Place} place
   */
  take(place) {
    const { picture, panel } = this.spectrogram;
    const whole = picture.whole();
    if (!whole) return;
    const own = boxesOf(this.annotations);
    const boxes = [...own, ...picture.boxes];
    const index = boxAt(boxes, place);
    if (index < 0) return;
    const [start, end, low, high, label] = boxes[index];
    panel.draw({ start, end, low: low ?? whole.low, high: high ?? whole.high }, true, true);
    this.taken = this.annotations[index]?.mine ? this.annotations[index] : undefined;
    this.label = this.taken?.label ?? label;
  }

  open() {
    if (!this.spectrogram.panel.box) return;
    this.spectrogram.panel.showForm(true);
    this.form.open(
      this.taken?.label ?? this.label,
      readSetting(USER_SETTING) ?? "",
      this.taken !== undefined,
    );
  }

  close() {
    if (!this.form.isOpen) return;
    this.form.close();
    this.spectrogram.panel.showForm(false);
  }

  save() {
    const [answer, { box }] = [this.form.answer(), this.spectrogram.panel];
    if (!answer || !box) return;
    this.label = answer.label;
    const values = {
      start_s: box.start,
      end_s: box.end,
      low_hz: box.low,
      high_hz: box.high,
      label: answer.label,
    };
    /** @type {Record<string, string>} */
    const act = this.taken ? { act: "change", annotation: this.taken.id } : { act: "draw" };
    this.tell({ ...act, ...values }, answer.user);
  }

  remove() {
    if (this.taken) this.tell({ act: "remove", annotation: this.taken.id }, readSetting(USER_SETTING) ?? "");
  }

  /**
   * @param {Record<string, string | number>} act
   * @param {string} user
   */
  async tell(act, user) {
    const { source, row, spectrogram } = this;
    if (!source) return;
    const turn = ++this.turn;
    try {
      const answer = await postAnnotation(source, row, act, user);
      writeSetting(USER_SETTING, user);
      this.acted("annotations", answer.state);
      if (turn !== this.turn) return;
      this.show(answer);
      spectrogram.panel.draw(undefined, true);
    } catch (error) {
      if (turn === this.turn) spectrogram.panel.say(/** @type {Error} */ (error).message);
    }
  }
}
