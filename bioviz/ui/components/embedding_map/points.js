// @ts-check
// The points of a map: reading what Python sent, order of drawing, what is said of a point. No DOM here.

import { Cells } from "./cells.js";

/** @import { View } from "./view_box.js" */
/** @typedef {Uint8Array | Uint16Array | Int32Array | Float32Array} Column */
/** @typedef {{ dtype: keyof typeof ARRAYS, at: number, count: number }} PlacedColumn where it is behind the head */
/**
 * @typedef {object} Categories a colouring by name
 * @property {"categories"} kind
 * @property {string} id
 * @property {string} title
 * @property {string[]} names
 * @property {string[]} colours
 * @property {number[]} [raised] codes that are drawn above the background even on background points
 * @property {string[]} [shapes] one a name, as plotly names them; none for circles
 * @property {boolean} [named] the names are written on the map
 */
/**
 * @typedef {object} Measure a colouring by value
 * @property {"measure"} kind
 * @property {string} id
 * @property {string} title
 * @property {string} unit
 * @property {number} low
 * @property {number} high
 * @property {[at: number, colour: string][]} scale evenly spaced, from 0 to 1
 */
/** @typedef {(Categories & { codes: Column }) | (Measure & { values: Column })} Colouring */
/**
 * @typedef {{ kind: "text", title: string, table: string[], codes: C }
 *   | { kind: "span", title: string, start: C, end: C }} Described
 * @template C
 */
/**
 * @typedef {object} Payload
 * @property {string} digest of everything
 * @property {string} places digest of where the points are
 * @property {Column} rows of the dataset
 * @property {Column} x NaN for a point without a place
 * @property {Column} y
 * @property {Column} background 1 for background, else 0
 * @property {string} note what near and far mean
 * @property {Colouring[]} colourings
 * @property {Described<Column>[]} columns what the hover box says
 * @property {View | null} [extent]
 */

const ARRAYS = { u1: Uint8Array, u2: Uint16Array, i4: Int32Array, f4: Float32Array };

/**
 * What Python sends of a map: the length of its head, the head, and the columns that the head speaks of. These are not
 * copied: each is a view of the bytes that came.
 *
 * @param {ArrayBuffer} bytes
 * @returns {Omit<Payload, "digest">}
 */
export function columnsFrom(bytes) {
  const length = Number(new DataView(bytes).getBigInt64(0, true));
  const start = 8 + length;
  const head = new TextDecoder().decode(new Uint8Array(bytes, 8, length));
  return JSON.parse(head, (_, value) => {
    if (typeof value?.at !== "number" || !Object.hasOwn(ARRAYS, value.dtype)) return value;
    const { dtype, at, count } = /** @type {PlacedColumn} */ (value);
    return new ARRAYS[dtype](bytes, start + at, count);
  });
}

/**
 * A seeded shuffle, in place: no label is always painted over another because its recording comes earlier, and the
 * first k points in view are a fair sample, the same one each time.
 *
 * @template {Int32Array} T
 * @param {T} indices
 */
export function shuffle(indices) {
  let state = 0x9e3779b9;
  for (let i = indices.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 4294967296) * (i + 1));
    const swapped = indices[i];
    indices[i] = indices[j];
    indices[j] = swapped;
  }
  return indices;
}

export class Points {
  /** @type {Int32Array | null} */
  #byRow = null;
  /** @type {Cells | undefined} */
  #cells;
  /** @type {{ lines: number[][] | null } | undefined} of background, made when it is first drawn */
  density;
  /** @type {Record<string, ([x: number, y: number] | null)[]>} colouring -> middle of what has each of its names */
  centres = {};

  /** @param {Payload} payload */
  constructor(payload) {
    this.digest = payload.digest;
    this.places = payload.places;
    this.rows = payload.rows;
    this.x = payload.x;
    this.y = payload.y;
    this.background = payload.background;
    this.n = this.rows.length;
    this.note = payload.note;
    this.colourings = payload.colourings;
    this.columns = payload.columns;
    const placed = new Int32Array(this.n);
    let count = 0;
    for (let i = 0; i < this.n; i++) if (isFinite(this.x[i]) && isFinite(this.y[i])) placed[count++] = i;
    this.order = shuffle(placed.slice(0, count)); // points that have a place
    this.extent = payload.extent ?? paddedExtent(this);
  }

  /** Where the points lie, made when it is first asked for: a small map needs none. */
  get cells() {
    return (this.#cells ??= new Cells(this));
  }

  /**
   * @param {number} row of the dataset
   * @returns {number} of the point, -1 for none
   */
  indexOf(row) {
    if (!this.#byRow) {
      let last = -1;
      for (const value of this.rows) last = Math.max(last, value);
      this.#byRow = new Int32Array(last + 1).fill(-1);
      for (let i = 0; i < this.n; i++) this.#byRow[this.rows[i]] = i;
    }
    return this.#byRow[row] ?? -1;
  }

  /**
   * @param {string | undefined} id
   * @returns {Colouring} the first where there is none of this id
   */
  colouring(id) {
    return this.colourings.find((c) => c.id === id) ?? this.colourings[0];
  }

  /**
   * What is said of a point.
   *
   * @param {number} i
   * @returns {[title: string, value: string][]}
   */
  describe(i) {
    return this.columns.map((c) => {
      const value = c.kind === "text" ? c.table[c.codes[i]] : `${clock(c.start[i])} – ${clock(c.end[i])}`;
      return [c.title, value];
    });
  }
}

/**
 * Minutes and seconds, hours where there are any.
 *
 * @param {number} seconds
 */
export function clock(seconds) {
  if (!isFinite(seconds)) return "unknown";
  const minutes = Math.floor(seconds / 60);
  const rest = (seconds - 60 * minutes).toFixed(2).padStart(5, "0");
  return minutes >= 60
    ? `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`
    : `${minutes}:${rest}`;
}

/**
 * The box round all points that have a place, with a margin.
 *
 * @param {{ x: ArrayLike<number>, y: ArrayLike<number>, order: Int32Array }} points
 * @returns {View}
 */
export function paddedExtent({ x, y, order }) {
  if (!order.length) return { x: [-1, 1], y: [-1, 1] };
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const i of order) {
    if (x[i] < x0) x0 = x[i];
    if (x[i] > x1) x1 = x[i];
    if (y[i] < y0) y0 = y[i];
    if (y[i] > y1) y1 = y[i];
  }
  const pad = (/** @type {number} */ low, /** @type {number} */ high) =>
    high > low ? 0.04 * (high - low) : 1;
  const [px, py] = [pad(x0, x1), pad(y0, y1)];
  return { x: [x0 - px, x1 + px], y: [y0 - py, y1 + py] };
}

/**
 * @param {Colouring} colouring
 * @param {Set<number> | null | undefined} isolated codes of the names that are seen alone, null for all
 * @returns {(i: number) => boolean} whether a point has one of these names
 */
export function hasNameOf(colouring, isolated) {
  if (!isolated || colouring.kind !== "categories") return () => true;
  return (i) => isolated.has(colouring.codes[i]);
}
