// @ts-check
// What the user does with the map. Picks, selections and colours are acts (shared/acts.js), by which other maps, the
// inspector and Python hear of them.

import { mounting } from "../shared/mounting.js";
import { download } from "./export.js";
import { Gestures } from "./gestures.js";
import { toggled } from "./legend.js";
import { backgrounds, focuses, hovers, isFromPeer, zooms } from "./linked_maps.js";
import { maskInside, maskOfRows, pointNear, pointTowards, rowsOfMask, valueOfMask } from "./picking.js";
import { arrived, failed } from "./point_store.js";
import { BACKGROUND_SETTING } from "./map_state.js";
import { writeSetting } from "../shared/storage.js";
import { MapView } from "./view.js";
import { centredOn, fromPixel, insideBox, sameView } from "./view_box.js";

/** @import { Act } from "../shared/acts.js" */
/** @import { Pixel, View } from "./view_box.js" */

const PICK_RADIUS = 12; // pixels
const TOUCH_RADIUS = 24;
const REDRAW_AFTER_MS = 80;
const PREVIEW_AFTER_MS = 60;
const PREVIEW_UP_TO = 200000; // points; to draw more takes longer than a look

class EmbeddingMap extends MapView {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  previewing;

  /** @param {HTMLElement} parent */
  constructor(parent) {
    super(parent);
    this.parent = parent;
    Object.assign(parent, { biovizMap: this }); // for the browser's console, and tests
    this.gestures = new Gestures(this.stage, {
      box: () => this.toPixels()?.box,
      selecting: () => this.selecting(),
      click: (pixel, isTouch) => this.clickAt(pixel, isTouch),
      hover: (pixel) => this.hoverAt(pixel),
      leave: () => this.hover(-1),
      outline: (corners) => this.drawOverlay(corners),
      selected: (corners) => this.selectOutline(corners),
      doubleClick: () => (this.selecting() ? this.clearSelection() : this.setView(this.points.extent, true)),
      escape: () => this.clearSelection(),
      arrow: (direction) => this.step(direction),
    });
    const isPeer = (/** @type {import("./linked_maps.js").From} */ message) =>
      this.points && isFromPeer(message, this.props);
    this.unsubscribe = [
      hovers.on((message) => isPeer(message) && this.showLinkedHover(message.hovered)),
      zooms.on((message) => isPeer(message) && this.props.lock_view && this.setView(message.view, false)),
      focuses.on((message) => isPeer(message) && this.showFocus(message)),
      backgrounds.on((mapKey) => mapKey !== this.props?.map_key && this.drawnOnce && this.draw()),
      failed.on(({ digest, why }) => digest === this.props?.digest && this.say(why)),
      arrived.on((digest) => digest === this.props?.digest && this.update(this.component)),
    ];
  }

  stop() {
    for (const off of this.unsubscribe) off();
    clearTimeout(this.timer);
    clearTimeout(this.previewing);
    this.gestures.destroy();
    Object.assign(this.parent, { biovizMap: undefined });
    super.stop();
  }

  get from() {
    return { group: this.props.group, mapKey: this.props.map_key };
  }

  // ---- picking -----------------------------------------------------------------------------------------

  /**
   * @param {Pixel} pixel
   * @param {number} radius
   */
  pointAt(pixel, radius) {
    const to = this.toPixels();
    return to ? pointNear(this.points, this.state, to, pixel, radius) : -1;
  }

  /**
   * @param {Pixel} pixel
   * @param {boolean} isTouch
   */
  clickAt(pixel, isTouch) {
    const i = this.pointAt(pixel, isTouch ? TOUCH_RADIUS : PICK_RADIUS);
    if (i >= 0) this.pick(i);
  }

  /** @param {number} i */
  pick(i) {
    this.picked = i;
    this.drawOverlay();
    this.act("clip", [this.props.dataset, this.points.rows[i]]);
  }

  /**
   * @param {string} kind
   * @param {any} value
   * @param {Partial<Act>} [more]
   */
  act(kind, value, more) {
    this.log.act(kind, value, this.props.map_key, more);
  }

  /**
   * Something was done on this page, here or elsewhere, or by Python.
   *
   * @param {string} kind
   * @param {Act} act
   */
  heardAct(kind, act) {
    if (!this.points || !this.drawnOnce) return; // drawing takes it from the log
    const isOwn = act.by === this.props.map_key;
    if (kind === "clip") {
      this.takePick();
      this.tell();
      if (!isOwn && this.picked >= 0 && !insideBox(this.points, this.view, 0, this.picked)) {
        this.centreOn(this.picked);
      }
      this.drawOverlay();
    } else if (kind === this.props.colour_kind) {
      if (this.takeColour()) this.draw();
    } else if (kind === "selection" && isOwn) {
      this.selectedBy = act;
    } else if (kind === "selection") {
      this.takeSelection();
      this.draw();
    }
  }

