// What the user does with the map. Picks, selections and colours are acts (acts.js), by which other maps, the
// inspector and Python hear of them. What is no act and leaves no trace goes by events on window, each with
// {group, mapKey}, to the other maps of the group: bioviz:hover {row or null}, bioviz:view {x, y, locked}.

const PICK_RADIUS = 12; // pixels
const TOUCH_RADIUS = 24;

class EmbeddingMap extends MapView {
  constructor(parent) {
    super(parent);
    this.gestures = new Gestures(this.stage, {
      box: () => this.toPixels()?.box,
      selecting: () => this.selecting(),
      click: (px, py, touch) => this.clickAt(px, py, touch),
      hover: (px, py) => this.hoverAt(px, py),
      leave: () => this.hover(-1),
      outline: (corners) => this.drawOverlay(corners),
      selected: (corners) => this.selectOutline(corners),
      doubleClick: () => (this.selecting() ? this.clearSelection() : this.setView(this.points.extent, true)),
      escape: () => this.clearSelection(),
      arrow: (dx, dy) => this.step(dx, dy),
    });
    this.heard = {
      "bioviz:hover": (d) => this.showLinkedHover(d.row),
      "bioviz:view": (d) => this.props.lock_view && d.locked && this.setView({ x: d.x, y: d.y }, false),
    };
    this.onWindow = ({ type, detail }) => {
      if (!this.points || detail?.group !== this.props.group || detail.mapKey === this.props.map_key) return;
      this.heard[type](detail);
    };
    this.onPoints = ({ detail }) => detail.digest === this.component?.data.digest && this.update(this.component);
    window.addEventListener("bioviz:points", this.onPoints);
    for (const type of Object.keys(this.heard)) window.addEventListener(type, this.onWindow);
  }

  destroy() {
    window.removeEventListener("bioviz:points", this.onPoints);
    for (const type of Object.keys(this.heard)) window.removeEventListener(type, this.onWindow);
    this.stopListening?.();
    clearTimeout(this.timer);
    this.gestures.destroy();
    super.destroy();
  }

  tell(type, detail) {
    const { group, map_key: mapKey } = this.props;
    window.dispatchEvent(new CustomEvent(type, { detail: { group, mapKey, ...detail } }));
  }

  // ---- picking -----------------------------------------------------------------------------------------

  pointAt(px, py, radius) {
    const to = this.toPixels();
    return to ? nearest(this.points, this.state.choice.drawn, to, px, py, radius, this.state.active) : -1;
  }

  clickAt(px, py, touch) {
    const i = this.pointAt(px, py, touch ? TOUCH_RADIUS : PICK_RADIUS);
    if (i >= 0) this.pick(i);
  }

  pick(i) {
    const row = this.points.rows[i];
    this.picked = i;
    this.drawOverlay();
    this.act("clip", [this.props.dataset, row]);
  }

  act(kind, value, more) {
    this.log.act(kind, value, this.props.map_key, more);
  }

  // Something was done on this page, here or elsewhere, or by Python.
  heardAct(kind, act) {
    if (!this.points || !this.drawnOnce) return; // drawing takes it from the log
    const own = act.by === this.props.map_key;
    if (kind === "clip") {
      this.takePick();
      if (!own && this.picked >= 0 && !insideBox(this.points, this.view, 0, this.picked)) this.centreOn(this.picked);
      this.drawOverlay();
    } else if (kind === this.props.colour_kind) {
      if (this.takeColour()) this.draw();
    } else if (kind === "selection" && !own) {
      this.takeSelection();
      this.draw();
    }
  }

  centreOn(i) {
    const around = ([low, high], middle) => [middle - (high - low) / 2, middle + (high - low) / 2];
    const { x, y } = this.points;
    if (isFinite(x[i]) && isFinite(y[i])) this.setView({ x: around(this.view.x, x[i]), y: around(this.view.y, y[i]) }, true);
  }

  hoverAt(px, py) {
    this.hover(this.points && this.drawnOnce ? this.pointAt(px, py, PICK_RADIUS) : -1);
  }

  hover(i) {
    if (i === this.hovered) return;
    this.hovered = i;
    this.stage.classList.toggle("bm-over", i >= 0);
    this.drawTip();
    this.drawOverlay();
    if (this.points) this.tell("bioviz:hover", { row: i >= 0 ? this.points.rows[i] : null });
  }

