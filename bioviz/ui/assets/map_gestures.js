// Mouse, touch and keyboard on the picture. Plotly keeps moving and zooming; clicks and outlines are ours, so
// that a click picks a point whatever tool is chosen and an outline never turns into a list of points.

const STILL = 4; // a press that moves less than this many pixels is a click
const STEP = 3; // pixels between the corners of a lasso
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class Gestures {
  // `on` has: box() -> plot area {left, top, width, height} or null; selecting() -> "lasso", "box" or null;
  // click(x, y), hover(x, y), leave(), outline(corners or null), selected(corners), doubleClick(), escape(),
  // arrow(dx, dy). All in pixels of the stage.
  constructor(stage, on) {
    this.stage = stage;
    this.on = on;
    this.press = null;
    this.end = new AbortController();
    const listen = (target, type, handler) =>
      target.addEventListener(type, handler.bind(this), { signal: this.end.signal, capture: true });
    listen(stage, "pointerdown", this.down);
    listen(window, "pointermove", this.move);
    listen(window, "pointerup", this.up);
    listen(window, "pointercancel", this.cancel);
    listen(stage, "pointerleave", on.leave);
    listen(stage, "dblclick", this.double);
    listen(stage, "keydown", this.key);
  }

  destroy() {
    this.end.abort();
    cancelAnimationFrame(this.frame);
  }

  at(event) {
    const bounds = this.stage.getBoundingClientRect();
    return [event.clientX - bounds.left, event.clientY - bounds.top];
  }

  contains([x, y]) {
    const box = this.on.box();
    return box && x >= box.left && y >= box.top && x <= box.left + box.width && y <= box.top + box.height;
  }

  down(event) {
    const start = this.at(event);
    if (event.button !== 0 || !this.contains(start)) return;
    this.press = { start, corners: [start], tool: this.on.selecting(), moved: false };
    this.on.leave();
    leaveTextField(); // plotly keeps the browser from moving the focus
    if (this.press.tool) {
      event.preventDefault();
      this.stage.focus({ preventScroll: true });
    }
  }

  move(event) {
    const here = this.at(event);
    const { press } = this;
    if (!press) {
      if (this.stage.contains(event.target)) this.soon(() => (this.contains(here) ? this.on.hover(...here) : this.on.leave()));
      return;
    }
    const far = (from, distance) => Math.hypot(here[0] - from[0], here[1] - from[1]) >= distance;
    press.moved ||= far(press.start, STILL);
    if (!press.tool || !press.moved) return;
    if (press.tool === "box") {
      const [x, y] = press.start;
      press.corners = [press.start, [here[0], y], here, [x, here[1]]];
    } else if (far(press.corners[press.corners.length - 1], STEP)) press.corners.push(here);
    this.soon(() => this.press && this.on.outline(press.corners));
  }

  up(event) {
    const { press } = this;
    this.press = null;
    if (!press) return;
    if (!press.moved) return this.on.click(...press.start, event.pointerType === "touch");
    if (!press.tool) return;
    this.on.outline(null);
    if (press.corners.length >= 3) this.on.selected(press.corners);
  }

  cancel() {
    this.press = null;
    this.on.outline(null);
  }

  double(event) {
    if (this.contains(this.at(event))) this.on.doubleClick();
  }

  key(event) {
    if (event.key === "Escape") this.on.escape();
    if (!ARROWS[event.key] || event.target !== this.stage) return;
    event.preventDefault();
    event.stopPropagation();
    this.on.arrow(...ARROWS[event.key]);
  }

  // At most one answer a frame, however many events the mouse sends.
  soon(answer) {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(answer);
  }
}
