// The spectrogram: the server's bare picture, with axes, annotation boxes, window mark and playhead drawn here.

const MARGIN = { left: 44, right: 16, top: 10, bottom: 34 };
const PICTURE_HEIGHT = 220;
const LETTER_WIDTH = 6.8;
const NAMED_AGAIN_AFTER = 220;
const NICE_KHZ = [0.05, 0.1, 0.2, 0.5, 1, 2, 3, 4, 6, 8, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 250];

const hzToMel = (hz) => 2595 * Math.log10(1 + hz / 700);

function niceStep(span, most) {
  const rough = span / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((m) => m * power).find((step) => step >= rough);
}

function ticksBetween(low, high, step) {
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) ticks.push(i * step);
  return ticks;
}

const shortNumber = (value, step) => value.toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));

class PictureView {
  // `seek(fraction)` is called when the picture is clicked.
  constructor(seek) {
    this.image = el("img", { class: "bv-image", alt: "Spectrogram of the clip", draggable: "false" });
    this.axes = svg("svg", { class: "bv-axes" });
    this.playhead = el("div", { class: "bv-playhead", hidden: true });
    this.message = el("div", { class: "bv-message", role: "status" });
    this.element = el("div", { class: "bv-picture" }, this.image, this.axes, this.playhead, this.message);
    this.element.addEventListener("click", (event) => {
      if (!this.about) return;
      const box = this.element.getBoundingClientRect();
      const at = (event.clientX - box.left - MARGIN.left) / this.width();
      if (at >= 0 && at <= 1) seek(at);
    });
    this.resized = new ResizeObserver(() => {
      this.measured = this.element.clientWidth;
      this.drawAxes();
    });
    this.resized.observe(this.element);
  }

  // Asking the browser lays the whole page out anew, so it is asked once a size and not once a mark.
  width() {
    this.measured ||= this.element.clientWidth;
    return Math.max(10, this.measured - MARGIN.left - MARGIN.right);
  }

  say(text, isError = false) {
    this.message.textContent = text;
    this.message.classList.toggle("bv-error", isError);
    this.message.hidden = !text;
  }

  clear() {
    this.about = undefined;
    this.image.removeAttribute("src");
    this.axes.replaceChildren();
    this.playhead.hidden = true;
  }

  // Resolves when the picture can be seen.
  async show(picture) {
    const next = new Image();
    next.src = picture.url;
    await next.decode();
    return () => {
      this.image.src = picture.url;
      this.about = picture.about;
      this.say("");
      this.drawAxes();
    };
  }

  // Boxes are [start_s, end_s, low_hz, high_hz, label]; `span` is the embedded window [start_s, end_s].
  annotate(boxes, span, colourOf) {
    Object.assign(this, { boxes, span, colourOf });
    this.drawAxes();
  }

  movePlayhead(fraction) {
    this.playhead.hidden = fraction === undefined || !this.about;
    if (fraction !== undefined) this.playhead.style.left = `${MARGIN.left + fraction * this.width()}px`;
  }

  x(seconds) {
    const { start_s: start, end_s: end } = this.about;
    return MARGIN.left + (Math.min(Math.max(seconds, start), end) - start) / (end - start) * this.width();
  }

  y(hz) {
    const { low_hz: low, high_hz: high, axis } = this.about;
    const scale = axis === "mel" ? hzToMel : (value) => value;
    const part = (scale(Math.min(Math.max(hz, low), high)) - scale(low)) / (scale(high) - scale(low));
    return MARGIN.top + (1 - part) * PICTURE_HEIGHT;
  }

  drawAxes() {
    if (!this.about) return;
    const width = this.width();
    this.axes.replaceChildren(this.frame(), ...this.windowMark(), ...this.boxMarks(), ...this.timeAxis(width), ...this.hzAxis());
  }

  frame() {
    return svg("rect", { x: MARGIN.left, y: MARGIN.top, width: this.width(), height: PICTURE_HEIGHT, class: "bv-frame" });
  }

  timeAxis(width) {
    const { start_s: start, end_s: end } = this.about;
    const base = MARGIN.top + PICTURE_HEIGHT;
    const step = niceStep(end - start, width / 70);
    const marks = ticksBetween(start, end, step).flatMap((seconds) => [
      svg("line", { x1: this.x(seconds), x2: this.x(seconds), y1: base, y2: base + 4, class: "bv-tick" }),
      svg("text", { x: this.x(seconds), y: base + 15, "text-anchor": "middle", text: shortNumber(seconds, step) }),
    ]);
    const title = { x: MARGIN.left + width / 2, y: base + 30, "text-anchor": "middle", text: "seconds in the recording" };
    return [...marks, svg("text", title)];
  }