  showLinkedHover(row) {
    this.linked = row === null ? -1 : this.points.indexOf(row);
    this.drawOverlay();
  }

  // With the keyboard: the nearest point in the direction of the arrow, within 45 degrees of it.
  step(dx, dy) {
    const to = this.toPixels();
    if (!to || !this.points.order.length) return;
    const { x, y } = this.points;
    const pixel = (i) => [x[i] * to.ax + to.bx, y[i] * to.ay + to.by];
    const middle = [to.box.left + to.box.width / 2, to.box.top + to.box.height / 2];
    const from = this.picked >= 0 ? pixel(this.picked) : middle;
    let [best, shortest] = [-1, Infinity];
    for (const i of this.state.choice.drawn) {
      if (i === this.picked || !this.state.active(i)) continue;
      const [px, py] = pixel(i);
      const along = (px - from[0]) * dx + (py - from[1]) * dy;
      const across = Math.abs((px - from[0]) * dy) + Math.abs((py - from[1]) * dx);
      const distance = along + across;
      if (along > 0 && across <= along && distance < shortest) [best, shortest] = [i, distance];
    }
    if (best < 0) return;
    this.pick(best);
    this.hover(best);
  }

  // ---- selecting ---------------------------------------------------------------------------------------

  selectOutline(corners) {
    const to = this.toPixels();
    const polygon = corners.map(([px, py]) => [(px - to.bx) / to.ax, (py - to.by) / to.ay]);
    const found = maskInside(this.points, polygon, this.isWanted());
    this.selection = { ...found, polygon };
    this.draw();
    const value = {
      polygon,
      places: this.points.places, // on which points it was drawn
      colour_by: this.colourId,
      isolated: this.isolated ? [...this.isolated] : null,
    };
    this.act("selection", value, { rows: rowsOfMask(this.points, found.mask) });
  }

  clearSelection() {
    if (!this.selection) return;
    this.selection = null;
    this.draw();
    this.act("selection", null);
  }

  // ---- colours and legend ------------------------------------------------------------------------------

  recolour(id) {
    if (this.points.colourings.some((c) => c.id === id)) this.act(this.props.colour_kind, id);
  }

  toggle(code, add) {
    const now = this.isolated ?? new Set();
    if (!add) return this.isolate(now.size === 1 && now.has(code) ? null : new Set([code]));
    const next = new Set(now);
    if (!next.delete(code)) next.add(code);
    return this.isolate(next.size ? next : null);
  }

  isolate(codes) {
    this.isolated = codes;
    this.draw();
  }

  // ---- view and tools ----------------------------------------------------------------------------------

  setMode(mode) {
    super.setMode(mode);
    if (this.drawnOnce) this.Plotly.relayout(this.plot, { dragmode: this.selecting() ? false : mode });
  }

  setView(view, ownDoing) {
    if (!this.drawnOnce) return;
    this.view = view;
    this.draw();
    if (ownDoing) this.tellView();
  }

  // Plotly moved or zoomed. Above the limit the points in view change with it, once the movement has ended.
  viewChanged() {
    const view = this.shownView();
    if (sameView(view, this.view)) return;
    this.view = view;
    this.drawOverlay();
    if (!this.state.choice.whole) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.draw(), 80);
    }
    this.tellView();
  }

  tellView() {
    if (this.props.lock_view) this.tell("bioviz:view", { ...this.view, locked: true });
  }

  async download(format) {
    const size = { width: this.stage.clientWidth, height: this.stage.clientHeight };
    try {
      await download(this.Plotly, this.props.plotly_url, this.points, this.state, this.theme, format, size, this.props.label);
    } catch (error) {
      this.status.textContent = `The picture could not be made: ${error.message}`;
    }
  }
}

function sameView(a, b) {
  const near = (p, q, scale) => Math.abs(p - q) <= 1e-9 * Math.abs(scale);
  return ["x", "y"].every((k) => [0, 1].every((e) => near(a[k][e], b[k][e], b[k][1] - b[k][0])));
}

export default function (component) {
  const { parentElement } = component;
  const map = (parentElement.biovizMap ??= new EmbeddingMap(parentElement));
  map.update(component);
  return () => {
    parentElement.biovizMap = undefined;
    map.destroy();
  };
}
