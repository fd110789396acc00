// @ts-check
// Decisions on their way to the server, in the order they were made. No DOM here.

/** @import { FlagsOfClip } from "./status.js" */
/**
 * @typedef {object} Decision
 * @property {string} id so that one that is sent twice counts once
 * @property {string} kind of flag, or "undo"
 * @property {string} dataset
 * @property {string} version of the dataset
 * @property {number} row
 * @property {string} label
 * @property {string} wrong label that is wrong
 * @property {string} note
 */
/**
 * @typedef {object} Delivery what became of one
 * @property {"stored" | "refused" | "later"} outcome
 * @property {FlagsOfClip} [reply] what the server has stored, where it has
 * @property {string} [sentence] why it was not
 */

const RETRY_AFTER_MS = 4000;

/** Of two decisions on a clip the later counts, so they are sent one after the other. */
export class FlagQueue {
  /** @type {Decision[]} */
  waiting = [];
  #sending = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retrying;

  /**
   * @param {(decision: Decision) => Promise<Delivery>} deliver
   * @param {(decision: Decision, delivery: Delivery) => void} delivered called after each attempt
   * @param {number} [retryAfterMs] after which one that has to wait is sent again
   */
  constructor(deliver, delivered, retryAfterMs = RETRY_AFTER_MS) {
    this.deliver = deliver;
    this.delivered = delivered;
    this.retryAfterMs = retryAfterMs;
  }

  get length() {
    return this.waiting.length;
  }

  /** @param {Decision} decision */
  push(decision) {
    this.waiting.push(decision);
  }

  clear() {
    this.waiting = [];
  }

  /**
   * The last decision on a clip that is not stored yet.
   *
   * @param {string} dataset
   * @param {number} row
   */
  lastOn(dataset, row) {
    return this.waiting.findLast((decision) => decision.row === row && decision.dataset === dataset);
  }

  /** Sends until none waits, or one has to wait for later. */
  async send() {
    if (this.#sending) return;
    this.#sending = true;
    clearTimeout(this.#retrying);
    try {
      while (this.waiting.length) {
        const [decision] = this.waiting;
        const delivery = await this.deliver(decision);
        if (delivery.outcome !== "later" && this.waiting[0] === decision) this.waiting.shift();
        this.delivered(decision, delivery);
        if (delivery.outcome !== "later") continue;
        this.#retrying = setTimeout(() => this.send(), this.retryAfterMs);
        return;
      }
    } finally {
      this.#sending = false;
    }
  }
}
