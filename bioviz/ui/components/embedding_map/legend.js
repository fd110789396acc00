// @ts-check
// Beside the picture: names with their colours and numbers, or the colour bar of a measure.

import { el } from "../shared/dom.js";
import { grouped } from "../shared/numbers.js";

/** @import { Drawing } from "./figure.js" */
/** @import { Categories, Measure, Points } from "./points.js" */
/**
 * @typedef {object} CategoryState
 * @property {Int32Array} counts points per name
 * @property {Int32Array | null} chosen selected points per name, null without a selection
 * @property {Int32Array | null} [others] points per name on another map, where the legend is of two
 * @property {Set<number> | null} isolated codes of the names that are seen alone
 * @property {(code: number, add: boolean) => void} onToggle
 * @property {() => void} onRestore
 * @property {(code: number | null) => void} onPreview
 */

const SEARCH_FROM = 15; // names
const MOST_DIGITS = 6;

/**
 * How many points have each name.
 *
 * @param {Categories & { codes: ArrayLike<number> }} colouring
 * @param {Int32Array} order points that have a place
 * @param {Uint8Array} [mask] those that are counted, all by default
 */
export function countsPerName(colouring, order, mask) {
  const counts = new Int32Array(colouring.names.length);
  const { codes } = colouring;
  for (let k = 0; k < order.length; k++) {
    const i = order[k];
    if (!mask || mask[i]) counts[codes[i]]++;
  }
  return counts;
}

/**
 * Which names are seen alone after a press on one: only it, or all again; with `add` it joins or leaves.
 *
 * @param {Set<number> | null} isolated null for all
 * @param {number} code
 * @param {boolean} add
 * @returns {Set<number> | null}
 */
export function toggled(isolated, code, add) {
  if (!add) return isolated?.size === 1 && isolated.has(code) ? null : new Set([code]);
  const next = new Set(isolated);
  if (!next.delete(code)) next.add(code);
  return next.size ? next : null;
}

/**
 * @param {HTMLElement} box
 * @param {Pick<Points, "order">} points
 * @param {Drawing} drawing
 * @param {Omit<CategoryState, "counts" | "chosen"> & { mask: Uint8Array | undefined }} state `mask` of what is selected
 */
export function renderLegend(box, { order }, { colouring, counts }, { mask, ...state }) {
  if (colouring.kind === "measure") {
    return renderMeasure(box, colouring, [valuesOf(order, colouring)]);
  }
  const chosen = mask ? countsPerName(colouring, order, mask) : null;
  box.onpointerleave = () => state.onPreview(null); // also where a name went from under the pointer
  renderCategories(box, colouring, { ...state, counts: counts ?? countsPerName(colouring, order), chosen });
}

/**
 * How many points have a name, in figures: of two maps both where they differ, and how many are selected.
 *
 * @param {Pick<CategoryState, "counts" | "chosen" | "others">} state
 * @param {number} code
 */
export function figureOf({ counts, chosen, others }, code) {
  const count = grouped(counts[code]);
  if (chosen) return `${grouped(chosen[code])} / ${count}`;
  return others && others[code] !== counts[code] ? `${count} | ${grouped(others[code])}` : count;
}

/**
 * @param {HTMLElement} box
 * @param {Categories} colouring
 * @param {CategoryState} state
 */
export function renderCategories(box, colouring, state) {
  const { counts, others, isolated, onRestore } = state;
  const { activeElement } = document;
  const inBox = activeElement instanceof HTMLElement && box.contains(activeElement);
  const focused = inBox ? activeElement.dataset.code : undefined;
  const searched = box.querySelector("input")?.value ?? "";
  const scrolled = box.querySelector(".bm-names")?.scrollTop ?? 0;
  const head = el("div", { class: "bm-legend-head" }, el("span", { text: colouring.title }));
  if (isolated) {
    head.append(el("button", { type: "button", class: "bm-link", text: "show all", onclick: onRestore }));
  }
  const help = `Legend: ${colouring.title}. Press a name to see it alone, again to see all.`;
  const list = el("div", { class: "bm-names", role: "group", "aria-label": help });
  colouring.names.forEach((name, code) => {
    if (counts[code] || others?.[code]) list.append(categoryButton(colouring, name, code, state));
  });
  const search = list.childElementCount >= SEARCH_FROM ? [searchField(list, searched)] : [];
  box.replaceChildren(head, ...search, list);
  list.scrollTop = scrolled;
  if (focused === undefined) return;
  for (const button of list.querySelectorAll("button")) if (button.dataset.code === focused) button.focus();
}

