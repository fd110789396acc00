// @ts-check
// Where points lie, by the cells of a grid: so that a look at a part of a large map costs as much as the part holds.

/** @import { View } from "./view_box.js" */

const SIDE = 256; // cells along each side of the map

export class Cells {
  /** @param {{ x: ArrayLike<number>, y: ArrayLike<number>, order: Int32Array, extent: View }} points */
  constructor({ x, y, order, extent }) {
    this.x = x;
    this.y = y;
    this.extent = extent;
    const starts = new Uint32Array(SIDE * SIDE + 1);
    const cells = new Uint16Array(x.length); // 256 x 256 of them; point by point, as they lie in memory
    this.isBound = true; // no point is beyond the map's edges
    for (let i = 0; i < x.length; i++) {
      const [px, py] = [x[i], y[i]];
      if (!isFinite(px) || !isFinite(py)) continue;
      cells[i] = this.#line(py) * SIDE + this.#column(px);
      starts[cells[i] + 1]++;
      if (px < extent.x[0] || px > extent.x[1] || py < extent.y[0] || py > extent.y[1]) this.isBound = false;
    }
    for (let cell = 0; cell < SIDE * SIDE; cell++) starts[cell + 1] += starts[cell];
    this.starts = starts;
    this.sorted = new Int32Array(order.length); // by cell, within it in the order of drawing
    const next = starts.slice(0, -1);
    for (let k = 0; k < order.length; k++) this.sorted[next[cells[order[k]]]++] = order[k];
  }

  /** @param {number} value of x; beyond the map's edges it is in the cells at the edge */
  #column(value) {
    return cellOf(value, this.extent.x);
  }

  /** @param {number} value of y */
  #line(value) {
    return cellOf(value, this.extent.y);
  }

  /**
   * @param {View} view
   * @returns {Int32Array} the points in it, edges included
   */
  within(view) {
    let most = 0;
    this.#visit(view, (from, to) => (most += to - from));
    const found = new Int32Array(most);
    let count = 0;
    this.#visit(view, (from, to, isInside) => {
      if (isInside) {
        found.set(this.sorted.subarray(from, to), count);
        count += to - from;
      } else {
        for (let k = from; k < to; k++) if (this.#isIn(view, k)) found[count++] = this.sorted[k];
      }
    });
    return found.subarray(0, count);
  }

  /**
   * @param {View} view
   * @returns {number} how many points are in it
   */
  count(view) {
    let count = 0;
    this.#visit(view, (from, to, isInside) => {
      if (isInside) count += to - from;
      else for (let k = from; k < to; k++) if (this.#isIn(view, k)) count++;
    });
    return count;
  }

  /**
   * @param {View} view
   * @param {number} k place in `sorted`
   */
  #isIn({ x: [x0, x1], y: [y0, y1] }, k) {
    const [x, y] = [this.x[this.sorted[k]], this.y[this.sorted[k]]];
    return x >= x0 && x <= x1 && y >= y0 && y <= y1;
  }

  /**
   * Every stretch of `sorted` whose cells touch a view.
   *
   * @param {View} view
   * @param {(from: number, to: number, isInside: boolean) => void} look `isInside` where the cells lie in it as a whole
   */
  #visit({ x, y }, look) {
    const [c0, c1, l0, l1] = [this.#column(x[0]), this.#column(x[1]), this.#line(y[0]), this.#line(y[1])];
    const holds = (/** @type {[number, number]} */ range, /** @type {[number, number]} */ all) =>
      range[0] <= all[0] && range[1] >= all[1];
    // Cells at the map's edges hold what is beyond them too, unless the view holds the whole of that side.
    const acrossAll = holds(x, this.extent.x) && this.isBound;
    const upAll = holds(y, this.extent.y) && this.isBound;
    for (let l = l0; l <= l1; l++) {
      const cell = l * SIDE;
      const [from, to] = [this.starts[cell + c0], this.starts[cell + c1 + 1]];
      const isInner = upAll || (l > l0 && l < l1);
      if (isInner && acrossAll) look(from, to, true);
      else if (!isInner || c1 - c0 < 2) look(from, to, false);
      else {
        look(from, this.starts[cell + c0 + 1], false);
        look(this.starts[cell + c0 + 1], this.starts[cell + c1], true);
        look(this.starts[cell + c1], to, false);
      }
    }
  }
}

/**
 * @param {number} value
 * @param {[low: number, high: number]} range
 */
function cellOf(value, [low, high]) {
  return Math.min(SIDE - 1, Math.max(0, Math.floor(((value - low) / (high - low)) * SIDE)));
}
