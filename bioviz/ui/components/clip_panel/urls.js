// @ts-check
// Where the sound, picture and facts of clips are, as the settings are now.

import { THUMBNAIL, clipUrl, factsUrl } from "../shared/media.js";
import { pictureQuery, soundQuery } from "./settings.js";

/** @import { Source } from "../shared/media.js" */
/** @import { Settings } from "./settings.js" */

export class ClipUrls {
  /** @type {Source} */
  #source = { base: "", dataset: "", version: "" };
  /** @type {string | null} */
  #run = null;
  #dark = false;

  /**
   * @param {Settings} settings as they are changed later, too
   * @param {() => number} pictureWidth in pixels of the screen
   */
  constructor(settings, pictureWidth) {
    this.settings = settings;
    this.pictureWidth = pictureWidth;
  }

  /**
   * @param {Source & { run: string | null }} data
   * @returns {boolean} whether other clips are meant than before, or those of another run
   */
  move({ base, dataset, version, run }) {
    const before = JSON.stringify([this.#source, this.#run]);
    this.#source = { base, dataset, version };
    this.#run = run;
    return before !== JSON.stringify([this.#source, this.#run]);
  }

  /**
   * @param {boolean} dark whether the page is
   * @returns {boolean} whether that is new
   */
  setDark(dark) {
    const changed = dark !== this.#dark;
    this.#dark = dark;
    return changed;
  }

  #pictureQuery() {
    return pictureQuery(this.settings, this.#dark, this.pictureWidth());
  }

  /** @param {number} row */
  picture(row) {
    return clipUrl(this.#source, row, "png", this.#pictureQuery());
  }

  /** @param {number} row */
  thumbnail(row) {
    return clipUrl(this.#source, row, "png", { ...THUMBNAIL, cmap: this.#pictureQuery().cmap });
  }

  /** @param {number} row */
  sound(row) {
    return clipUrl(this.#source, row, "wav", soundQuery(this.settings));
  }

  /**
   * Without context around the clip.
   *
   * @param {number} row
   */
  bareSound(row) {
    return clipUrl(this.#source, row, "wav", { ...soundQuery(this.settings), context: 0 });
  }

  /** @param {number} row */
  facts(row) {
    return factsUrl(this.#source, this.#run, row);
  }
}
