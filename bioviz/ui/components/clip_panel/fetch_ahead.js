// @ts-check
// Fetching clips that the user has not asked for yet, and calling it off.

import { fetchChecked, keptFacts, keptPictures } from "../shared/media.js";

export class FetchAhead {
  /** @type {Map<number, AbortController>} */
  #fetching = new Map();

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
