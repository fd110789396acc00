// @ts-check
// Says that the server is gone, for as long as it is. Streamlit connects again by itself.

import { el } from "../shared/dom.js";
import { mounting } from "../shared/mounting.js";

const PATIENCE_MS = 2000; // a lost line that comes back sooner is not worth a word
const LOOK_MS = 500;
const STYLE =
  "position:fixed;z-index:1000002;inset:0 0 auto 0;padding:10px 16px;display:flex;gap:16px;align-items:center;" +
  "justify-content:center;flex-wrap:wrap;background:#7a4b00;color:#fff;font:14px/1.4 system-ui,sans-serif";
const BUTTON =
  "font:inherit;color:inherit;background:transparent;border:1px solid;border-radius:6px;padding:4px 12px;min-height:28px;cursor:pointer";

/** What the banner says. */
export const GONE =
  "bioviz does not answer. Work that was started goes on, and this page comes back by itself when bioviz does.";

/**
 * When the banner is shown.
 *
 * @param {string | undefined} state of the connection, as Streamlit names it
 * @param {number} now in ms
 * @param {number | undefined} since when it has been gone
 * @returns {{ since: number | undefined, shown: boolean }}
 */
export function judged(state, now, since) {
  if (state === undefined || state === "CONNECTED" || state === "INITIAL" || state === "STATIC_CONNECTED")
    return { since: undefined, shown: false };
  const start = since ?? now;
  return { since: start, shown: now - start >= PATIENCE_MS };
}

class Connection {
  /** @type {number | undefined} */
  since;

  /** @param {HTMLElement} _ */
  constructor(_) {
    this.banner = el(
      "div",
      { role: "alert", class: "bioviz-gone", style: STYLE },
      el("span", { text: GONE }),
      el("button", {
        type: "button",
        style: BUTTON,
        text: "Load the page anew",
        onclick: () => location.reload(),
      }),
    );
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  update() {}

  look() {
    const state = document
      .querySelector("[data-test-connection-state]")
      ?.getAttribute("data-test-connection-state");
    const { since, shown } = judged(state ?? undefined, Date.now(), this.since);
    this.since = since;
    if (shown !== this.banner.isConnected) shown ? document.body.append(this.banner) : this.banner.remove();
    if (since !== undefined) this.closeDevelopersDialog();
  }

  /** Streamlit tells to run "yourscript.py" in a terminal. */
  closeDevelopersDialog() {
    for (const dialog of document.querySelectorAll('[role="dialog"]')) {
      if (!dialog.textContent?.startsWith("Connection error")) continue;
      /** @type {HTMLElement | null} */ (dialog.querySelector('button[aria-label="Close"]'))?.click();
    }
  }

  stop() {
    clearInterval(this.timer);
    this.banner.remove();
  }
}

export default mounting(Connection);
