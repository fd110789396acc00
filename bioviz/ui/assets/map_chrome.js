// The parts around the picture: toolbar, legend, hover box. All text goes in as text nodes, never as HTML.

const MODES = [
  ["pan", "Move", "M8 1v14M1 8h14M8 1 6 3.4M8 1l2 2.4M8 15l-2-2.4M8 15l2-2.4M1 8l2.4-2M1 8l2.4 2M15 8l-2.4-2M15 8l-2.4 2"],
  ["zoom", "Zoom to a box", "M6.5 2a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10 10l4.5 4.5M4.5 6.5h4M6.5 4.5v4"],
  ["lasso", "Select with a lasso", "M8 2.5c3.6 0 6.5 1.8 6.5 4.2S11.600 11 8 11 1.500 9.100 1.500 6.700 4.400 2.500 8 2.500zM5 10.500c-1.500 1-1 3 .5 3.500"],
  ["box", "Select with a box", "M2 3h3M7 3h2M11 3h3M2 13h3M7 13h2M11 13h3M2 3v3M2 8v1M2 11v2M14 3v3M14 8v1M14 11v2"],
];
const RESET = "M3 8a5 5 0 1 0 1.600-3.700M3 2.500v3h3";
const DOWNLOAD = "M8 2v8M5 7.200 8 10.300l3-3.100M2.500 13.500h11";

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

function iconButton(title, path, onClick) {
  const button = element("button", "bm-tool");
  button.type = "button";
  button.title = title;
  button.setAttribute("aria-label", title);
  button.append(icon(path));
  button.addEventListener("click", onClick);
  return button;
}

// Returns {bar, setMode, setColourings}.
function makeToolbar({ onColour, onMode, onReset, onDownload }) {
  const bar = element("div", "bm-bar");
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "Map tools");
  const label = element("label", "bm-colour", "Colour by ");
  const select = element("select");
  select.addEventListener("change", () => {
    select.blur(); // so that keys flag and step again
    onColour(select.value);
  });
  label.append(select);
  const tools = element("div", "bm-tools");
  const buttons = MODES.map(([mode, title, path]) => {
    const button = iconButton(title, path, () => onMode(mode));
    button.dataset.tool = mode;
    tools.append(button);
    return button;
  });
  const reset = iconButton("Show all points", RESET, onReset);
  reset.dataset.tool = "reset";
  tools.append(reset, downloadMenu(onDownload));
  bar.append(label, tools);
  return {
    bar,
    setMode(mode) {
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.tool === mode));
    },
    setColourings(colourings, chosen) {
      const offered = JSON.stringify(colourings.map((c) => [c.id, c.title]));
      if (offered !== select.dataset.offered) {
        select.dataset.offered = offered;
        select.replaceChildren(
          ...colourings.map((c) => {
            const option = element("option", "", c.title);
            option.value = c.id;
            return option;
          }),
        );
      }
      if (select.value !== chosen) select.value = chosen;
    },
  };
}

function downloadMenu(onDownload) {
  const menu = element("details", "bm-download");
  const summary = element("summary", "bm-tool");
  summary.title = "Download the map";
  summary.setAttribute("aria-label", "Download the map");
  summary.append(icon(DOWNLOAD));
  const list = element("div", "bm-menu");
  for (const [format, text] of [
    ["png", "Picture (PNG)"],
    ["svg", "Drawing (SVG)"],
    ["html", "Page that can be zoomed (HTML)"],
  ]) {
    const item = element("button", "", text);
    item.type = "button";
    item.dataset.format = format;
    item.addEventListener("click", () => {
      menu.open = false;
      onDownload(format);
    });
    list.append(item);
  }
  menu.append(summary, list);
  menu.addEventListener("focusout", (event) => {
    if (!menu.contains(event.relatedTarget)) menu.open = false;
  });
  return menu;
}

const SEARCH_FROM = 15;

