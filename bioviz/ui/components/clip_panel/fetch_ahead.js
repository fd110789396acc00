// @ts-check
// Fetching clips that the user has not asked for yet, and calling it off.

import { fetchChecked, keptFacts, keptPictures } from "../shared/media.js";

const AFTER_MS = 250;

export class FetchAhead {
  /** @type {Map<number, AbortController>} */
  #fetching = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waiting;

  /** @param {number} row */
  #signal(row) {
    let controller = this.#fetching.get(row);
    if (!controller) this.#fetching.set(row, (controller = new AbortController()));
    return controller.signal;
  }

  /**
   * @param {number} row
   * @param {{ facts?: string, picture?: string, sound?: string }} urls
   */
  fetch(row, { facts, picture, sound }) {
    const ahead = this.#signal(row);
    const ignored = () => {}; // a click will tell what is wrong
    if (picture) keptPictures.get(picture, ahead).catch(ignored);
    if (facts) keptFacts.get(facts, ahead).catch(ignored);
    if (sound) {
      fetchChecked(sound, ahead)
        .then((reply) => reply.blob()) // read to its end, or the browser does not keep it
        .catch(ignored);
    }
  }

  /**
   * Fetch clips that are likely to be asked for next, once the user has looked at this one for a moment.
   *
   * @param {() => number[]} rows asked when the moment is over; none where another clip is shown by then
   * @param {{ facts: (row: number) => string, picture: (row: number) => string, sound: (row: number) => string }} urls
   */
  soon(rows, urls) {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => {
      for (const row of rows()) {
        this.fetch(row, { facts: urls.facts(row), picture: urls.picture(row), sound: urls.sound(row) });
      }
    }, AFTER_MS);
  }

  /**
   * A browser has six connections to a server: what was fetched ahead for the clip before must not hold them.
   *
   * @param {number | undefined} row whose fetching goes on
   */
  callOffAllBut(row) {
    for (const [other, controller] of this.#fetching) {
      if (other === row) continue;
      controller.abort();
      this.#fetching.delete(other);
    }
  }
}
