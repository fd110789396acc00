// @ts-check
// Precision among the first so many results, drawn by rank, with its interval.

import { svg } from "../shared/dom.js";
import { ofHundred, percent } from "../shared/percent.js";
import { precisionByRank } from "./precision.js";

/** @import { Judged } from "./precision.js" */

const [WIDTH, HEIGHT] = [360, 92];
const [LEFT, RIGHT, TOP, BOTTOM] = [36, 8, 8, 18]; // room for the axes

/**
 * Line, band and ticks in pixels; share 1 is at the top, and the first rank at the left.
 *
 * @param {Judged[]} judged at least one
 */
export function curveOf(judged) {
  const points = precisionByRank(judged);
  const last = Math.max(2, points[points.length - 1].rank);
  const x = (/** @type {number} */ rank) => LEFT + ((rank - 1) / (last - 1)) * (WIDTH - LEFT - RIGHT);
  const y = (/** @type {number} */ share) => TOP + (1 - share) * (HEIGHT - TOP - BOTTOM);
  const place = (/** @type {number} */ rank, /** @type {number} */ share) =>
    `${x(rank).toFixed(1)},${y(share).toFixed(1)}`;
  const high = points.map((each) => place(each.rank, each.high));
  const low = points.map((each) => place(each.rank, each.low)).reverse();
  return {
    line: points.map((each) => place(each.rank, each.precision)).join(" "),
    band: [...high, ...low].join(" "),
    shares: [0, 0.5, 1].map((share) => ({ y: y(share), text: percent(share) })),
    ranks: [1, last].map((rank) => ({ x: x(rank), text: String(rank) })),
    spoken: `Precision by rank: ${points.map((each) => `${percent(each.precision)} of the first ${each.rank}`).join(", ")}.`,
  };
}

/** @param {Judged[]} judged at least one */
export function precisionCurve(judged) {
  const { line, band, shares, ranks, spoken } = curveOf(judged);
  const text = { class: "bv-curve-text" };
  const right = WIDTH - RIGHT;
  return svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, role: "img", "aria-label": spoken },
    ...shares.map(({ y }) => svg("line", { class: "bv-curve-grid", x1: LEFT, x2: right, y1: y, y2: y })),
    ...shares.map(({ y, text: words }) =>
      svg("text", { ...text, x: LEFT - 4, y: y + 4, "text-anchor": "end" }, words),
    ),
    ...ranks.map(({ x, text: words }) =>
      svg("text", { ...text, x, y: HEIGHT - 4, "text-anchor": "middle" }, words),
    ),
    svg(
      "text",
      { ...text, x: (LEFT + right) / 2, y: HEIGHT - 4, "text-anchor": "middle" },
      "rank of the last",
    ),
    svg("polygon", { class: "bv-curve-band", points: band }, svg("title", {}, `${ofHundred(95)} interval`)),
    svg("polyline", { class: "bv-curve-line", points: line }),
  );
}
