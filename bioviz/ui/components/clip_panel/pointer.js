// @ts-check
// What pointer and wheel do on the spectrogram: point, seek, draw and change a box, pan, zoom.

import { CURSORS, boxBetween, dragged, handleAt, rectOf } from "./box_geometry.js";
import { isWithin, placeAt } from "./viewport.js";

/** @import { DrawnBox, Handle } from "./box_geometry.js" */
/** @import { PictureView } from "./picture.js" */
/** @import { Place } from "./viewport.js" */
/** @typedef {"box" | "pan"} Tool */
/**
 * @typedef {object} PointerActions
 * @property {(fraction: number) => void} seek to a part of the clip's sound
 * @property {(place: Place) => void} take the annotation at a place as the box
 * @property {(box: DrawnBox | undefined, done: boolean, anew?: boolean) => void} draw a box, which changes until it is done
 */
/**
 * @typedef {object} Drag
 * @property {number} x
 * @property {number} y
 * @property {Place} from
 * @property {Handle | "new" | "pan"} what
 * @property {DrawnBox | undefined} box before the drag
 * @property {boolean} far enough not to be a click
 */

const CLICK_PIXELS = 4;
const WHEEL_STEP = 1.0022; // factor a pixel of the wheel
const MOST_WHEEL = 160; // pixels of one event, as some mice send whole pages

/**
 * @param {WheelEvent} event
 * @returns {number} the factor that a turn of the wheel zooms by
 */
export function wheelFactor({ deltaY, deltaMode }) {
  const pixels = deltaMode === 1 ? deltaY * 30 : deltaMode === 2 ? deltaY * 300 : deltaY;
  return WHEEL_STEP ** Math.max(-MOST_WHEEL, Math.min(MOST_WHEEL, pixels));
}

export class PicturePointer {
  /** @type {Tool} */
  tool = "box";
  /** @type {Drag | undefined} */
  drag;

  /**
   * @param {PictureView} picture
   * @param {PointerActions} actions
   */
  constructor(picture, actions) {
    this.picture = picture;
    this.actions = actions;
    const { element } = picture;
    element.addEventListener("pointerdown", (event) => this.down(event));
    element.addEventListener("pointermove", (event) => this.move(event));
    element.addEventListener("pointerup", (event) => this.up(event));
    element.addEventListener("pointercancel", () => this.cancel());
    element.addEventListener("pointerleave", () => !this.drag && picture.point(undefined));
    element.addEventListener("dblclick", (event) => {
      const at = this.at(event);
      if (at?.within) actions.take(at.place);
    });
    element.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  /** @param {MouseEvent} event */
  at(event) {
    const { left, top } = this.picture.element.getBoundingClientRect();
    const [x, y, frame] = [event.clientX - left, event.clientY - top, this.picture.frame()];
    return frame && { x, y, frame, place: placeAt(x, y, frame), within: isWithin(x, y, frame) };
  }

  /**
   * @param {number} x
   * @param {number} y
   * @returns {Handle | undefined} of the box in hand
   */
  handle(x, y) {
    const [{ box }, frame] = [this.picture, this.picture.frame()];
    return box && frame && this.tool === "box" ? handleAt(x, y, rectOf(box, frame)) : undefined;
  }

  /** @param {PointerEvent} event */
  down(event) {
    const at = this.at(event);
    if (!at || event.button !== 0) return;
    const what = this.handle(at.x, at.y) ?? (this.tool === "pan" ? "pan" : "new");
    if (!at.within && (what === "new" || what === "pan")) return;
    this.drag = { x: at.x, y: at.y, from: at.place, what, box: this.picture.box, far: false };
    this.picture.element.setPointerCapture(event.pointerId);
    event.preventDefault(); // or the browser selects text
  }

  /** @param {PointerEvent} event */
  move(event) {
    const at = this.at(event);
    if (!at) return;
    const { drag, picture } = this;
    const whole = picture.whole();
    if (!drag || !whole) {
      const handle = this.handle(at.x, at.y);
      picture.element.style.cursor = handle ? CURSORS[handle] : this.tool === "pan" ? "grab" : "crosshair";
      return picture.point(at.within ? at.place : undefined);
    }
    drag.far ||= Math.hypot(at.x - drag.x, at.y - drag.y) >= CLICK_PIXELS;
    if (!drag.far) return;
    if (drag.what === "pan") {
      const { frame } = at;
      picture.pan({ time: (drag.x - at.x) / frame.width, band: (at.y - drag.y) / frame.height });
      Object.assign(drag, { x: at.x, y: at.y });
      return;
    }
    picture.point(at.within ? at.place : undefined);
    if (drag.what === "new") this.actions.draw(boxBetween(drag.from, at.place, whole), false, true);
    else if (drag.box) {
      this.actions.draw(dragged(drag.box, drag.what, drag.from, at.place, whole, at.frame.axis), false);
    }
  }

  /** @param {PointerEvent} event */
  up(event) {
    const [{ drag }, at] = [this, this.at(event)];
    this.drag = undefined;
    if (!drag || !at) return;
    if (drag.far) {
      if (drag.what !== "pan") this.actions.draw(this.picture.box, true);
      return;
    }
    const whole = this.picture.whole();
    if (whole && at.within) this.actions.seek((at.place.seconds - whole.start) / (whole.end - whole.start));
  }

  cancel() {
    if (this.drag && this.drag.what !== "pan") this.actions.draw(this.drag.box, true);
    this.drag = undefined;
  }

  /**
   * Zooms time; with Shift or beside the picture on its left, frequency; with Ctrl (a pinch) both. Where nothing is
   * left to zoom out of, the page scrolls.
   *
   * @param {WheelEvent} event
   */
  wheel(event) {
    const at = this.at(event);
    if (!at) return;
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY) && !event.shiftKey) {
      if (this.picture.isWhole) return;
      event.preventDefault();
      return this.picture.pan({ time: event.deltaX / at.frame.width });
    }
    // With Shift some systems turn the wheel sideways.
    const delta = { deltaY: event.deltaY || event.deltaX, deltaMode: event.deltaMode };
    const factor = wheelFactor(/** @type {WheelEvent} */ (delta));
    const ofBand = event.shiftKey || at.x < at.frame.left;
    const factors = event.ctrlKey
      ? { time: factor, band: factor }
      : ofBand
        ? { band: factor }
        : { time: factor };
    if (this.picture.zoom(factors, at.place) || !this.picture.isWhole) event.preventDefault();
  }
}
