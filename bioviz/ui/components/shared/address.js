// @ts-check
// The page's address follows what was done last in the browser, whatever Python last knew.

/** @import { ActLog } from "./acts.js" */
/**
 * @typedef {object} Addressed
 * @property {string} dataset
 * @property {Record<string, unknown>} address the kinds of acts that the address holds, each with its usual value,
 *   which the address leaves out
 */

/**
 * An address of a page and dataset with what was done last in it; any other address as it is.
 *
 * @param {string} address
 * @param {Addressed} shown
 * @param {ActLog} log
 * @param {URL | Location} here of the page
 * @param {string} path of the page
 */
export function correctedAddress(address, shown, log, here, path) {
  const url = new URL(address, here.href);
  const elsewhere = url.origin !== here.origin || url.pathname !== path;
  if (elsewhere || url.searchParams.get("dataset") !== shown.dataset) return address;
  const before = url.search;
  for (const [kind, usual] of Object.entries(shown.address)) {
    const value = kind === "clip" ? log.clip(shown.dataset) : log.get(kind);
    const wanted = value === undefined || String(value) === String(usual) ? null : String(value);
    if (url.searchParams.get(kind) === wanted) continue;
    if (wanted === null) url.searchParams.delete(kind);
    else url.searchParams.set(kind, wanted);
  }
  return url.search === before ? address : url.href;
}

/** @type {((address: string) => string) | undefined} */
let correct;
let watched = false;

/**
 * Streamlit writes the address that the last run of Python knew: it is corrected on the way. Within a page it takes
 * the place of the one before: "Back" leaves the page, it does not bring back an address that shows another clip
 * than the screen.
 *
 * @param {((address: string) => string) | undefined} correction undefined where no page with clips is shown
 */
export function correctAddresses(correction) {
  correct = correction;
  if (watched) return;
  watched = true;
  const replace = history.replaceState.bind(history);
  const push = history.pushState.bind(history);
  /** @param {string | URL | null | undefined} address */
  const corrected = (address) => (address && correct ? correct(String(address)) : address);
  history.replaceState = (state, title, address) => replace(state, title, corrected(address));
  history.pushState = (state, title, address) => {
    const within = correct && address && new URL(address, location.href).pathname === location.pathname;
    (within ? replace : push)(state, title, corrected(address));
  };
}

/** @returns {typeof correct} what corrects addresses now */
export const addressCorrection = () => correct;