/**
 * @param {Categories} colouring
 * @param {string} name
 * @param {number} code
 * @param {CategoryState} state
 */
function categoryButton(colouring, name, code, state) {
  const { isolated, onToggle, onPreview } = state;
  const on = !isolated || isolated.has(code);
  const swatch = el("span", { class: `bm-swatch bm-${colouring.shapes?.[code] ?? "circle"}` });
  swatch.style.background = colouring.colours[code];
  const attributes = {
    type: "button",
    class: on ? "bm-name" : "bm-name bm-off",
    "data-code": code,
    "aria-pressed": String(Boolean(isolated && on)),
    title: `${name}: rest here to see it against background, click to keep it so, again to see all; Ctrl or Shift adds another`,
    onclick: (/** @type {MouseEvent} */ event) =>
      onToggle(code, event.ctrlKey || event.metaKey || event.shiftKey),
    onpointerenter: () => onPreview(code),
    onpointerleave: () => onPreview(null),
    onfocus: (/** @type {FocusEvent} */ event) =>
      event.target instanceof Element && event.target.matches(":focus-visible") && onPreview(code),
    onblur: () => onPreview(null),
  };
  const text = el("span", { class: "bm-text", text: name });
  return el(
    "button",
    attributes,
    swatch,
    text,
    el("span", { class: "bm-count", text: figureOf(state, code) }),
  );
}

/**
 * @param {HTMLElement} list
 * @param {string} text
 */
function searchField(list, text) {
  const input = el("input", {
    class: "bm-search",
    type: "search",
    placeholder: "find a name",
    "aria-label": "Find a name in the legend",
  });
  input.value = text;
  const filter = () => {
    const wanted = input.value.trim().toLowerCase();
    for (const button of list.querySelectorAll("button")) {
      const name = button.querySelector(".bm-text")?.textContent ?? "";
      button.hidden = !name.toLowerCase().includes(wanted);
    }
  };
  input.addEventListener("input", filter);
  filter();
  return input;
}

/**
 * The low end, middle and high end of a scale, with the digits that its span needs.
 *
 * @param {Pick<Measure, "low" | "high">} measure
 * @returns {string[]}
 */
export function scaleEnds({ low, high }) {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(high - low)));
  const maximumFractionDigits = Math.min(digits, MOST_DIGITS);
  return [low, (low + high) / 2, high].map((value) => grouped(value, maximumFractionDigits));
}

/**
 * The values of the clips that have a place.
 *
 * @param {Int32Array} order
 * @param {{ values: ArrayLike<number> }} colouring
 * @returns {Float64Array}
 */
export function valuesOf(order, { values }) {
  const placed = new Float64Array(order.length);
  for (let k = 0; k < order.length; k++) placed[k] = values[order[k]];
  return placed;
}

/**
 * What a legend says of values that the colour bar does not show as they are.
 *
 * @param {Pick<Measure, "low" | "high">} measure
 * @param {ArrayLike<number>[]} values Of the clips of each map.
 * @returns {string[]}
 */
export function measureNotes({ low, high }, values) {
  let beyond = 0;
  let unknown = 0;
  for (const each of values) {
    for (let i = 0; i < each.length; i++) {
      if (Number.isNaN(each[i])) unknown++;
      else if (each[i] < low || each[i] > high) beyond++;
    }
  }
  return [
    beyond ? `${grouped(beyond)} beyond the ends, in the end's colour` : "",
    unknown ? `${grouped(unknown)} without a value (grey)` : "",
  ].filter(Boolean);
}

/**
 * The colour bar of a measure, with its unit and what it does not show.
 *
 * @param {HTMLElement} box
 * @param {Measure} colouring
 * @param {ArrayLike<number>[]} values Of the clips of each map.
 */
export function renderMeasure(box, colouring, values) {
  const { title, unit } = colouring;
  const head = el(
    "div",
    { class: "bm-legend-head" },
    el("span", { text: unit ? `${title} (${unit})` : title }),
  );
  const bar = el("div", { class: "bm-ramp" });
  const stops = colouring.scale.map(([at, colour]) => `${colour} ${100 * at}%`);
  bar.style.background = `linear-gradient(to right, ${stops.join(",")})`;
  const ends = scaleEnds(colouring).map((text) => el("span", { text }));
  const notes = measureNotes(colouring, values).map((text) => el("div", { class: "bm-note", text }));
  box.replaceChildren(head, bar, el("div", { class: "bm-ends" }, ...ends), ...notes);
}
