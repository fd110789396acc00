// @ts-check
// Parts of the page that tell one another something without knowing one another.

/** @template Message */
export class Channel {
  /** @type {Set<(message: Message) => unknown>} */
  #listeners = new Set();

  /**
   * @param {(message: Message) => unknown} listener called with each message from now on
   * @returns {() => void} how to stop
   */
  on(listener) {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** @param {Message} message */
  tell(message) {
    for (const listener of [...this.#listeners]) listener(message);
  }
}
