// The points of a map: decoding, order of drawing, nearest point, polygon, histogram. No DOM here.

const ARRAYS = { u1: Uint8Array, u2: Uint16Array, i4: Int32Array, f4: Float32Array };

function decodeColumn({ dtype, data }) {
  if (Uint8Array.fromBase64) return new ARRAYS[dtype](Uint8Array.fromBase64(data).buffer);
  const text = atob(data);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new ARRAYS[dtype](bytes.buffer);
}

// A seeded shuffle: no label is always painted over another because its recording comes earlier, and the
// first k points in view are a fair sample, the same one each time.
function shuffle(indices) {
  let state = 0x9e3779b9;
  for (let i = indices.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 4294967296) * (i + 1));
    const held = indices[i];
    indices[i] = indices[j];
    indices[j] = held;
  }
  return indices;
}

class Points {
  constructor(payload) {
    this.digest = payload.digest;
    this.places = payload.places;
    this.rows = decodeColumn(payload.rows);
    this.x = decodeColumn(payload.x);
    this.y = decodeColumn(payload.y);
    this.background = decodeColumn(payload.background);
    this.n = this.rows.length;
    this.axisTitles = [payload.x_title, payload.y_title];
    this.colourings = payload.colourings.map((c) =>
      c.kind === "categories" ? { ...c, codes: decodeColumn(c.codes) } : { ...c, values: decodeColumn(c.values) },
    );
    this.columns = payload.columns.map((c) =>
      c.kind === "text"
        ? { ...c, codes: decodeColumn(c.codes) }
        : { ...c, start: decodeColumn(c.start), end: decodeColumn(c.end) },
    );
    const placed = [];
    for (let i = 0; i < this.n; i++) if (isFinite(this.x[i]) && isFinite(this.y[i])) placed.push(i);
    this.order = shuffle(Int32Array.from(placed));
    this.extent = payload.extent ?? paddedExtent(this);
    this.byRow = null;
  }

  indexOf(row) {
    if (!this.byRow) {
      this.byRow = new Int32Array(this.rows.reduce((most, value) => Math.max(most, value), -1) + 1).fill(-1);
      this.rows.forEach((value, i) => (this.byRow[value] = i));
    }
    return this.byRow[row] ?? -1;
  }

  colouring(id) {
    return this.colourings.find((c) => c.id === id) ?? this.colourings[0];
  }

  describe(i) {
    return this.columns.map((c) => {
      const value = c.kind === "text" ? c.table[c.codes[i]] : `${clock(c.start[i])} – ${clock(c.end[i])}`;
      return [c.title, value];
    });
  }
}

function clock(seconds) {
  if (!isFinite(seconds)) return "unknown";
  const minutes = Math.floor(seconds / 60);
  const rest = (seconds - 60 * minutes).toFixed(2).padStart(5, "0");
  return minutes >= 60
    ? `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`
    : `${minutes}:${rest}`;
}

function paddedExtent({ x, y, order }) {
  if (!order.length) return { x: [-1, 1], y: [-1, 1] };
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const i of order) {
    if (x[i] < x0) x0 = x[i];
    if (x[i] > x1) x1 = x[i];
    if (y[i] < y0) y0 = y[i];
    if (y[i] > y1) y1 = y[i];
  }
  const pad = (low, high) => (high > low ? 0.04 * (high - low) : 1);
  const [px, py] = [pad(x0, x1), pad(y0, y1)];
  return { x: [x0 - px, x1 + px], y: [y0 - py, y1 + py] };
}

function insideBox(points, view, margin, i) {
  const dx = margin * (view.x[1] - view.x[0]);
  const dy = margin * (view.y[1] - view.y[0]);
  const [x, y] = [points.x[i], points.y[i]];
  return x >= view.x[0] - dx && x <= view.x[1] + dx && y >= view.y[0] - dy && y <= view.y[1] + dy;
}

