// @ts-check
// Above the picture: which colouring, which tool, and downloads.

import { el, svg } from "../shared/dom.js";

/** @import { Colouring } from "./points.js" */
/** @typedef {"pan" | "zoom" | "lasso" | "box"} Mode */
/**
 * @typedef {object} ToolbarActions
 * @property {(id: string) => void} onColour
 * @property {(mode: Mode) => void} onMode
 * @property {() => void} onReset
 * @property {(format: string) => void} onDownload
 */

/** @type {[mode: Mode, title: string, path: string][]} */
const MODES = [
  [
    "pan",
    "Move",
    "M8 1v14M1 8h14M8 1 6 3.4M8 1l2 2.4M8 15l-2-2.4M8 15l2-2.4M1 8l2.4-2M1 8l2.4 2M15 8l-2.4-2M15 8l-2.4 2",
  ],
  ["zoom", "Zoom to a box", "M6.5 2a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10 10l4.5 4.5M4.5 6.5h4M6.5 4.5v4"],
  [
    "lasso",
    "Select with a lasso",
    "M8 2.5c3.6 0 6.5 1.8 6.5 4.2S11.600 11 8 11 1.500 9.100 1.500 6.700 4.400 2.500 8 2.500zM5 10.500c-1.500 1-1 3 .5 3.500",
  ],
  [
    "box",
    "Select with a box",
    "M2 3h3M7 3h2M11 3h3M2 13h3M7 13h2M11 13h3M2 3v3M2 8v1M2 11v2M14 3v3M14 8v1M14 11v2",
  ],
];
const RESET = "M3 8a5 5 0 1 0 1.600-3.700M3 2.500v3h3";
const DOWNLOAD = "M8 2v8M5 7.200 8 10.300l3-3.100M2.500 13.500h11";
const FORMATS = [
  ["png", "Picture (PNG)"],
  ["svg", "Drawing (SVG)"],
  ["html", "Page that can be zoomed (HTML)"],
];

/** @param {string} path */
const icon = (path) => svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: path }));

/**
 * @param {string} tool
 * @param {string} title
 * @param {string} path
 * @param {() => void} onclick
 */
function toolButton(tool, title, path, onclick) {
  const named = { title, "aria-label": title, "data-tool": tool };
  return el("button", { type: "button", class: "bm-tool", ...named, onclick }, icon(path));
}

/** @typedef {ReturnType<typeof makeToolbar>} Toolbar */

/** @param {ToolbarActions} actions */
export function makeToolbar({ onColour, onMode, onReset, onDownload }) {
  const select = el("select");
  select.addEventListener("change", () => {
    select.blur(); // so that keys flag and step again
    onColour(select.value);
  });
  const buttons = MODES.map(([mode, title, path]) => toolButton(mode, title, path, () => onMode(mode)));
  const reset = toolButton("reset", "Show all points", RESET, onReset);
  const bar = el(
    "div",
    { class: "bm-bar", role: "toolbar", "aria-label": "Map tools" },
    el("label", { class: "bm-colour" }, el("span", { text: "Colour by " }), select),
    el("div", { class: "bm-tools" }, ...buttons, reset, downloadMenu(onDownload)),
  );
  return {
    bar,
    /** @param {Mode} mode */
    setMode(mode) {
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.tool === mode));
    },
    /**
     * @param {Colouring[]} colourings
     * @param {string} chosen
     */
    setColourings(colourings, chosen) {
      const offered = JSON.stringify(colourings.map((c) => [c.id, c.title]));
      if (offered !== select.dataset.offered) {
        select.dataset.offered = offered;
        select.replaceChildren(...colourings.map((c) => el("option", { value: c.id, text: c.title })));
      }
      if (select.value !== chosen) select.value = chosen;
    },
  };
}

/** @param {(format: string) => void} onDownload */
function downloadMenu(onDownload) {
  const title = "Download the map";
  const summary = el("summary", { class: "bm-tool", title, "aria-label": title }, icon(DOWNLOAD));
  const items = FORMATS.map(([format, text]) => {
    const chosen = () => {
      menu.open = false;
      onDownload(format);
    };
    return el("button", { type: "button", text, "data-format": format, onclick: chosen });
  });
  const menu = el("details", { class: "bm-download" }, summary, el("div", { class: "bm-menu" }, ...items));
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && menu.contains(relatedTarget))) menu.open = false;
  });
  return menu;
}
