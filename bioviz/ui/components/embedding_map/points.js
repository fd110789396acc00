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
 * @property {string} digest of all this
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

/**
 * @typedef {object} Marks colourings that change while a user works
 * @property {string} digest
 * @property {Colouring[]} colourings
 */
/**
 * @typedef {object} Made what is made of points when it is first asked for
 * @property {Int32Array} [byRow]
 * @property {Cells} [cells]
 * @property {{ lines: number[][] | null }} [density] of background
 * @property {WeakMap<Colouring, ([x: number, y: number] | null)[]>} centres middle of what has each name
 */

const ARRAYS = { u1: Uint8Array, u2: Uint16Array, i4: Int32Array, f4: Float32Array };

/**
 * What Python sends of a map, or of its marks: the length of its head, the head, and the columns that the head speaks of. These are not
 * copied: each is a view of the bytes that came.
 *
 * @param {ArrayBuffer} bytes
 * @returns {any} a payload, or marks, without their digest
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
  /** @type {Made} */
  made = { centres: new WeakMap() };
  /** @type {Marks | null} */
  marks = null;

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
    this.own = payload.colourings;
    this.columns = payload.columns;
    const placed = new Int32Array(this.n);
    let count = 0;
    for (let i = 0; i < this.n; i++) if (isFinite(this.x[i]) && isFinite(this.y[i])) placed[count++] = i;
    this.order = shuffle(placed.slice(0, count)); // points that have a place
    this.extent = payload.extent ?? paddedExtent(this);
  }

  /**
   * The same points with other marks: all else is shared.
   *
   * @param {Marks | null} marks
   * @returns {Points}
   */
  with(marks) {
    return Object.assign(Object.create(Points.prototype), this, { marks });
  }

  /** All ways to colour them. */
  get colourings() {
    return this.marks ? [...this.own, ...this.marks.colourings] : this.own;
  }

  /** Where the points lie: a small map needs no cells. */
  get cells() {
    return (this.made.cells ??= new Cells(this));
  }

  /**
   * @param {number} row of the dataset
   * @returns {number} of the point, -1 for none
   */
  indexOf(row) {
    return (this.made.byRow ??= placesByRow(this.rows))[row] ?? -1;
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
 * @param {Column} rows
 * @returns {Int32Array} of each row of the dataset its point, -1 for none
 */
function placesByRow(rows) {
  let last = -1;
  for (let i = 0; i < rows.length; i++) if (rows[i] > last) last = rows[i];
  const byRow = new Int32Array(last + 1).fill(-1);
  for (let i = 0; i < rows.length; i++) byRow[rows[i]] = i;
  return byRow;
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
