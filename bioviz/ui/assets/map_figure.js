// What plotly is given: traces and layout from points and state. Pure functions.

function themeOf(element) {
  const style = getComputedStyle(element);
  const read = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  const background = read("--st-background-color", "#ffffff");
  return {
    text: read("--st-text-color", "#31333f"),
    background,
    border: read("--st-border-color", "#d5d6d9"),
    font: read("--st-font", "sans-serif"),
    dark: luminance(background) < 0.4,
  };
}

function channels(colour) {
  if (colour.startsWith("#")) {
    const hex = colour.length < 7 ? colour.slice(1, 4).replace(/./g, "$&$&") : colour.slice(1, 7);
    return [0, 2, 4].map((k) => parseInt(hex.slice(k, k + 2), 16));
  }
  return (colour.match(/[\d.]+/g) ?? [255, 255, 255]).slice(0, 3).map(Number);
}

function luminance(colour) {
  const [r, g, b] = channels(colour);
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}

function faded(colour, alpha) {
  return `rgba(${channels(colour).join(",")},${alpha})`;
}

// Fewer points are larger and more solid; both fall with the logarithm of their number.
function markerFor(count) {
  const magnitude = Math.log10(Math.max(count, 1));
  const within = (value, low, high) => Math.min(high, Math.max(low, value));
  return { size: within(13.5 - 2.2 * magnitude, 2.4, 9), opacity: within(1.2 - 0.14 * magnitude, 0.45, 0.92) };
}

// The drawn points in four layers, from the bottom: greyed out, value unknown, background, the rest.
function layersOf(points, colouring, drawn, active) {
  const layers = { dimmed: [], unknown: [], background: [], labelled: [] };
  for (const i of drawn) {
    if (!active(i)) layers.dimmed.push(i);
    else if (colouring.kind === "measure" && Number.isNaN(colouring.values[i])) layers.unknown.push(i);
    else if (points.background[i] && !colouring.raised?.includes(colouring.codes[i])) layers.background.push(i);
    else layers.labelled.push(i);
  }
  return layers;
}

const STEPS = 256; // colours of a measure's scale

// The colours of all points as a table and each point's place in it. `paint` makes the table's entries: for WebGL
// [r, g, b, alpha] arrays, which plotly need not parse once a point (a second for 100,000 colour texts).
function colourTable(colouring, paint) {
  if (colouring.kind === "categories") {
    const table = colouring.colours.map((colour) => paint(channels(colour)));
    return (i) => table[colouring.codes[i]];
  }
  const { values, low, high, scale } = colouring;
  const table = Array.from({ length: STEPS }, (_, k) => paint(alongScale(scale, k / (STEPS - 1))));
  const factor = (STEPS - 1) / (high - low);
  return (i) => table[Math.min(STEPS - 1, Math.max(0, Math.round((values[i] - low) * factor)))];
}

function alongScale(scale, at) {
  const k = Math.min(scale.length - 2, Math.floor(at * (scale.length - 1)));
  const part = at * (scale.length - 1) - k;
  const [from, to] = [channels(scale[k][1]), channels(scale[k + 1][1])];
  return from.map((value, c) => Math.round(value + part * (to[c] - value)));
}

const asArray = (rgb) => [rgb[0] / 255, rgb[1] / 255, rgb[2] / 255, 1];
const asText = (rgb) => `rgb(${rgb.join(",")})`;

function gather(source, indices) {
  const found = new Float32Array(indices.length);
  for (let k = 0; k < indices.length; k++) found[k] = source[indices[k]];
  return found;
}

function scatterTrace(points, name, indices, marker, type = "scattergl") {
  return {
    type,
    name,
    mode: "markers",
    x: gather(points.x, indices),
    y: gather(points.y, indices),
    hoverinfo: "skip",
    showlegend: false,
    marker: { line: { width: 0 }, ...marker },
  };
}

function densityTrace(points, view, theme) {
  const wide = { x: widened(view.x), y: widened(view.y) };
  const [columns, lines] = [220, 160];
  const shade = theme.dark ? 235 : 60;
  return {
    type: "heatmap",
    name: "density",
    z: histogram(points, wide, columns, lines),
    x0: wide.x[0] + (wide.x[1] - wide.x[0]) / columns / 2,
    dx: (wide.x[1] - wide.x[0]) / columns,
    y0: wide.y[0] + (wide.y[1] - wide.y[0]) / lines / 2,
    dy: (wide.y[1] - wide.y[0]) / lines,
    colorscale: [
      [0, `rgba(${shade},${shade},${shade},0.04)`],
      [1, `rgba(${shade},${shade},${shade},0.55)`],
    ],
    showscale: false,
    hoverinfo: "skip",
  };
}

function widened([low, high]) {
  const margin = MARGIN * (high - low);
  return [low - margin, high + margin];
}

function tracesFor(points, state, theme, { type = "scattergl", paint = asArray } = {}) {
  const { colouring, choice, active } = state;
  const layers = layersOf(points, colouring, choice.drawn, active);
  const { size, opacity } = markerFor(choice.drawn.length);
  const colourOf = colourTable(colouring, paint);
  const grey = theme.dark ? "#8b8f98" : "#a3a7b0";
  const layer = (name, marker) => scatterTrace(points, name, layers[name], marker, type);
  const traces = [
    layer("dimmed", { size: size * 0.8, opacity: 0.2, color: grey }),
    layer("unknown", { size: size * 0.85, opacity: opacity * 0.5, color: grey }),
    layer("background", { size: size * 0.8, opacity: opacity * 0.5, color: layers.background.map(colourOf) }),
    layer("labelled", { size, opacity, color: layers.labelled.map(colourOf) }),
  ];
  if (choice.dense) traces.unshift(densityTrace(points, state.view, theme));
  return traces;
}

function layoutFor(points, state, theme, dragmode) {
  const axis = (title, range) => ({
    title: { text: escapeText(title), font: { size: 12 }, standoff: 6 },
    range: [...range],
    autorange: false,
    zeroline: false,
    gridcolor: faded(theme.text, 0.08),
    linecolor: faded(theme.text, 0.25),
    tickfont: { size: 11, color: faded(theme.text, 0.65) },
    nticks: 6,
    ticks: "",
  });
  return {
    margin: { l: 48, r: 8, t: 8, b: 42 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: theme.font, color: theme.text, size: 12 },
    xaxis: axis(points.axisTitles[0], state.view.x),
    // One unit is as long upwards as sideways, or distances on the map would lie.
    yaxis: { ...axis(points.axisTitles[1], state.view.y), scaleanchor: "x" },
    showlegend: false,
    hovermode: false,
    dragmode,
    autosize: true,
  };
}

// Plotly reads a little HTML in its texts: names from files must not become tags.
function escapeText(text) {
  return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
