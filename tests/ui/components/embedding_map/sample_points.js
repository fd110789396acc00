// @ts-check
// Points for the tests of the map, as Python sends them.

import { Points } from "../../../../bioviz/ui/components/embedding_map/points.js";

/** @import { Column, Payload } from "../../../../bioviz/ui/components/embedding_map/points.js" */

/** The colours of the map where the page is light. */
export const LIGHT = {
  text: "#31333f",
  background: "#ffffff",
  border: "#d5d6d9",
  font: "sans-serif",
  density: "#5a6866",
  dark: false,
};

const ARRAYS = { u1: Uint8Array, u2: Uint16Array, i4: Int32Array, f4: Float32Array };

/**
 * @param {keyof typeof ARRAYS} dtype
 * @param {number[]} values
 * @returns {Column}
 */
export const column = (dtype, values) => ARRAYS[dtype].from(values);

/**
 * @param {[x: number, y: number][]} places
 * @param {Partial<Payload>} [more]
 * @returns {Payload}
 */
export function payload(places, more = {}) {
  const ones = places.map(() => 0);
  return {
    digest: "all",
    places: "places",
    rows: column(
      "i4",
      places.map((_, i) => 10 * i),
    ),
    x: column(
      "f4",
      places.map(([x]) => x),
    ),
    y: column(
      "f4",
      places.map(([, y]) => y),
    ),
    background: column("u1", ones),
    note: "near means alike",
    colourings: [
      {
        kind: "categories",
        id: "label",
        title: "Label",
        names: ["background", "wren"],
        colours: ["#888888", "#0072B2"],
        codes: column("u1", ones),
      },
    ],
    columns: [],
    ...more,
  };
}

/**
 * @param {[x: number, y: number][]} places
 * @param {Partial<Payload>} [more]
 */
export const pointsAt = (places, more) => new Points(payload(places, more));

/**
 * Places in a unit square, the same at each run.
 *
 * @param {number} n
 * @returns {[x: number, y: number][]}
 */
export function scattered(n) {
  let state = 12345;
  const random = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 4294967296;
  return Array.from({ length: n }, () => [random(), random()]);
}
