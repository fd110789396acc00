// @ts-check
// Making elements. Text from data only ever goes in through textContent.

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

/** @typedef {string | number | boolean | null | undefined | ((event: any) => unknown)} Attribute */

/**
 * @template {Element} E
 * @param {E} element
 * @param {Record<string, Attribute>} attributes `text` is its text, `onclick` and the like are listeners; what is
 *   undefined, null or false is left out
 * @param {(Node | string)[]} children
 * @returns {E}
 */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") element.textContent = String(value);
    else if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

/**
 * An element of HTML.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, Attribute>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export const el = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);

/**
 * An element of SVG.
 *
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, Attribute>} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[T]}
 */
export const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG_NAMESPACE, tag), attributes, children);

/**
 * A name with the mark that it has on the map.
 *
 * @param {string} label
 * @param {string} colour
 * @param {string} [shape] as plotly names it
 */
export function labelChip(label, colour, shape = "circle") {
  const dot = el("span", { class: `bv-dot bv-${shape}`, style: `background:${colour}` });
  return el("span", { class: "bv-chip" }, dot, el("span", { text: label }));
}