// The legend of names. `counts` and `chosen` are numbers of points per name, all and selected (or null).
function renderCategories(box, colouring, { counts, chosen, isolated, onToggle, onRestore }) {
  const focused = box.contains(document.activeElement) ? document.activeElement.dataset.code : undefined;
  const searched = box.querySelector("input")?.value ?? "";
  const scrolled = box.querySelector(".bm-names")?.scrollTop ?? 0;
  const head = element("div", "bm-legend-head");
  head.append(element("span", "", colouring.title));
  if (isolated) {
    const restore = element("button", "bm-link", "show all");
    restore.type = "button";
    restore.addEventListener("click", onRestore);
    head.append(restore);
  }
  const list = element("div", "bm-names");
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", `Legend: ${colouring.title}. Press a name to see it alone, again to see all.`);
  colouring.names.forEach((name, code) => {
    if (counts[code]) list.append(categoryButton(colouring, name, code));
  });

  function categoryButton(colouring, name, code) {
    const button = element("button", "bm-name");
    button.type = "button";
    button.dataset.code = code;
    const on = !isolated || isolated.has(code);
    button.classList.toggle("bm-off", !on);
    button.setAttribute("aria-pressed", String(Boolean(isolated && on)));
    button.title = `${name}: click to see it alone, again to see all; Ctrl or Shift adds another`;
    const swatch = element("span", "bm-swatch");
    swatch.style.background = colouring.colours[code];
    const figure = chosen ? `${chosen[code].toLocaleString()} / ${counts[code].toLocaleString()}` : counts[code].toLocaleString();
    button.append(swatch, element("span", "bm-text", name), element("span", "bm-count", figure));
    button.addEventListener("click", (event) => onToggle(code, event.ctrlKey || event.metaKey || event.shiftKey));
    return button;
  }

  const parts = [head];
  if (list.childElementCount >= SEARCH_FROM) parts.push(searchField(list, searched));
  box.replaceChildren(...parts, list);
  list.scrollTop = scrolled;
  if (focused !== undefined) box.querySelector(`[data-code="${focused}"]`)?.focus();
}

function searchField(list, text) {
  const input = element("input", "bm-search");
  input.type = "search";
  input.placeholder = "find a name";
  input.setAttribute("aria-label", "Find a name in the legend");
  input.value = text;
  const filter = () => {
    const wanted = input.value.trim().toLowerCase();
    for (const button of list.children) {
      button.hidden = !button.querySelector(".bm-text").textContent.toLowerCase().includes(wanted);
    }
  };
  input.addEventListener("input", filter);
  filter();
  return input;
}

// The colour bar of a measure, with its unit and how many have no value.
function renderMeasure(box, colouring, unknown) {
  const head = element("div", "bm-legend-head");
  head.append(element("span", "", colouring.unit ? `${colouring.title} (${colouring.unit})` : colouring.title));
  const bar = element("div", "bm-ramp");
  const stops = colouring.scale.map(([at, colour]) => `${colour} ${100 * at}%`);
  bar.style.background = `linear-gradient(to right, ${stops.join(",")})`;
  const ends = element("div", "bm-ends");
  const digits = Math.max(0, 2 - Math.floor(Math.log10(colouring.high - colouring.low)));
  for (const value of [colouring.low, (colouring.low + colouring.high) / 2, colouring.high]) {
    ends.append(element("span", "", value.toLocaleString(undefined, { maximumFractionDigits: Math.min(digits, 6) })));
  }
  box.replaceChildren(head, bar, ends);
  box.append(element("div", "bm-note", "Values beyond the ends get the end's colour."));
  if (unknown) box.append(element("div", "bm-note", `${unknown.toLocaleString()} without a value (grey)`));
}

function renderTip(tip, lines) {
  tip.replaceChildren(
    ...lines.map(([title, value], i) => {
      const line = element("div", i ? "" : "bm-tip-first");
      line.append(element("span", "bm-tip-title", `${title} `), document.createTextNode(value));
      return line;
    }),
  );
}
