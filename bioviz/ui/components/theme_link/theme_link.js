// @ts-check
// Tells Python that the theme was changed. Streamlit calls components when it is, but draws nothing anew itself.

import { isDark } from "../shared/colours.js";
import { mounting } from "../shared/mounting.js";

/** @import { Component } from "../shared/mounting.js" */
/** @typedef {{ dark: boolean }} Data what Python has drawn the page for */

/**
 * What to ask Python for; undefined where it knows, or was asked already.
 *
 * @param {boolean} isDarkNow
 * @param {boolean} drawnDark
 * @param {boolean | undefined} asked last
 * @returns {boolean | undefined}
 */
export function wanted(isDarkNow, drawnDark, asked) {
  return isDarkNow === drawnDark || isDarkNow === asked ? undefined : isDarkNow;
}

class ThemeLink {
  /** @type {boolean | undefined} */
  asked;

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.parent = parent;
  }

  /** @param {Component<Data>} component */
  update({ data, setStateValue }) {
    const now = isDark(this.parent);
    const dark = wanted(now, data.dark, this.asked);
    this.asked = now === data.dark ? undefined : now;
    if (dark !== undefined) setStateValue("dark", dark);
  }

  stop() {}
}

export default mounting(ThemeLink);
