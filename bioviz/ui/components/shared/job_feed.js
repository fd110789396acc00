// @ts-check
// What a job is at, asked of the server by the browser itself: no run of Python is needed to show that work goes on.

/**
 * @typedef {object} Progress
 * @property {string} text stage, count, speed and time left
 * @property {number} share 0 to 1
 * @property {string} note the latest that the work says of itself
 * @property {boolean} over it has ended, or its record is gone
 * @property {boolean} [lost] the server has not answered for a while
 */
/** @typedef {(progress: Progress) => void} Listener */

const EVERY_MS = 1000;
const HIDDEN_MS = 5000; // nobody looks
const SLOWEST_MS = 10_000; // while the server does not answer
const PATIENCE = 3; // failures in a row before it is said

/** What stands where the server does not answer. */
export const LOST =
  "The server does not answer. Work that was started goes on; this page waits for the server …";

/**
 * @param {string} base path of the server
 * @param {string} job
 */
export const jobUrl = (base, job) => `${base}/bioviz/jobs/${encodeURIComponent(job)}.json`;

/**
 * @param {number} failures in a row
 * @param {boolean} hidden nobody sees the page
 */
export function pause(failures, hidden) {
  const slower = failures < PATIENCE ? EVERY_MS : EVERY_MS * 2 ** (failures - PATIENCE + 1);
  return Math.min(SLOWEST_MS, hidden ? Math.max(HIDDEN_MS, slower) : slower);
}

/**
 * @param {string} url
 * @returns {Promise<Progress>}
 */
async function ask(url) {
  const reply = await fetch(url, { cache: "no-store" });
  if (reply.status === 404) return { text: "", share: 0, note: "", over: true }; // cleared away
  if (!reply.ok) throw new Error(`${reply.status}`);
  return await reply.json();
}

/** Asks one job, for however many parts of the page follow it. */
export class JobFeed {
  /** @type {Set<Listener>} */
  listeners = new Set();
  /** @type {Progress | undefined} */
  latest;
  failures = 0;
  turn = 0; // counts up with each start, so that an answer to an earlier one is nothing

  /**
   * @param {string} url
   * @param {(url: string) => Promise<Progress>} [asking]
   */
  constructor(url, asking = ask) {
    this.url = url;
    this.asking = asking;
  }

  /** @param {Listener} listener */
  follow(listener) {
    this.listeners.add(listener);
    if (this.latest) listener(this.latest);
    if (this.listeners.size === 1) void this.poll(++this.turn);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.turn += 1;
    };
  }

  /** @param {number} turn */
  async poll(turn) {
    try {
      const answer = await this.asking(this.url);
      this.failures = 0;
      this.latest = { ...answer, lost: false };
    } catch {
      this.failures += 1;
      if (this.failures >= PATIENCE)
        this.latest = { text: "", share: 0, note: "", over: false, ...this.latest, lost: true };
    }
    if (turn !== this.turn) return;
    if (this.latest) for (const listener of [...this.listeners]) listener(this.latest);
    if (turn === this.turn)
      setTimeout(() => turn === this.turn && this.poll(turn), pause(this.failures, document.hidden));
  }
}

/** @type {Map<string, JobFeed>} */
const feeds = new Map();

/**
 * Follow a job until what is returned is called.
 *
 * @param {string} base path of the server
 * @param {string} job its id
 * @param {Listener} listener called about once a second
 * @returns {() => void}
 */
export function followJob(base, job, listener) {
  const url = jobUrl(base, job);
  const feed = feeds.get(url) ?? new JobFeed(url);
  feeds.set(url, feed);
  const leave = feed.follow(listener);
  return () => {
    leave();
    if (feed.listeners.size === 0) feeds.delete(url);
  };
}