  hzAxis() {
    const { low_hz: low, high_hz: high, axis } = this.about;
    const step = niceStep((high - low) / 1000, 6);
    const even = ticksBetween(low / 1000, high / 1000, step).map((khz) => [khz, shortNumber(khz, step)]);
    const uneven = NICE_KHZ.filter((khz) => khz * 1000 >= low && khz * 1000 <= high).map((khz) => [khz, `${khz}`]);
    let last = Infinity;
    const marks = (axis === "mel" ? uneven : even).flatMap(([khz, text]) => {
      const y = this.y(khz * 1000);
      if (last - y < 14) return [];
      last = y;
      return [
        svg("line", { x1: MARGIN.left - 4, x2: MARGIN.left, y1: y, y2: y, class: "bv-tick" }),
        svg("text", { x: MARGIN.left - 7, y: y + 4, "text-anchor": "end", text }),
      ];
    });
    const middle = MARGIN.top + PICTURE_HEIGHT / 2;
    const title = axis === "mel" ? "kHz (mel scale)" : "kHz";
    const turned = { transform: `translate(11 ${middle}) rotate(-90)`, "text-anchor": "middle", text: title };
    return [...marks, svg("text", turned)];
  }

  windowMark() {
    if (!this.span) return [];
    const { start_s: start, end_s: end } = this.about;
    const [from, to] = this.span.map((seconds) => this.x(seconds));
    const tall = { y: MARGIN.top, height: PICTURE_HEIGHT, class: "bv-context" };
    const marks = [];
    if (this.span[0] > start) marks.push(svg("rect", { x: MARGIN.left, width: from - MARGIN.left, ...tall }));
    if (this.span[1] < end) marks.push(svg("rect", { x: to, width: this.x(end) - to, ...tall }));
    const bar = { x: from, width: Math.max(1, to - from), y: MARGIN.top - 6, height: 4, rx: 2, class: "bv-window" };
    return [...marks, svg("rect", bar, svg("title", { text: "The window that was embedded" }))];
  }

  boxMarks() {
    const { start_s: start, end_s: end, low_hz: low, high_hz: high } = this.about;
    const boxes = (this.boxes ?? [])
      .filter(([from, to, lowest, highest]) => to > start && from < end && (lowest ?? low) < high && (highest ?? high) > low)
      .map(([from, to, lowest, highest, label]) => {
        const [x, y] = [this.x(from), this.y(highest ?? high)];
        return { x, y, width: Math.max(2, this.x(to) - x), height: Math.max(2, this.y(lowest ?? low) - y), label };
      });
    const marks = boxes.flatMap(({ label, ...place }) => {
      const colour = this.colourOf(label);
      const halo = brightness(colour) > 0.55 ? "#10201f" : "#ffffff";
      return [
        svg("rect", { ...place, class: "bv-box-halo", stroke: halo }),
        svg("rect", { ...place, class: "bv-box", stroke: colour }, svg("title", { text: label })),
      ];
    });
    return [...marks, ...this.boxLabels(boxes)];
  }

  // A label goes into its box where it fits, else above it; of many alike side by side only some are named.
  boxLabels(boxes) {
    const placed = [];
    const rightmost = MARGIN.left + this.width();
    return boxes.flatMap(({ x, y, width, label }) => {
      const length = Math.min(label.length * LETTER_WIDTH, this.width());
      const inside = length + 6 <= width || y < MARGIN.top + 16;
      const at = { left: Math.max(MARGIN.left + 2, Math.min(x + 3, rightmost - length)), y: inside ? y + 13 : y - 4, label };
      at.right = at.left + length;
      const taken = placed.some(
        (other) => Math.abs(other.y - at.y) < 13 && other.left < at.right && at.left < other.right,
      );
      const named = placed.some((other) => other.label === label && Math.abs(other.left - at.left) < NAMED_AGAIN_AFTER);
      if (taken || named) return [];
      placed.push(at);
      return [svg("text", { x: at.left, y: at.y, class: "bv-box-label", text: label })];
    });
  }
}
