// @ts-check
// Between the log of acts in this tab and Python: tells Python of new acts soon after they happen, hands Python's own
// to the log, and keeps the page's address at the newest act, whatever Python last knew.

import { actLog } from "./acts.js";
import { addressCorrection, correctAddresses, correctedAddress } from "./address.js";
import { mounting } from "./mounting.js";

/** @import { Act, ActLog, SentAct } from "./acts.js" */
/** @import { Component } from "./mounting.js" */
/**
 * @typedef {object} Data
 * @property {string} group
 * @property {string} dataset
 * @property {Record<string, SentAct>} acts what Python made known
 * @property {Record<string, number>} known of each kind the number of the newest act that Python knows
 * @property {Record<string, unknown>} address as of `Addressed`
 */

const TELL_AFTER_MS = 250; // of quick steps only the last need be heard of

/**
 * Kinds with an act of this browser that Python has neither been told of nor known by itself.
 *
 * @param {ActLog} log
 * @param {Record<string, number>} known
 * @param {Map<string, number>} sent kind -> number of the newest act of it that was sent
 */
export function unsentKinds(log, known, sent) {
  const newest = (/** @type {string} */ kind) => Math.max(sent.get(kind) ?? -1, known[kind] ?? -1);
  return [...log.acts]
    .filter(([kind, act]) => act.browser && act.number > newest(kind))
    .map(([kind]) => kind);
}

class ActLink {
  /** @type {Map<string, number>} */
  sent = new Map();
  path = location.pathname;
  end = new AbortController();
  /** @type {Data} */
  data;
  /** @type {ActLog} */
  log;
  /** @type {(name: string, value: unknown) => void} */
  send;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  waiting;
  /** @type {() => void} */
  stopListening = () => {};

  constructor() {
    // What is clicked next may be a control of Python's, whose act has to come after those before it.
    const now = () => this.waiting && this.tell();
    const options = { capture: true, signal: this.end.signal };
    for (const type of ["pointerdown", "pagehide"]) window.addEventListener(type, now, options);
    this.correct = (/** @type {string} */ address) =>
      correctedAddress(address, this.data, this.log, location, this.path);
  }

  /** @param {Component<Data>} component */
  update({ data, setStateValue }) {
    this.data = data;
    this.send = setStateValue;
    const log = actLog(data.group);
    if (log !== this.log) {
      this.stopListening();
      this.log = log;
      this.stopListening = log.on((_, act) => this.heard(act));
    }
    correctAddresses(this.correct);
    log.hear(data.acts);
    if (this.unsent().length) this.soon();
    this.writeAddress();
  }

  stop() {
    clearTimeout(this.waiting);
    this.stopListening();
    this.end.abort();
    if (addressCorrection() === this.correct) correctAddresses(undefined);
  }

  /** @param {Act} act */
  heard(act) {
    this.writeAddress();
    if (act.browser) this.soon();
  }

  unsent() {
    return unsentKinds(this.log, this.data.known, this.sent);
  }

  soon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.tell(), TELL_AFTER_MS);
  }

  tell() {
    clearTimeout(this.waiting);
    this.waiting = undefined;
    if (!this.unsent().length) return;
    for (const [kind, { number }] of this.log.acts) this.sent.set(kind, number);
    this.send("acts", this.log.toSend());
  }

  writeAddress() {
    const address = this.correct(location.href);
    if (address !== location.href) history.replaceState(history.state, "", address);
  }
}

export default mounting(ActLink);
