// @ts-check
// Gives what is cut off for want of room its whole text as title, when it is pointed at or reached by a key.

import { mounting } from "../shared/mounting.js";

const DEEP = 6; // elements around what is pointed at, of which one may cut it

/**
 * The whole text of what is cut, "" where nothing is.
 *
 * @param {{ scrollWidth: number, clientWidth: number, value?: string | number, textContent: string | null }} part
 * @param {string} textOverflow as its style has it
 * @returns {string}
 */
export function whole(part, textOverflow) {
  if (textOverflow !== "ellipsis" || part.scrollWidth <= part.clientWidth) return "";
  // A field has its text as its value; that of a button is "", and that of a line of a list a number.
  const own = typeof part.value === "string" ? part.value : "";
  return (own || part.textContent || "").trim();
}

class WholeNames {
  listening = new AbortController();
  /** @type {WeakMap<HTMLElement, string>} titles that were given here */
  given = new WeakMap();

  /** @param {HTMLElement} _ */
  constructor(_) {
    for (const kind of ["pointerover", "focusin"])
      document.addEventListener(kind, (event) => this.look(event), {
        passive: true,
        signal: this.listening.signal,
      });
  }

  update() {}

  /** @param {Event} event */
  look(event) {
    for (const part of event.composedPath().slice(0, DEEP)) {
      if (!(part instanceof HTMLElement)) continue;
      const text = whole(part, getComputedStyle(part).textOverflow);
      if (text && (!part.title || part.title === this.given.get(part))) {
        part.title = text;
        this.given.set(part, text);
      } else if (!text && part.title && part.title === this.given.get(part)) part.removeAttribute("title");
    }
  }

  stop() {
    this.listening.abort();
  }
}

export default mounting(WholeNames);
