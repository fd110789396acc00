// @ts-check
// Where the sound, picture and facts of clips are, as the settings are now.

import { THUMBNAIL, boxUrl, clipUrl, factsUrl } from "../shared/media.js";
import { pictureQuery, soundQuery } from "./settings.js";

/** @import { Query, Source } from "../shared/media.js" */
/** @import { BoxSource } from "./box_panel.js" */
/** @import { PictureSource } from "./picture_images.js" */
/** @import { Settings } from "./settings.js" */
/** @import { View } from "./viewport.js" */

/**
 * @param {number} start seconds in the recording
 * @param {number} end
 * @returns {Query} to ten microseconds
 */
const timesQuery = (start, end) => ({ from: start.toFixed(5), to: end.toFixed(5) });

/**
 * @param {View | undefined} part a view or a box; all for none
 * @returns {Query}
 */
const partQuery = (part) =>
  part ? { ...timesQuery(part.start, part.end), low: part.low.toFixed(1), high: part.high.toFixed(1) } : {};

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
    return this.ofClip(row).picture();
  }

  /**
   * Of one clip what its spectrogram, parts of it and boxes on it are asked for.
   *
   * @param {number} row
   * @returns {PictureSource & BoxSource}
   */
  ofClip(row) {
    const query = this.#pictureQuery();
    const sound = soundQuery({ ...this.settings, band: false });
    const { cmap, ...numbers } = query;
    /** @type {(kind: "png" | "levels" | "waveform" | "wav", asked: Query) => string} */
    const at = (kind, asked) => clipUrl(this.#source, row, kind, asked);
    return {
      picture: (part, top) =>
        at("png", { ...numbers, ...partQuery(part), ...(part && top !== undefined ? { top } : {}), cmap }),
      levels: (part) => at("levels", { ...numbers, ...partQuery(part) }),
      waveform: ({ start, end }) => {
        const { context, w } = query;
        return at("waveform", { context, w, ...timesQuery(start, end) });
      },
      sound: (box) => at("wav", { ...sound, ...partQuery(box) }),
      measures: (box) => boxUrl(this.#source, row, { context: this.settings.context, ...partQuery(box) }),
    };
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
