// @ts-check
// Where the points of a moving map are: between two epochs, on straight lines.

/**
 * @param {string} packed base64 of little-endian float32: x and y of each point, 0 to 1
 * @returns {Float32Array}
 */
export function decodePlaces(packed) {
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

/**
 * Places at a moment between epochs.
 *
 * @param {Float32Array[]} maps
 * @param {number} moment in epochs, as in 1.5
 * @returns {Float32Array}
 */
export function placesAt(maps, moment) {
  const last = maps.length - 1;
  const at = Math.min(Math.max(moment, 0), last);
  const from = Math.min(Math.floor(at), Math.max(last - 1, 0));
  const share = at - from;
  if (share === 0 || last === 0) return maps[from];
  const [a, b] = [maps[from], maps[from + 1]];
  return a.map((value, i) => value + share * (b[i] - value));
}

/** Corners of the shapes of `plots/palette.py` beside the circle, for a point of radius 1. */
const CORNERS = {
  "triangle-up": [
    [0, -1.25],
    [1.2, 0.85],
    [-1.2, 0.85],
  ],
  square: [
    [-0.95, -0.95],
    [0.95, -0.95],
    [0.95, 0.95],
    [-0.95, 0.95],
  ],
  diamond: [
    [0, -1.35],
    [1.35, 0],
    [0, 1.35],
    [-1.35, 0],
  ],
};

/**
 * @param {string} shape
 * @returns {number[][]} corners as x and y, none for a circle
 */
export const cornersOf = (shape) => CORNERS[/** @type {keyof typeof CORNERS} */ (shape)] ?? [];
