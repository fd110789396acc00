// @ts-check
// The server's routes for flags.

import { fetchChecked } from "../shared/media.js";

/** @import { Decision, Delivery } from "./queue.js" */
/** @import { FlagsOfClip } from "./status.js" */

/**
 * @param {string} base path of the server
 * @param {string} path of what is asked for, such as "dataset/row.json"
 * @param {Record<string, string>} [query]
 */
export function flagsUrl(base, path, query = {}) {
  const asked = new URLSearchParams(query).toString();
  return `${base}/bioviz/flags/${path.split("/").map(encodeURIComponent).join("/")}${asked && `?${asked}`}`;
}

/**
 * Posts a decision; what the server answers decides what becomes of it.
 *
 * @param {string} url
 * @param {Decision} decision
 * @param {string} user
 * @returns {Promise<Delivery>}
 */
export async function post(url, { id, kind, version, row, label, wrong, note }, user) {
  let reply, answer;
  try {
    reply = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ id, kind, version, label, wrong, note, user }),
      keepalive: true,
    });
    answer = await reply.json();
  } catch {
    return { outcome: "later", sentence: "The dashboard does not answer. It is tried again until it does." };
  }
  if (reply.status >= 500) {
    return { outcome: "later", sentence: `${answer.error ?? "The server failed."} It is tried again.` };
  }
  if (reply.ok) return { outcome: "stored", reply: answer };
  const sentence = `Clip ${row} was not flagged: ${answer.error ?? `status ${reply.status}`}`;
  return { outcome: "refused", sentence };
}

export class FlagApi {
  /** @param {() => string} base path of the server */
  constructor(base) {
    this.base = base;
  }

  /**
   * @param {Decision} decision
   * @param {string} user
   */
  post(decision, user) {
    return post(flagsUrl(this.base(), `${decision.dataset}/${decision.row}`), decision, user);
  }

  /**
   * @param {string} dataset
   * @param {number} row
   * @param {string} user whose own flag is told from others'
   * @returns {Promise<FlagsOfClip>}
   */
  async flagsOf(dataset, row, user) {
    return (await fetchChecked(flagsUrl(this.base(), `${dataset}/${row}.json`, { user }))).json();
  }

  /**
   * @param {string} name
   * @returns {Promise<string>} as the server writes it
   */
  async checkedUser(name) {
    return (await (await fetchChecked(flagsUrl(this.base(), "user.json", { name }))).json()).user;
  }
}
