// @ts-check
// What the map says in words: below the picture, and in the hover box.

import { el } from "../shared/dom.js";
import { grouped } from "../shared/numbers.js";

/** @import { Colouring, Points } from "./points.js" */
/** @import { Choice } from "./sampling.js" */
/** @import { Pixel } from "./view_box.js" */

/**
 * How many points of how many are drawn, have a place and are selected, and what near means on the map.
 *
 * @param {{ placed: number, total: number, note?: string }} points
 * @param {Pick<Choice, "inView" | "drawnInView" | "pictured">} choice
 * @param {Colouring["kind"]} kind of the colouring
 * @param {number | undefined} selected
 */
export function statusText({ placed, total, note }, choice, kind, selected) {
  const { inView, drawnInView, pictured } = choice;
  const figure = (/** @type {number} */ n) => grouped(n);
  const parts = [];
  const clips = (/** @type {number} */ n) => `${figure(n)} ${n === 1 ? "clip" : "clips"}`;
  if (inView >= placed) parts.push(`${figure(drawnInView)} of ${clips(total)} drawn`);
  else {
    parts.push(`${figure(drawnInView)} of ${clips(inView)} in view drawn (${figure(total)} in all)`);
  }
  const contoured = inView - drawnInView;
  if (contoured) parts.push(`${figure(contoured)} of background as contours alone`);
  const lost = total - placed;
  if (lost && placed) parts.push(`${figure(lost)} without a place on the map`);
  if (selected !== undefined) parts.push(`${figure(selected)} selected`);
  if (pictured) {
    const colour = kind === "measure" ? "the colour of the mean there" : "the colour of most clips there";
    parts.push(`a spot has ${colour}, labelled above background; zoom in to see each`);
  }
  if (note && placed) parts.push(note);
  return parts.join(" · ");
}

/**
 * @param {HTMLElement} box
 * @param {string} text
 * @param {(() => void) | null} clear the selection, where there is one
 */
export function showStatus(box, text, clear) {
  box.replaceChildren(el("span", { text, title: text }));
  if (!clear) return;
  box.append(
    " ",
    el("button", { type: "button", class: "bm-link", text: "clear selection", onclick: clear }),
  );
}

/**
 * What the picture shows, for who does not see it: how many clips each name has, how many of them are selected, and
 * what is said of the clip that is picked.
 *
 * @param {Colouring} colouring
 * @param {Int32Array | null} counts clips of each name, null where a measure colours
 * @param {Int32Array | null} chosen selected ones, null without a selection
 * @param {[title: string, value: string][]} picked what is said of it, empty for none
 */
export function toldText(colouring, counts, chosen, picked) {
  const sentences = [];
  if (colouring.kind === "categories" && counts) {
    const parts = colouring.names.flatMap((name, code) => {
      if (!counts[code]) return [];
      const some = chosen ? ` (${grouped(chosen[code])} selected)` : "";
      return [`${name} ${grouped(counts[code])}${some}`];
    });
    sentences.push(`Clips by ${colouring.title.toLowerCase()}: ${parts.join(", ")}.`);
  } else sentences.push(`Clips are coloured by ${colouring.title.toLowerCase()}.`);
  if (picked.length) {
    sentences.push(`Picked: ${picked.map(([title, value]) => `${title} ${value}`).join(", ")}.`);
  }
  return sentences.join(" ");
}

/**
 * Why the picture is empty; "" where it is not.
 *
 * @param {{ placed: number, total: number }} points
 */
export function emptyText({ placed, total }) {
  if (placed) return "";
  if (!total) return "There is no clip to draw.";
  return total === 1
    ? "The only clip has no place on the map."
    : `None of the ${grouped(total)} clips has a place on the map.`;
}

/**
 * What the hover box says of a point: its columns and the present colouring, which it may hold already.
 *
 * @param {Pick<Points, "describe">} points
 * @param {Colouring} colouring
 * @param {number} i
 * @returns {[title: string, value: string][]}
 */
export function tipLines(points, colouring, i) {
  const lines = [
    ...points.describe(i),
    /** @type {[string, string]} */ ([colouring.title, valueText(colouring, i)]),
  ];
  const first = (/** @type {string} */ title) =>
    lines.findIndex(([other]) => other.toLowerCase() === title.toLowerCase());
  return lines.filter(([title], k) => first(title) === k);
}

/**
 * @param {Colouring} colouring
 * @param {number} i
 */
function valueText(colouring, i) {
  if (colouring.kind === "categories") return colouring.names[colouring.codes[i]];
  const value = colouring.values[i];
  return Number.isNaN(value) ? "unknown" : `${Number(value.toPrecision(4))} ${colouring.unit}`.trim();
}

/**
 * Says of a point what there is to say, beside it.
 *
 * @param {HTMLElement} tip
 * @param {HTMLElement} stage
 * @param {Pixel} point of the stage
 * @param {[title: string, value: string][]} lines
 */
export function showTip(tip, stage, point, lines) {
  tip.hidden = false;
  renderTip(tip, lines);
  const size = { width: tip.offsetWidth, height: tip.offsetHeight };
  const { left, top } = tipPlace(point, size, { width: stage.clientWidth, height: stage.clientHeight });
  tip.style.left = `${left}px`;
  tip.style.top = `${top}px`;
}

/**
 * @param {HTMLElement} tip
 * @param {[title: string, value: string][]} lines
 */
function renderTip(tip, lines) {
  tip.replaceChildren(
    ...lines.map(([title, value], i) => {
      const name = el("span", { class: "bm-tip-title", text: `${title} ` });
      return el("div", { class: i ? "" : "bm-tip-first" }, name, value);
    }),
  );
}

/**
 * Where the hover box goes: right of the point where there is room, else left of it, and never out of the stage.
 *
 * @param {Pixel} point
 * @param {{ width: number, height: number }} tip
 * @param {{ width: number, height: number }} stage
 */
export function tipPlace([px, py], tip, stage) {
  const right = px + 14 + tip.width < stage.width;
  return {
    left: Math.max(4, right ? px + 14 : px - 14 - tip.width),
    top: Math.min(Math.max(4, py - tip.height / 2), stage.height - tip.height - 4),
  };
}