  /** @param {number} i */
  centreOn(i) {
    const [x, y] = [this.points.x[i], this.points.y[i]];
    if (isFinite(x) && isFinite(y)) this.setView(centredOn(this.view, x, y), true);
  }

  /** @param {Pixel} pixel */
  hoverAt(pixel) {
    this.hover(this.points && this.drawnOnce ? this.pointAt(pixel, PICK_RADIUS) : -1);
  }

  /** @param {number} i */
  hover(i) {
    if (i === this.hovered) return;
    this.hovered = i;
    this.stage.classList.toggle("bm-over", i >= 0);
    this.drawTip();
    this.drawOverlay();
    if (this.points) hovers.tell({ ...this.from, hovered: i >= 0 ? this.points.rows[i] : null });
  }

  /**
   * With the keyboard: the nearest point in the direction of the arrow.
   *
   * @param {[dx: number, dy: number]} direction
   */
  step(direction) {
    const to = this.toPixels();
    const i = to ? pointTowards(this.points, this.state, to, this.picked, direction) : -1;
    if (i < 0) return;
    this.pick(i);
    this.hover(i);
  }

  // ---- selecting ---------------------------------------------------------------------------------------

  /** @param {Pixel[]} corners */
  selectOutline(corners) {
    const to = this.toPixels();
    if (!to) return;
    const polygon = corners.map((pixel) => fromPixel(to, pixel));
    const masked = maskInside(this.points, polygon, this.isWanted());
    this.selection = { ...masked, polygon };
    this.draw();
    const { places } = this.points; // on which it was drawn
    const isolated = this.isolated ? [...this.isolated] : null;
    const value = { polygon, places, colour_by: this.colourId, isolated };
    this.act("selection", value, { rows: rowsOfMask(this.points, masked.mask) });
  }

  /** @param {ArrayLike<number>} rows of the dataset */
  selectRows(rows) {
    const masked = maskOfRows(this.points, rows);
    this.selection = { ...masked, polygon: null };
    this.draw();
    const value = valueOfMask(this.points, masked.mask);
    this.act("selection", value, { rows: rowsOfMask(this.points, masked.mask) });
  }

  /** Python opens the page that says why. */
  askWhy() {
    this.act("why", this.props.dataset);
  }

  clearSelection() {
    if (!this.selection) return;
    this.selection = null;
    this.draw();
    this.act("selection", null);
  }

  // ---- colours and legend ------------------------------------------------------------------------------

  /** @param {string} id */
  recolour(id) {
    if (this.points.colourings.some((c) => c.id === id)) this.act(this.props.colour_kind, id);
  }

  /**
   * @param {number} code
   * @param {boolean} add
   */
  toggle(code, add) {
    this.isolate(toggled(this.isolated, code, add));
  }

  /**
   * Shows a name beside background alone, as long as the pointer is on it.
   *
   * @param {number | null} code
   */
  preview(code) {
    if (code === this.previewed || this.points.n > PREVIEW_UP_TO) return;
    this.previewed = code;
    clearTimeout(this.previewing);
    this.previewing = setTimeout(() => this.drawnOnce && this.draw({ isGlance: true }), PREVIEW_AFTER_MS);
  }

  /** @param {Set<number> | null} codes */
  isolate(codes) {
    this.previewed = null;
    this.isolated = codes;
    this.draw();
  }

  // ---- view and downloads ------------------------------------------------------------------------------

  /**
   * @param {View} view
   * @param {boolean} isOwn
   */
  setView(view, isOwn) {
    if (!this.drawnOnce) return;
    this.view = view;
    this.draw();
    if (isOwn) this.tellView();
  }

  /** Plotly moved or zoomed. Above the limit the points in view change with it, once the movement has ended. */
  viewChanged() {
    const view = this.shownView();
    if (sameView(view, this.view)) return;
    this.view = view;
    this.drawOverlay();
    if (!this.state.choice.whole) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.draw(), REDRAW_AFTER_MS);
    }
    this.tellView();
  }

  /** @param {string} look of background, on all maps of this browser */
  showBackground(look) {
    writeSetting(BACKGROUND_SETTING, look);
    if (this.drawnOnce) this.draw();
    backgrounds.tell(this.props.map_key);
  }

  tellView() {
    if (this.props.lock_view) zooms.tell({ ...this.from, view: { ...this.view } });
  }

  /** @param {string} format */
  async download(format) {
    const { Plotly, points, theme, props } = this;
    const state = { ...this.state, view: this.view };
    const images = this.picture.image();
    const size = { width: this.stage.clientWidth, height: this.stage.clientHeight };
    try {
      const map = { points, state, theme, title: props.label, images };
      await download(Plotly, props.plotly_url, map, format, size);
    } catch (error) {
      this.parts.status.textContent = `The picture could not be made: ${/** @type {Error} */ (error).message}`;
    }
  }
}

export default mounting(EmbeddingMap);
