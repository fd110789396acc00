// What the map shows: its parts, its state, and drawing it. What the user does with it is in embedding_map.js.

const FLAT = { displayModeBar: false, scrollZoom: true, doubleClick: false, showTips: false };

// Points arrive through a component of their own (map_points_in.js) and are kept by digest, so that a
// rerun, a new colour or a second map of the same clips sends nothing again.
function storedPoints(digest) {
  const store = window.biovizPoints;
  const held = store?.get(digest);
  if (!held) return null;
  if (!(held instanceof Points)) store.set(digest, new Points(held));
  return store.get(digest);
}

class MapView {
  constructor(parent) {
    this.mode = "pan";
    this.state = {};
    this.isolated = null;
    this.selection = null; // {mask, count, polygon (or null), isolated}
    this.picked = -1;
    this.hovered = -1;
    this.linked = -1;
    this.build(parent);
  }

  build(parent) {
    this.root = element("div", "bioviz-map");
    this.toolbar = makeToolbar({
      onColour: (id) => this.recolour(id),
      onMode: (mode) => this.setMode(mode),
      onReset: () => this.setView(this.points.extent, true),
      onDownload: (format) => this.download(format),
    });
    this.stage = element("div", "bm-stage");
    this.plot = element("div", "bm-plot");
    this.overlay = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.overlay.classList.add("bm-overlay");
    this.tip = element("div", "bm-tip");
    this.tip.hidden = true;
    this.message = element("div", "bm-message", "Drawing …");
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "application");
    this.stage.append(this.plot, this.overlay, this.tip, this.message);
    this.legend = element("aside", "bm-legend");
    const main = element("div", "bm-main");
    main.append(this.stage, this.legend);
    this.status = element("div", "bm-status");
    this.status.setAttribute("role", "status");
    this.root.append(this.toolbar.bar, main, this.status);
    parent.append(this.root);
    this.resizer = new ResizeObserver(() => this.resized());
    this.resizer.observe(this.stage);
    this.setMode("pan");
  }

  // ---- from Python -------------------------------------------------------------------------------------

  async update(component) {
    this.component = component;
    const props = (this.props = component.data);
    this.follow(actLog(props.group));
    this.root.style.setProperty("--bm-height", `${props.height}px`);
    this.stage.setAttribute("aria-label", `${props.label}. Arrow keys step from clip to clip, Escape clears the selection.`);
    this.theme = themeOf(this.root);
    const points = storedPoints(props.digest);
    if (!points) return;
    const fresh = this.points?.digest !== points.digest;
    if (fresh) this.take(points);
    try {
      this.Plotly = await loadPlotly(props.plotly_url);
    } catch (error) {
      return this.say(error.message);
    }
    this.takeActs(); // as late as can be: the user may have acted meanwhile
    this.draw();
  }

  follow(log) {
    if (log === this.log) return;
    this.stopListening?.();
    this.log = log;
    this.stopListening = log.on((kind, act) => this.heardAct(kind, act));
  }

  take(points) {
    const before = this.points;
    this.points = points;
    this.hovered = this.linked = -1;
    if (before?.places !== points.places) this.view = points.extent;
    const id = this.colourId;
    if (String(before?.colouring(id).names) !== String(points.colouring(id).names)) this.isolated = null;
  }

  // ---- from the log of acts ----------------------------------------------------------------------------

  takeActs() {
    this.takePick();
    this.takeColour();
    this.takeSelection();
    this.toolbar.setColourings(this.points.colourings, this.colourId);
  }

  takePick() {
    const row = this.log.clip(this.props.dataset);
    this.picked = row < 0 ? -1 : this.points.indexOf(row);
  }

  // Whether it is another colouring than before. One that these points lack gives their first.
  takeColour() {
    const { id } = this.points.colouring(this.log.get(this.props.colour_kind));
    if (id === this.colourId) return false;
    this.colourId = id;
    this.isolated = null;
    this.toolbar.setColourings(this.points.colourings, id);
    return true;
  }

  // An outline counts on the points that it was drawn on; other maps of the page show the clips that were in it.
  takeSelection() {
    const act = this.log.acts.get("selection");
    const { polygon, places, colour_by: id, isolated } = act?.value ?? {};
    if (polygon && places === this.points.places) {
      const codes = this.points.colouring(id).codes;
      const wanted = isolated && codes ? (i) => isolated.includes(codes[i]) : () => true;
      this.selection = { ...maskInside(this.points, polygon, wanted), polygon };
    } else this.selection = act?.rows ? { ...maskOfRows(this.points, act.rows), polygon: null } : null;
  }

  // ---- drawing -----------------------------------------------------------------------------------------

  say(text) {
    this.message.textContent = text;
    this.message.hidden = !text;
  }

  isActive() {
    const mask = this.selection?.mask;
    const wanted = this.isWanted();
    return mask ? (i) => mask[i] === 1 && wanted(i) : wanted;
  }

  isWanted() {
    const { isolated } = this;
    const codes = this.points.colouring(this.colourId).codes;
    return isolated && codes ? (i) => isolated.has(codes[i]) : () => true;
  }

  draw() {
    if (!this.Plotly || !this.points) return;
    const { points } = this;
    const colouring = points.colouring(this.colourId);
    const choice = choosePoints(points, this.view, this.selection?.mask);
    this.state = { colouring, choice, active: this.isActive(), view: this.view, counts: this.counts(colouring) };
    if (!points.order.length) {
      this.say(points.n ? `None of the ${points.n.toLocaleString()} clips has a place on the map.` : "There is no clip to draw.");
    } else this.say("");
    const layout = layoutFor(points, this.state, this.theme, this.selecting() ? false : this.mode);
    this.Plotly.react(this.plot, tracesFor(points, this.state, this.theme), layout, FLAT);
    if (!this.drawnOnce) {
      this.drawnOnce = true;
      this.plot.on("plotly_relayouting", () => this.drawOverlay());
      this.plot.on("plotly_relayout", () => this.viewChanged());
    }
    const whole = this.view === points.extent;
    this.view = this.shownView();
    if (whole) this.home = this.view;
    this.drawOverlay();
    this.drawLegend();
    this.drawStatus();
    this.root.dataset.ready = String(Number(this.root.dataset.ready ?? 0) + 1);
  }

  counts(colouring, mask) {
    if (colouring.kind === "measure") return null;
    const counts = new Int32Array(colouring.names.length);
    for (const i of this.points.order) if (!mask || mask[i]) counts[colouring.codes[i]]++;
    return counts;
  }

  drawLegend() {
    const { colouring, counts } = this.state;
    if (colouring.kind === "measure") {
      return renderMeasure(this.legend, colouring, this.points.order.filter((i) => Number.isNaN(colouring.values[i])).length);
    }
    const chosen = this.selection ? this.counts(colouring, this.selection.mask) : null;
    renderCategories(this.legend, colouring, {
      counts,
      chosen,
      isolated: this.isolated,
      onToggle: (code, add) => this.toggle(code, add),
      onRestore: () => this.isolate(null),
    });
  }

  drawStatus() {
    const { choice } = this.state;
    const { points } = this;
    const figure = (n) => n.toLocaleString();
    const parts = [];
    if (choice.whole) parts.push(`${figure(points.order.length)} of ${figure(points.n)} clips drawn`);
    else {
      const drawn = choice.drawn.reduce((sum, i) => sum + insideBox(points, this.view, 0, i), 0);
      parts.push(`${figure(drawn)} of ${figure(choice.inView)} clips in view drawn (${figure(points.n)} in all)`);
      if (choice.dense) parts.push("shading shows how many there are; zoom in to see each");
    }
    const lost = points.n - points.order.length;
    if (lost && points.order.length) parts.push(`${figure(lost)} without a place on the map`);
    if (this.selection) parts.push(`${figure(this.selection.count)} selected`);
    this.status.replaceChildren(document.createTextNode(parts.join(" · ")));
    if (this.selection) {
      const clear = element("button", "bm-link", "clear selection");
      clear.type = "button";
      clear.addEventListener("click", () => this.clearSelection());
      this.status.append(" ", clear);
    }
  }

  drawTip() {
    const i = this.hovered;
    this.tip.hidden = i < 0;
    if (i < 0) return;
    const to = this.toPixels();
    const { colouring } = this.state;
    const lines = this.points.describe(i);
    if (colouring.kind === "measure") {
      const value = colouring.values[i];
      const text = Number.isNaN(value) ? "unknown" : `${Number(value.toPrecision(4))} ${colouring.unit}`.trim();
      lines.push([colouring.title, text]);
    } else lines.push([colouring.title, colouring.names[colouring.codes[i]]]);
    renderTip(this.tip, lines.filter(([title], k) => lines.findIndex(([other]) => other.toLowerCase() === title.toLowerCase()) === k));
    const px = this.points.x[i] * to.ax + to.bx;
    const py = this.points.y[i] * to.ay + to.by;
    const { offsetWidth, offsetHeight } = this.tip;
    const right = px + 14 + offsetWidth < this.stage.clientWidth;
    this.tip.style.left = `${Math.max(4, right ? px + 14 : px - 14 - offsetWidth)}px`;
    this.tip.style.top = `${Math.min(Math.max(4, py - offsetHeight / 2), this.stage.clientHeight - offsetHeight - 4)}px`;
  }

  // Rings and outlines lie over the picture, so that picking redraws none of the points.
  drawOverlay(corners) {
    const to = this.drawnOnce && this.toPixels();
    if (!to) return;
    const { box } = to;
    Object.assign(this.overlay.style, {
      left: `${box.left}px`,
      top: `${box.top}px`,
      width: `${box.width}px`,
      height: `${box.height}px`,
    });
    const parts = [];
    const add = (tag, className, attributes) => {
      const part = document.createElementNS("http://www.w3.org/2000/svg", tag);
      part.setAttribute("class", className);
      for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
      parts.push(part);
    };
    const path = (pixels) => pixels.map(([x, y]) => `${x - box.left},${y - box.top}`).join(" ");
    const { polygon } = this.selection ?? {};
    if (polygon) {
      add("polygon", "bm-outline", { points: path(polygon.map(([x, y]) => [x * to.ax + to.bx, y * to.ay + to.by])) });
    }
    if (corners) add("polygon", "bm-outline bm-drawing", { points: path(corners) });
    const ring = (i, className, r) => {
      if (i < 0 || !isFinite(this.points.x[i]) || !isFinite(this.points.y[i])) return;
      const cx = this.points.x[i] * to.ax + to.bx - box.left;
      const cy = this.points.y[i] * to.ay + to.by - box.top;
      add("circle", `${className} bm-halo`, { cx, cy, r });
      add("circle", className, { cx, cy, r });
    };
    ring(this.linked, "bm-ring bm-linked", 8);
    ring(this.hovered, "bm-ring bm-hovered", 7);
    ring(this.picked, "bm-ring", 9);
    this.overlay.replaceChildren(...parts);
  }

  // ---- geometry ----------------------------------------------------------------------------------------

  selecting() {
    return this.mode === "lasso" || this.mode === "box" ? this.mode : null;
  }

  setMode(mode) {
    this.mode = mode;
    this.root.dataset.mode = mode;
    this.toolbar.setMode(mode);
  }

  shownView() {
    const { xaxis, yaxis } = this.plot._fullLayout;
    return { x: [...xaxis.range], y: [...yaxis.range] };
  }

  // How data becomes pixels of the stage at this moment, also in the middle of a movement.
  toPixels() {
    const layout = this.plot._fullLayout;
    if (!layout?.xaxis) return null;
    const { xaxis, yaxis } = layout;
    const ax = xaxis._length / (xaxis.range[1] - xaxis.range[0]);
    const ay = -yaxis._length / (yaxis.range[1] - yaxis.range[0]);
    return {
      ax,
      bx: xaxis._offset - xaxis.range[0] * ax,
      ay,
      by: yaxis._offset - yaxis.range[1] * ay,
      box: { left: xaxis._offset, top: yaxis._offset, width: xaxis._length, height: yaxis._length },
    };
  }

  async resized() {
    if (!this.drawnOnce || !this.stage.clientWidth) return;
    const whole = sameView(this.view, this.home);
    await this.Plotly.Plots.resize(this.plot);
    if (whole) this.view = this.points.extent;
    this.draw();
  }

  destroy() {
    this.resizer.disconnect();
    if (this.drawnOnce) this.Plotly.purge(this.plot);
    this.root.remove();
  }
}