// Nearest drawn point to a pixel. `to` turns data into pixels: px = x * to.ax + to.bx, py = y * to.ay + to.by.
// Points that `active` refuses (greyed out) only count where no active one is near enough.
function nearest(points, candidates, to, px, py, radius, active) {
  let [best, bestDistance, spare, spareDistance] = [-1, radius * radius, -1, radius * radius];
  for (const i of candidates) {
    const dx = points.x[i] * to.ax + to.bx - px;
    const dy = points.y[i] * to.ay + to.by - py;
    const distance = dx * dx + dy * dy;
    if (distance > spareDistance && distance > bestDistance) continue;
    if (active(i)) {
      if (distance <= bestDistance) [best, bestDistance] = [i, distance];
    } else if (distance <= spareDistance) [spare, spareDistance] = [i, distance];
  }
  return best >= 0 ? best : spare;
}

const STRIPS = 512;

// Even-odd rule with half-open edges, in the same arithmetic as bioviz/plots/geometry.py. The polygon's edges are
// laid into horizontal strips first, so that a point meets the few edges at its own height.
function maskInside(points, polygon, wanted) {
  const mask = new Uint8Array(points.n);
  const ys = polygon.map(([, y]) => y);
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  if (low === high) return { mask, count: 0 };
  const stripOf = (y) => Math.min(STRIPS - 1, Math.floor(((y - low) / (high - low)) * STRIPS));
  const strips = Array.from({ length: STRIPS }, () => []);
  polygon.forEach((b, k) => {
    const a = polygon[(k + polygon.length - 1) % polygon.length];
    if (a[1] === b[1]) return; // a level edge is never crossed
    for (let s = stripOf(Math.min(a[1], b[1])); s <= stripOf(Math.max(a[1], b[1])); s++) strips[s].push([...a, ...b]);
  });
  let count = 0;
  for (const i of points.order) {
    const [x, y] = [points.x[i], points.y[i]];
    if (!(y >= low && y <= high) || !wanted(i)) continue;
    let odd = 0;
    for (const [ax, ay, bx, by] of strips[stripOf(y)]) {
      if (ay <= y !== by <= y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd ^= 1;
    }
    mask[i] = odd;
    count += odd;
  }
  return { mask, count };
}

function maskOfRows(points, rows) {
  const mask = new Uint8Array(points.n);
  let count = 0;
  for (const row of rows) {
    const i = points.indexOf(row);
    if (i >= 0 && !mask[i]) {
      mask[i] = 1;
      count++;
    }
  }
  return { mask, count };
}

function rowsOfMask(points, mask) {
  return points.rows.filter((_, i) => mask[i]);
}

// Points per cell of a grid over `view`, as rows for a heat map; empty cells are null, so that they stay clear.
function histogram(points, view, columns, lines) {
  const cells = new Float64Array(columns * lines);
  const sx = columns / (view.x[1] - view.x[0]);
  const sy = lines / (view.y[1] - view.y[0]);
  for (const i of points.order) {
    const c = Math.floor((points.x[i] - view.x[0]) * sx);
    const l = Math.floor((points.y[i] - view.y[0]) * sy);
    if (c >= 0 && c < columns && l >= 0 && l < lines) cells[l * columns + c]++;
  }
  return Array.from({ length: lines }, (_, l) =>
    Array.from(cells.subarray(l * columns, (l + 1) * columns), (count) => (count ? Math.log1p(count) : null)),
  );
}

// Which points to draw: all of them where the browser can, else a fair sample of those in view (and one of the
// selected ones on top), over a density picture of all.
const MOST_DRAWN = 100000;
const SAMPLE = 30000;
const MARGIN = 0.15; // drawn beyond the view, so that a pan does not show bare edges at once

function choosePoints(points, view, mask) {
  const total = points.order.length;
  if (total <= MOST_DRAWN) return { drawn: points.order, inView: total, dense: false, whole: true };
  const near = points.order.filter((i) => insideBox(points, view, MARGIN, i));
  const inView = near.reduce((sum, i) => sum + insideBox(points, view, 0, i), 0);
  if (near.length <= MOST_DRAWN) return { drawn: near, inView, dense: false, whole: false };
  const others = near.filter((i) => !mask?.[i]).slice(0, SAMPLE);
  const chosen = mask ? concat(others, near.filter((i) => mask[i]).slice(0, SAMPLE)) : others;
  return { drawn: chosen, inView, dense: true, whole: false };
}

function concat(a, b) {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
