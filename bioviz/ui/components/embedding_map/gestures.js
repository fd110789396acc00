// @ts-check
// Mouse, touch and keyboard on the picture. Plotly keeps moving and zooming; clicks and outlines are ours, so
// that a click picks a point whatever tool is chosen and an outline never turns into a list of points.

import { leaveTextField } from "../shared/keyboard.js";

/** @import { Pixel, PixelBox } from "./view_box.js" */
/** @typedef {"lasso" | "box"} SelectionTool */
/**
 * @typedef {object} GestureActions all in pixels of the stage
 * @property {() => PixelBox | undefined} box the plot area
 * @property {() => SelectionTool | null} selecting
 * @property {(pixel: Pixel, isTouch: boolean) => void} click
 * @property {(pixel: Pixel) => void} hover
 * @property {() => void} leave
 * @property {(corners: Pixel[] | null) => void} outline being drawn
 * @property {(corners: Pixel[]) => void} selected
 * @property {() => void} doubleClick
 * @property {() => void} escape
 * @property {(direction: [dx: number, dy: number]) => void} arrow
 */
/**
 * @typedef {object} Press
 * @property {Pixel} start
 * @property {Pixel[]} corners of the outline
 * @property {SelectionTool | null} tool
 * @property {boolean} moved further than a click
 */

const STILL = 4; // a press that moves less than this many pixels is a click
const STEP = 3; // pixels between the corners of a lasso
/** @type {Record<string, [dx: number, dy: number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {Pixel} start
 * @param {SelectionTool | null} tool
 * @returns {Press}
 */
export const pressed = (start, tool) => ({ start, corners: [start], tool, moved: false });

/**
 * A press after the pointer has come to a place.
 *
 * @param {Press} press
 * @param {Pixel} here
 * @returns {Press}
 */
export function dragged(press, here) {
  const { start, tool, corners } = press;
  const far = (/** @type {Pixel} */ from, /** @type {number} */ distance) =>
    Math.hypot(here[0] - from[0], here[1] - from[1]) >= distance;
  const moved = press.moved || far(start, STILL);
  if (!tool || !moved) return { ...press, moved };
  if (tool === "box") {
    return { ...press, moved, corners: [start, [here[0], start[1]], here, [start[0], here[1]]] };
  }
  if (far(corners[corners.length - 1], STEP)) corners.push(here);
  return { ...press, moved };
}

/**
 * @param {PixelBox | undefined} box
 * @param {Pixel} pixel
 */
export function contains(box, [x, y]) {
  if (!box) return false;
  return x >= box.left && y >= box.top && x <= box.left + box.width && y <= box.top + box.height;
}

/** Whether a press is on a button that lies over the picture. */
function isOnButton(/** @type {Event} */ event) {
  const [target] = event.composedPath();
  return "closest" in target && /** @type {Element} */ (target).closest(".bm-callout") !== null;
}

export class Gestures {
  /** @type {Press | null} */
  press = null;
  end = new AbortController();
  frame = 0;

  /**
   * @param {HTMLElement} stage
   * @param {GestureActions} on
   */
  constructor(stage, on) {
    this.stage = stage;
    this.on = on;
    const options = { signal: this.end.signal, capture: true };
    stage.addEventListener("pointerdown", (event) => this.down(event), options);
    window.addEventListener("pointermove", (event) => this.move(event), options);
    window.addEventListener("pointerup", (event) => this.up(event), options);
    window.addEventListener("pointercancel", () => this.cancel(), options);
    stage.addEventListener("pointerleave", () => on.leave(), options);
    stage.addEventListener("dblclick", (event) => this.isWithin(this.at(event)) && on.doubleClick(), options);
    stage.addEventListener("keydown", (event) => this.key(event), options);
  }

  destroy() {
    this.end.abort();
    cancelAnimationFrame(this.frame);
  }

  /**
   * @param {MouseEvent} event
   * @returns {Pixel}
   */
  at(event) {
    const bounds = this.stage.getBoundingClientRect();
    return [event.clientX - bounds.left, event.clientY - bounds.top];
  }

  /** @param {Pixel} pixel */
  isWithin(pixel) {
    return contains(this.on.box(), pixel);
  }

  /** @param {PointerEvent} event */
  down(event) {
    const start = this.at(event);
    if (event.button !== 0 || !this.isWithin(start) || isOnButton(event)) return;
    this.press = pressed(start, this.on.selecting());
    this.on.leave();
    leaveTextField(); // plotly keeps the browser from moving the focus
    if (this.press.tool) {
      event.preventDefault();
      this.stage.focus({ preventScroll: true });
    }
  }

  /** @param {PointerEvent} event */
  move(event) {
    const here = this.at(event);
    if (this.press) {
      const press = (this.press = dragged(this.press, here));
      if (press.tool && press.moved) this.soon(() => this.press && this.on.outline(press.corners));
    } else if (event.target instanceof Node && this.stage.contains(event.target)) {
      this.soon(() => (this.isWithin(here) ? this.on.hover(here) : this.on.leave()));
    }
  }

  /** @param {PointerEvent} event */
  up(event) {
    const { press } = this;
    this.press = null;
    if (!press) return;
    if (!press.moved) return this.on.click(press.start, event.pointerType === "touch");
    if (!press.tool) return;
    this.on.outline(null);
    if (press.corners.length >= 3) this.on.selected(press.corners);
  }

  cancel() {
    this.press = null;
    this.on.outline(null);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === "Escape") this.on.escape();
    if (!Object.hasOwn(ARROWS, event.key) || event.target !== this.stage) return;
    event.preventDefault();
    event.stopPropagation();
    this.on.arrow(ARROWS[event.key]);
  }

  /**
   * At most one answer a frame, however many events the mouse sends.
   *
   * @param {() => unknown} answer
   */
  soon(answer) {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(answer);
  }
}
