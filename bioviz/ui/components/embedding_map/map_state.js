// @ts-check
// What a map is of and what its user looks at: points, colouring, selection, focus. What is drawn of it is in view.js.

import { selectionOf } from "./picking.js";
import { hasNameOf } from "./points.js";
import { readSetting } from "../shared/storage.js";

/** @import { BackgroundLook } from "./figure.js" */
/** @import { Act, ActLog } from "../shared/acts.js" */
/** @import { Region } from "./callout.js" */
/** @import { Selection } from "./picking.js" */
/** @import { Points } from "./points.js" */
/** @import { Focus } from "./linked_maps.js" */
/** @import { Theme } from "./theme.js" */
/** @import { View } from "./view_box.js" */
/**
 * @typedef {object} MapProps
 * @property {string} digest of the points
 * @property {string} map_key
 * @property {string} group
 * @property {string} dataset
 * @property {string} colour_kind of the acts that choose the colouring
 * @property {boolean} lock_view
 * @property {string} height of the picture, as a style sheet has it
 * @property {string} label
 * @property {boolean} fill take the height of what is around
 * @property {string} headline a sentence on the map
 * @property {boolean} legend whether it has one of its own, with the choice of colours
 * @property {Region[]} regions of calls among background, the largest first, then of background among calls
 * @property {string} plotly_url
 */

export const BACKGROUND_SETTING = "bioviz_map_background";
/** @type {readonly BackgroundLook[]} */
const LOOKS = ["both", "dots", "contours"];

export class MapState {
  /** @type {Set<number> | null} codes of the names that are seen alone */
  isolated = null;
  /** @type {number | null} code of the name in the legend that the pointer is on */
  previewed = null;
  /** @type {Selection | null} */
  selection = null;
  /** @type {Act | null | undefined} whose selection it is; undefined where that is to be found anew */
  selectedBy;
  picked = -1;
  hovered = -1;
  linked = -1;
  // The following are there from the first update on.
  /** @type {MapProps} */
  props;
  /** @type {ActLog} */
  log;
  /** @type {Points} */
  points;
  /** @type {View} */
  view;
  /** @type {string | undefined} */
  colourId;
  /** @type {() => void} */
  stopListening = () => {};

  /** @param {ActLog} log */
  follow(log) {
    if (log === this.log) return;
    this.stopListening();
    this.log = log;
    this.stopListening = log.on((kind, act) => this.heardAct(kind, act));
  }

  /** @param {Points} points others than before, or the same with other marks */
  take(points) {
    const before = this.points;
    this.points = points;
    this.selectedBy = undefined; // an outline may have been drawn among the names of marks
    if (before?.digest !== points.digest) this.hovered = this.linked = -1;
    if (before?.places !== points.places) this.view = points.extent;
    const names = (/** @type {Points | undefined} */ of) => {
      const colouring = of?.colouring(this.colourId);
      return colouring?.kind === "categories" ? String(colouring.names) : undefined;
    };
    if (names(before) !== names(points)) this.isolated = null;
  }

  takeActs() {
    this.takePick();
    this.takeColour();
    this.takeSelection();
    if (this.colourId !== undefined) this.showColouring(this.colourId);
  }

  takePick() {
    const row = this.log.clip(this.props.dataset);
    this.picked = row < 0 ? -1 : this.points.indexOf(row);
  }

  takeSelection() {
    const act = this.log.acts.get("selection") ?? null;
    if (act === this.selectedBy) return; // to find the points in it takes a moment where they are many
    this.selectedBy = act;
    this.selection = selectionOf(this.points, act ?? undefined);
  }

  /** Whether it is another colouring than before. One that these points lack gives their first. */
  takeColour() {
    const { id } = this.points.colouring(this.log.get(this.props.colour_kind));
    if (id === this.colourId) return false;
    this.colourId = id;
    this.isolated = null;
    this.showColouring(id);
    return true;
  }

  /**
   * Takes which names are in focus from the legend that this map shares with others.
   *
   * @param {Pick<Focus, "names" | "glance">} focus
   */
  takeFocus({ names, glance }) {
    const colouring = this.points.colouring(this.colourId);
    const known = colouring.kind === "categories" ? colouring.names : [];
    // A name that this map lacks has code -1: nothing but background is in focus then.
    this.isolated = names && new Set(names.map((name) => known.indexOf(name)));
    this.previewed = glance === null ? null : known.indexOf(glance);
  }

  /** @returns {(i: number) => boolean} */
  isActive() {
    const mask = this.selection?.mask;
    const wanted = this.isWanted();
    return mask ? (i) => mask[i] === 1 && wanted(i) : wanted;
  }

  /** Which points are not greyed out: those of the names in focus beside all background, or those selected. */
  isShown() {
    const colouring = this.points.colouring(this.colourId);
    const focus = this.previewed === null ? this.isolated : new Set([this.previewed]);
    if (this.selection || !focus) return this.isActive();
    const wanted = hasNameOf(colouring, focus);
    return (/** @type {number} */ i) => wanted(i) || this.points.background[i] === 1;
  }

  isWanted() {
    return hasNameOf(this.points.colouring(this.colourId), this.isolated);
  }

  /** How background is drawn: as this browser was told last. */
  backgroundLook() {
    const told = readSetting(BACKGROUND_SETTING);
    return LOOKS.find((look) => look === told) ?? "both";
  }

  /**
   * What a drawing is made of: as long as all of it is the same, so is the drawing.
   *
   * @param {Theme} theme
   */
  shownNow(theme) {
    const { points, colourId, selection, isolated, previewed } = this;
    const given = JSON.stringify([this.props, theme]);
    const looks = [points.colouring(colourId), selection, isolated, previewed, this.backgroundLook()];
    return [given, points.digest, ...looks];
  }

  get numbers() {
    return { placed: this.points.order.length, total: this.points.n, note: this.points.note };
  }

  // ---- what the map does with it: see view.js and embedding_map.js --------------------------------------

  showColouring(/** @type {string} */ _id) {}
  heardAct(/** @type {string} */ _kind, /** @type {Act} */ _act) {}
}
