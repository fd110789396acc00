// @ts-check
// Clips over HTTP: their addresses, and what was fetched last.

/**
 * @typedef {object} Source whose clips; naming the version lets the browser keep what it has got
 * @property {string} base path of the server
 * @property {string} dataset
 * @property {string} version
 */
/** @typedef {Record<string, string | number>} Query */

/** What is asked for where many clips are shown; `thumb` says that nobody waits for it. */
export const THUMBNAIL = { w: 160, h: 64, db_range: 45, thumb: 1 };

/**
 * @param {Source} source
 * @param {number} row
 * @param {"wav" | "png" | "levels" | "waveform" | "json"} kind
 * @param {Query} [query]
 */
export function clipUrl(source, row, kind, query = {}) {
  const asked = new URLSearchParams(
    Object.entries({ ...query, v: source.version }).map(([name, value]) => [name, String(value)]),
  );
  return `${source.base}/bioviz/clip/${encodeURIComponent(source.dataset)}/${row}.${kind}?${asked}`;
}

/**
 * Where what is measured of a box on a clip is.
 *
 * @param {Source} source
 * @param {number} row
 * @param {Query} query
 */
export const boxUrl = (source, row, query) =>
  clipUrl(source, row, "json", query).replace(/\.json\?/, "/box.json?");

/**
 * Where the facts of a clip are: those of a run where there is one.
 *
 * @param {Source} source
 * @param {string | null} run
 * @param {number} row
 */
export function factsUrl(source, run, row) {
  const under = run ? `run/${encodeURIComponent(run)}/clip` : `clip/${encodeURIComponent(source.dataset)}`;
  return `${source.base}/bioviz/${under}/${row}.json?v=${source.version}`;
}

/**
 * @param {string | ArrayLike<number> | null | undefined} rows a list, or base64 of little-endian int32
 * @returns {Int32Array}
 */
export function decodeRows(rows) {
  if (!rows) return new Int32Array(0);
  if (typeof rows !== "string") return rows instanceof Int32Array ? rows : Int32Array.from(rows);
  const text = atob(rows);
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  return new Int32Array(bytes.buffer);
}

/**
 * @param {string} url
 * @param {AbortSignal} [ahead] calls off what is fetched before the user asks for it
 * @param {"GET" | "HEAD"} [method] HEAD for what is said of it alone
 * @returns {Promise<Response>}
 * @throws {Error} with a sentence for the user
 */
export async function fetchChecked(url, ahead, method = "GET") {
  let reply;
  try {
    reply = await fetch(url, {
      method,
      headers: ahead ? { "X-Bioviz-Ahead": "1" } : {},
      priority: ahead ? "low" : "high",
      signal: ahead,
    });
  } catch {
    throw new Error("The dashboard does not answer. Check that it is still running.");
  }
  if (reply.ok) return reply;
  const refusal = await reply.json().catch(() => ({}));
  throw new Error(refusal.error ?? `This could not be loaded (status ${reply.status}).`);
}

/**
 * Keeps the last results of loading and asks once for what is asked for twice. Failures are not kept.
 *
 * @template Result
 */
export class Kept {
  /** @type {Map<string, { result: Promise<Result>, ahead: AbortSignal | undefined }>} */
  #held = new Map();

  /**
   * @param {(url: string, ahead?: AbortSignal) => Promise<Result>} load
   * @param {number} limit how many are kept
   * @param {(result: Result) => void} [drop] called with one that is kept no longer
   */
  constructor(load, limit, drop = () => {}) {
    this.load = load;
    this.limit = limit;
    this.drop = drop;
  }

  get size() {
    return this.#held.size;
  }

  /**
   * @param {string} url
   * @param {AbortSignal} [ahead] as of `fetchChecked`
   * @returns {Promise<Result>}
   */
  get(url, ahead) {
    const entry = this.#held.get(url) ?? this.#start(url, ahead);
    this.#held.delete(url);
    this.#held.set(url, entry); // the newest
    this.#trim();
    if (ahead || !entry.ahead) return entry.result;
    const { ahead: calledOff } = entry;
    // Who fetched it ahead may call it off; who needs it now then loads it anew.
    return entry.result.catch((error) => {
      if (!calledOff.aborted) throw error;
      return this.get(url);
    });
  }

  /**
   * @param {string} url
   * @param {AbortSignal} [ahead]
   */
  #start(url, ahead) {
    const entry = { result: this.load(url, ahead), ahead };
    entry.result.catch(() => this.#held.get(url) === entry && this.#held.delete(url));
    return entry;
  }

  #trim() {
    if (this.#held.size <= this.limit) return;
    const [[oldest, { result }]] = this.#held;
    this.#held.delete(oldest);
    result.then(this.drop, () => {});
  }
}

/**
 * @typedef {object} PictureAbout what the server says of a spectrogram
 * @property {number} start_s seconds in the recording
 * @property {number} end_s
 * @property {number} low_hz
 * @property {number} high_hz
 * @property {"linear" | "mel"} axis
 * @property {number} top_db
 * @property {number} floor_db
 */
/** @typedef {{ about: PictureAbout, url: string }} Picture */

/** @param {Response} reply */
export const aboutOf = (reply) => JSON.parse(reply.headers.get("X-Bioviz-About") ?? "{}");

/** @type {Kept<any>} */
export const keptFacts = new Kept(async (url, ahead) => (await fetchChecked(url, ahead)).json(), 400);

/**
 * The numbers behind a picture, a byte each.
 *
 * @type {Kept<{ codes: Uint8Array<ArrayBuffer>, about: any }>}
 */
export const keptLevels = new Kept(async (url, ahead) => {
  const reply = await fetchChecked(url, ahead);
  return { about: aboutOf(reply), codes: new Uint8Array(await reply.arrayBuffer()) };
}, 16);

/**
 * Lowest and highest sample of each column, as shares of `about.peak`.
 *
 * @type {Kept<{ pairs: Int16Array<ArrayBuffer>, about: { start_s: number, end_s: number, peak: number } }>}
 */
export const keptWaveforms = new Kept(async (url, ahead) => {
  const reply = await fetchChecked(url, ahead);
  return { about: aboutOf(reply), pairs: new Int16Array(await reply.arrayBuffer()) };
}, 16);

/** @type {Kept<Picture>} */
export const keptPictures = new Kept(
  async (url, ahead) => {
    const reply = await fetchChecked(url, ahead);
    return { about: aboutOf(reply), url: URL.createObjectURL(await reply.blob()) };
  },
  96,
  (picture) => URL.revokeObjectURL(picture.url),
);
