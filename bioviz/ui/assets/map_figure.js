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
    else if (points.background[i]) layers.background.push(i);
    else layers.labelled.push(i);
  }
  return layers;
}

// Numbers through a colour scale are many times cheaper than one colour text a point; names become steps of it.
function colourAxis(colouring) {
  if (colouring.kind === "measure") {
    return { colorscale: colouring.scale, cmin: colouring.low, cmax: colouring.high, values: colouring.values };
  }
  const k = colouring.colours.length;
  const steps = colouring.colours.flatMap((colour, i) => [
    [i / k, colour],
    [(i + 1) / k, colour],
  ]);
  return { colorscale: steps, cmin: -0.5, cmax: k - 0.5, values: colouring.codes };
}

function scatterTrace(points, name, indices, marker, type = "scattergl") {
  return {
    type,
    name,
    mode: "markers",
    x: Float32Array.from(indices, (i) => points.x[i]),
    y: Float32Array.from(indices, (i) => points.y[i]),
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

function tracesFor(points, state, theme, type = "scattergl") {
  const { colouring, choice, active } = state;
  const layers = layersOf(points, colouring, choice.drawn, active);
  const { size, opacity } = markerFor(choice.drawn.length);
  const { values, ...scale } = colourAxis(colouring);
  const coloured = (indices) => ({ ...scale, color: Float32Array.from(indices, (i) => values[i]) });
  const grey = theme.dark ? "#8b8f98" : "#a3a7b0";
  const traces = [
    scatterTrace(points, "greyed out", layers.dimmed, { size: size * 0.8, opacity: 0.16, color: grey }, type),
    scatterTrace(points, "unknown", layers.unknown, { size: size * 0.85, opacity: opacity * 0.5, color: grey }, type),
    scatterTrace(
      points,
      "background",
      layers.background,
      { size: size * 0.8, opacity: opacity * 0.5, ...coloured(layers.background) },
      type,
    ),
    scatterTrace(points, "labelled", layers.labelled, { size, opacity, ...coloured(layers.labelled) }, type),
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
