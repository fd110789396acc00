// @ts-check
// One legend below maps of the same clips, with the choice of their colours: what is in focus here is so on all of them.

import { actLog } from "../shared/acts.js";
import { el } from "../shared/dom.js";
import { mounting } from "../shared/mounting.js";
import { countsPerName, renderCategories, renderMeasure, toggled, valuesOf } from "./legend.js";
import { focuses } from "./linked_maps.js";
import { selectionOf } from "./picking.js";
import { arrived, storedPoints } from "./point_store.js";

/** @import { ActLog } from "../shared/acts.js" */
/** @import { Component } from "../shared/mounting.js" */
/** @import { Categories, Points } from "./points.js" */
/**
 * @typedef {object} LegendProps
 * @property {string[]} digests of the points of the maps, the first of which decides
 * @property {string} legend_key
 * @property {string} group
 * @property {string} colour_kind
 */

/**
 * The names of two colourings as one: those of the first, then what only the second has.
 *
 * @param {Categories} first
 * @param {Categories} second
 * @returns {{ colouring: Categories, place: (code: number) => number }} `place` of a code of the second among them
 */
export function joined(first, second) {
  const more = second.names
    .map((_, code) => code)
    .filter((code) => !first.names.includes(second.names[code]));
  const withMore = (/** @type {string[]} */ own, /** @type {string[]} */ others) => [
    ...own,
    ...more.map((code) => others[code]),
  ];
  const names = withMore(first.names, second.names);
  const shapes =
    first.shapes?.length && second.shapes?.length ? withMore(first.shapes, second.shapes) : first.shapes;
  const colours = withMore(first.colours, second.colours);
  const colouring = { ...first, names, colours, shapes };
  return { colouring, place: (code) => names.indexOf(second.names[code]) };
}

class SharedLegend {
  /** @type {LegendProps} */
  props;
  /** @type {ActLog} */
  log;
  /** @type {string | undefined} */
  colourId;
  /** @type {Set<number> | null} */
  isolated = null;
  /** @type {string[]} */
  names = [];
  stopListening = () => {};

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.select = el("select");
    this.select.addEventListener("change", () => {
      this.select.blur(); // so that keys flag and step again
      this.log.act(this.props.colour_kind, this.select.value, this.props.legend_key);
    });
    this.box = el("div", { class: "bm-legend" });
    const colour = el("label", { class: "bm-colour" }, el("span", { text: "Colour by " }), this.select);
    this.root = el(
      "section",
      { class: "bioviz-legend", "aria-label": "Legend of both maps" },
      colour,
      this.box,
    );
    parent.append(this.root);
    this.unsubscribe = arrived.on((digest) => this.props?.digests.includes(digest) && this.draw());
  }

  /** @param {Component<LegendProps>} component */
  update({ data }) {
    this.props = data;
    const log = actLog(data.group);
    if (log !== this.log) {
      this.log = log;
      this.stopListening();
      this.stopListening = log.on((kind) => {
        if (kind === data.colour_kind || kind === "selection") this.draw();
      });
    }
    this.draw();
  }

  draw() {
    const [left, right] = this.props.digests.map(storedPoints);
    if (!left || !right) return;
    const colouring = left.colouring(this.log.get(this.props.colour_kind));
    if (colouring.id !== this.colourId) this.isolated = null;
    this.colourId = colouring.id;
    this.offer(left);
    const other = right.colouring(colouring.id);
    if (colouring.kind === "measure") {
      const values = [valuesOf(left.order, colouring)];
      if (other.kind === "measure") values.push(valuesOf(right.order, other));
      return renderMeasure(this.box, colouring, values);
    }
    if (other.kind !== "categories") return;
    this.drawNames(left, colouring, right, other);
  }

  /**
   * @param {Points} left
   * @param {Points["colourings"][number] & { kind: "categories" }} colouring
   * @param {Points} right
   * @param {Points["colourings"][number] & { kind: "categories" }} other
   */
  drawNames(left, colouring, right, other) {
    const both = joined(colouring, other);
    this.names = both.colouring.names;
    const counts = new Int32Array(this.names.length);
    counts.set(countsPerName(colouring, left.order));
    const others = new Int32Array(this.names.length);
    countsPerName(other, right.order).forEach((count, code) => (others[both.place(code)] = count));
    const selection = selectionOf(left, this.log.acts.get("selection"));
    const chosen = selection && new Int32Array(this.names.length);
    chosen?.set(countsPerName(colouring, left.order, selection?.mask));
    this.box.onpointerleave = () => this.tell(null);
    renderCategories(this.box, both.colouring, {
      counts,
      others,
      chosen,
      isolated: this.isolated,
      onToggle: (code, add) => this.isolate(toggled(this.isolated, code, add)),
      onRestore: () => this.isolate(null),
      onPreview: (code) => this.tell(code),
    });
  }

  /** @param {Points} points */
  offer({ colourings }) {
    const offered = JSON.stringify(colourings.map(({ id, title }) => [id, title]));
    if (offered !== this.select.dataset.offered) {
      this.select.dataset.offered = offered;
      this.select.replaceChildren(
        ...colourings.map(({ id, title }) => el("option", { value: id, text: title })),
      );
    }
    this.select.value = this.colourId ?? "";
  }

  /** @param {Set<number> | null} codes */
  isolate(codes) {
    this.isolated = codes;
    this.tell(null);
    this.draw();
  }

  /** @param {number | null} glance code of the name that the pointer rests on */
  tell(glance) {
    const { group, legend_key } = this.props;
    focuses.tell({
      group,
      mapKey: legend_key,
      names: this.isolated && [...this.isolated].map((code) => this.names[code]),
      glance: glance === null ? null : this.names[glance],
    });
  }

  stop() {
    this.stopListening();
    this.unsubscribe();
    this.root.remove();
  }
}

export default mounting(SharedLegend);
