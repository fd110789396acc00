// @ts-check
// Above the picture: which colouring, which tool, and downloads.

import { el, svg } from "../shared/dom.js";

/** @import { BackgroundLook } from "./figure.js" */
/** @import { Colouring } from "./points.js" */
/** @typedef {"pan" | "zoom" | "lasso" | "box"} Mode */
/**
 * @typedef {object} ToolbarActions
 * @property {(id: string) => void} onColour
 * @property {(mode: Mode) => void} onMode
 * @property {() => void} onReset
 * @property {(format: string) => void} onDownload
 * @property {(look: string) => void} onBackground
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
const CONTOURS =
  "M2 9.500c0-4 3-7 6.500-7s5.500 2.500 5.500 5.500-2.500 5.500-6 5.500-6-1-6-4zM5 9.300c0-2.300 1.600-3.800 3.500-3.800s3 1.200 3 2.700-1.400 2.800-3.300 2.800S5 10.600 5 9.300z";
/** @type {[look: BackgroundLook, text: string][]} */
const LOOKS = [
  ["both", "Dots and contours"],
  ["dots", "Dots"],
  ["contours", "Contours alone"],
];
export const CONTOURS_HELP =
  "Contours show where background clips are dense: a step darker from 4, 14, 32 and 60 % of the densest place on. " +
  "Outside them there may be single clips. With contours alone only labelled clips are dots; a lasso still takes all.";
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
export function makeToolbar({ onColour, onMode, onReset, onDownload, onBackground }) {
  const select = el("select");
  select.addEventListener("change", () => {
    select.blur(); // so that keys flag and step again
    onColour(select.value);
  });
  const buttons = MODES.map(([mode, title, path]) => toolButton(mode, title, path, () => onMode(mode)));
  const reset = toolButton("reset", "Show all points", RESET, onReset);
  const background = backgroundMenu(onBackground);
  const bar = el(
    "div",
    { class: "bm-bar", role: "toolbar", "aria-label": "Map tools" },
    el("label", { class: "bm-colour" }, el("span", { text: "Colour by " }), select),
    el("div", { class: "bm-tools" }, ...buttons, reset, background.menu, downloadMenu(onDownload)),
  );
  return {
    bar,
    setBackground: background.show,
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

/**
 * @param {string} title
 * @param {string} path
 * @param {(HTMLButtonElement | HTMLParagraphElement)[]} items
 */
function menuOf(title, path, items) {
  const summary = el("summary", { class: "bm-tool", title, "aria-label": title }, icon(path));
  const menu = el("details", { class: "bm-download" }, summary, el("div", { class: "bm-menu" }, ...items));
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && menu.contains(relatedTarget))) menu.open = false;
  });
  return menu;
}

/** @param {(format: string) => void} onDownload */
function downloadMenu(onDownload) {
  const items = FORMATS.map(([format, text]) => {
    const chosen = () => {
      menu.open = false;
      onDownload(format);
    };
    return el("button", { type: "button", text, "data-format": format, onclick: chosen });
  });
  const menu = menuOf("Download the map", DOWNLOAD, items);
  return menu;
}

/** @param {(look: string) => void} onBackground */
function backgroundMenu(onBackground) {
  const items = LOOKS.map(([look, text]) => {
    const chosen = () => {
      menu.open = false;
      onBackground(look);
    };
    return el("button", { type: "button", text, "data-background": look, onclick: chosen });
  });
  const menu = menuOf("How background is drawn", CONTOURS, [...items, el("p", { text: CONTOURS_HELP })]);
  menu.classList.replace("bm-download", "bm-background");
  return {
    menu,
    /** @param {BackgroundLook} chosen */
    show(chosen) {
      for (const item of items) item.setAttribute("aria-pressed", String(item.dataset.background === chosen));
    },
  };
}
