// Downloads. The exported figure has a legend or colour bar of plotly's own, as ours is not part of the picture.

const VECTOR_UP_TO = 20000; // an SVG with more markers than this opens in no drawing program

function exportFigure(points, state, theme, type) {
  const data = tracesFor(points, state, theme, { type, paint: asText });
  const layout = layoutFor(points, state, theme, "pan");
  layout.paper_bgcolor = layout.plot_bgcolor = theme.background;
  const { colouring } = state;
  const key = (name, marker) => ({ type: "scatter", mode: "markers", name: escapeText(name), x: [null], y: [null], marker });
  if (colouring.kind === "measure") {
    const { scale: colorscale, low: cmin, high: cmax, title, unit } = colouring;
    const text = escapeText(unit ? `${title} (${unit})` : title);
    const colorbar = { title: { text, side: "right" }, thickness: 12 };
    data.push({ ...key("", { color: [cmin], colorscale, cmin, cmax, showscale: true, colorbar }), showlegend: false });
    return { data, layout };
  }
  colouring.names.forEach((name, code) => {
    const count = state.counts[code];
    if (count) data.push(key(`${shortened(name)} (${count.toLocaleString()})`, { color: colouring.colours[code], size: 9 }));
  });
  layout.showlegend = true;
  layout.legend = { title: { text: escapeText(colouring.title) }, itemsizing: "constant" };
  return { data, layout };
}

const LONGEST_NAME = 32; // letters; more would squeeze the picture

function shortened(name) {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}

function save(name, url) {
  const link = document.createElement("a");
  link.download = name;
  link.href = url;
  link.click();
}

async function download(Plotly, plotlyUrl, points, state, theme, format, size, title) {
  const name = `${title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60) || "map"}.${format}`;
  if (format === "html") return saveAs(name, await page(plotlyUrl, points, state, theme, title), "text/html");
  const vector = format === "svg" && state.choice.drawn.length <= VECTOR_UP_TO;
  const { data, layout } = exportFigure(points, state, theme, vector ? "scatter" : "scattergl");
  const picture = { format, width: size.width + 160, height: size.height, scale: format === "png" ? 2 : 1 };
  save(name, await Plotly.toImage({ data, layout: { ...layout, autosize: false } }, picture));
}

function saveAs(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  save(name, url);
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

// One file that opens without a network: plotly.js, the figure, and what the hover box says.
async function page(plotlyUrl, points, state, theme, title) {
  const library = await (await fetch(plotlyUrl)).text();
  const { data, layout } = exportFigure(points, state, theme, "scattergl");
  const layers = layersOf(points, state.colouring, state.choice.drawn, state.active);
  for (const trace of data) {
    const indices = layers[trace.name];
    if (trace.type !== "scattergl" || !indices?.length) continue;
    trace.text = indices.map((i) =>
      points
        .describe(i)
        .map(([key, value]) => `${escapeText(key)}: ${escapeText(value)}`)
        .join("<br>"),
    );
    trace.hoverinfo = "text";
  }
  layout.hovermode = "closest";
  layout.hoverlabel = { align: "left", bgcolor: theme.background, font: { color: theme.text } };
  const json = JSON.stringify({ data, layout }, (_, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value));
  const safe = json.replace(/</g, "\\u003c");
  return `<!DOCTYPE html><html><head><meta charset="utf-8"><title>${escapeText(title)}</title>
<style>html,body,#map{height:100%;margin:0}</style></head><body><div id="map"></div>
<script>${library}</script>
<script>const f=${safe};Plotly.newPlot("map",f.data,f.layout,{scrollZoom:true,responsive:true,displaylogo:false});</script>
</body></html>`;
}
