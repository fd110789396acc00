// A clip and its comparisons: equally loud, in step, one of them heard; their pictures on one scale.

const AB_SETTINGS = "bioviz.ab";
const AB_MARGIN = { left: 44, right: 12 };
const AB_HEIGHT = 104;
const AB_AXIS = 32;
const AB_PROBE = { w: 240, h: 64 };
const TOP_STEP_DB = 5;
const LOWEST_LOUDNESS_DB = -90;

const letter = (index) => String.fromCharCode(65 + index);
const decibels = (value) => value.toFixed(1).replace("-", "−");

function abSettings() {
  const defaults = { loop: true, volume: 0.8, range: "60" };
  try {
    return { ...defaults, ...JSON.parse(localStorage.getItem(AB_SETTINGS) ?? "{}") };
  } catch {
    return defaults; // storage is off, or holds something else
  }
}

// One clip's line: what it is, a button to hear it, and its picture.
class ClipRow {
  constructor(clip, index, { hear, choose, colourOf }) {
    Object.assign(this, { clip, colourOf });
    this.button = el("button", { type: "button", class: "bv-ab-letter", text: letter(index), title: `Hear ${letter(index)} (${index + 1})`, "aria-pressed": "false", onclick: hear });
    this.level = el("span", { class: "bv-ab-level" });
    const chips = clip.labels.map((label) => el("span", { class: "bv-chip" }, el("span", { class: "bv-dot", style: `background:${colourOf(label)}` }), el("span", { text: label })));
    const place = el("span", { class: "bv-muted bv-ab-place", text: `${clip.recording}, ${clip.start_s.toFixed(1)} s`, title: clip.recording });
    const head = el("div", { class: "bv-ab-head" }, this.button, el("strong", { text: clip.role }), ...chips, place, this.level);
    this.image = el("img", { class: "bv-ab-image", alt: `Spectrogram of ${clip.role}`, draggable: "false", hidden: true });
    this.axes = svg("svg", { class: "bv-ab-axes" });
    this.playhead = el("div", { class: "bv-ab-playhead", hidden: true });
    this.message = el("div", { class: "bv-ab-message", role: "status", text: "Loading…" });
    this.picture = el("div", { class: "bv-ab-picture", title: "Show this clip", onclick: choose }, this.image, this.axes, this.playhead, this.message);
    this.element = el("article", { class: "bv-ab-row", "data-row": clip.row }, head, this.picture);
  }

  say(text) {
    this.message.textContent = text;
    this.message.classList.toggle("bv-error", Boolean(text));
    this.message.hidden = !text;
  }

  tellLevel(about) {
    const { gain_db: gain, loudness_db: reached } = about;
    this.level.textContent = reached === null ? "silent" : Math.abs(gain) < 0.05 ? "as recorded" : `${gain > 0 ? "raised" : "lowered"} by ${decibels(Math.abs(gain))} dB`;
  }

  mark(heard) {
    this.element.dataset.heard = heard ? "1" : "0";
    this.button.setAttribute("aria-pressed", String(heard));
  }

  async show({ url, about }) {
    this.about = about;
    this.image.src = url;
    await this.image.decode();
    this.image.hidden = false;
    this.say("");
  }

  // `frame` is what all rows share: {seconds, low, high, axis, width, last}.
  draw(frame) {
    this.frame = frame;
    this.element.style.setProperty("--bv-ab-below", `${frame.last === this ? AB_AXIS : 6}px`);
    if (!this.about) return this.axes.replaceChildren();
    const { start_s: start, end_s: end, low_hz: low, high_hz: high } = this.about;
    Object.assign(this.image.style, {
      left: `${this.x(0)}px`, width: `${this.x(end - start) - this.x(0)}px`,
      top: `${this.y(high)}px`, height: `${this.y(low) - this.y(high)}px`,
    });
    const outline = svg("rect", { x: AB_MARGIN.left, y: 0.5, width: frame.width, height: AB_HEIGHT - 1, class: "bv-ab-frame" });
    this.axes.replaceChildren(outline, ...this.boxMarks(), ...this.hzAxis(), ...(frame.last === this ? this.timeAxis() : []));
  }

  x(seconds) {
    return AB_MARGIN.left + Math.min(Math.max(seconds / this.frame.seconds, 0), 1) * this.frame.width;
  }

  y(hz) {
    const { low, high, axis } = this.frame;
    const scale = axis === "mel" ? hzToMel : (value) => value;
    const part = (scale(Math.min(Math.max(hz, low), high)) - scale(low)) / (scale(high) - scale(low));
    return (1 - part) * AB_HEIGHT;
  }

  movePlayhead(fraction) {
    this.playhead.hidden = fraction === undefined || !this.frame;
    if (!this.playhead.hidden) this.playhead.style.left = `${AB_MARGIN.left + fraction * this.frame.width}px`;
  }

  hzAxis() {
    const { low, high, axis } = this.frame;
    const step = niceStep((high - low) / 1000, 5);
    const even = ticksBetween(low / 1000, high / 1000, step).map((khz) => [khz, shortNumber(khz, step)]);
    const uneven = NICE_KHZ.filter((khz) => khz * 1000 >= low && khz * 1000 <= high).map((khz) => [khz, `${khz}`]);
    let last = Infinity;
    const marks = (axis === "mel" ? uneven : even).flatMap(([khz, text]) => {
      const y = this.y(khz * 1000);
      if (last - y < 20) return [];
      last = y;
      return [
        svg("line", { x1: AB_MARGIN.left - 4, x2: AB_MARGIN.left, y1: y, y2: y, class: "bv-ab-tick" }),
        svg("text", { x: AB_MARGIN.left - 7, y: Math.min(Math.max(y + 4, 9), AB_HEIGHT), "text-anchor": "end", text }),
      ];
    });
    const turned = { transform: `translate(11 ${AB_HEIGHT / 2}) rotate(-90)`, "text-anchor": "middle", text: axis === "mel" ? "kHz (mel)" : "kHz" };
    return [...marks, svg("text", turned)];
  }

  timeAxis() {
    const { seconds, width } = this.frame;
    const step = niceStep(seconds, width / 70);
    const marks = ticksBetween(0, seconds, step).flatMap((at) => [
      svg("line", { x1: this.x(at), x2: this.x(at), y1: AB_HEIGHT, y2: AB_HEIGHT + 4, class: "bv-ab-tick" }),
      svg("text", { x: this.x(at), y: AB_HEIGHT + 15, "text-anchor": "middle", text: shortNumber(at, step) }),
    ]);
    return [...marks, svg("text", { x: AB_MARGIN.left + width / 2, y: AB_HEIGHT + 29, "text-anchor": "middle", text: "seconds in the clip" })];
  }

  boxMarks() {
    const { start_s: start, end_s: end } = this.about;
    const { low, high } = this.frame;
    return (this.boxes ?? [])
      .filter(([from, to, lowest, highest]) => to > start && from < end && (lowest ?? low) < high && (highest ?? high) > low)
      .map(([from, to, lowest, highest, label]) => {
        const [x, y] = [this.x(from - start), this.y(highest ?? high)];
        const place = { x, y, width: Math.max(2, this.x(Math.min(to, end) - start) - x), height: Math.max(2, this.y(lowest ?? low) - y) };
        return svg("rect", { ...place, class: "bv-ab-box", stroke: this.colourOf(label) }, svg("title", { text: label }));
      });
  }
}

class AbListening {
  constructor(parent) {
    this.settings = abSettings();
    this.rows = [];
    this.turn = 0; // counts loads, so that a late answer never lands on other clips
    this.player = new SyncPlayer(() => this.playing());
    this.player.setLoop(this.settings.loop);
    this.player.setVolume(this.settings.volume);
    this.build(parent);
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    // Before the inspector hears of it: the space bar belongs to what was used last.
    window.addEventListener("keydown", (event) => this.key(event), { signal, capture: true });
    this.stopHear = onHear(this, () => this.giveWay());
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.list);
  }

  build(parent) {
    const { settings } = this;
    this.playButton = el("button", { type: "button", class: "bv-ab-play", text: "▶ Play", title: "Play or pause (space)", onclick: () => this.toggle() });
    this.swapButton = el("button", { type: "button", class: "bv-ab-swap", title: "Hear the next one at the same place (key A; Shift+A: the one before)", onclick: () => this.swap(1) }, "⇄ Swap ", el("kbd", { text: "A" }));
    const loop = el("input", { type: "checkbox" });
    loop.checked = settings.loop;
    loop.addEventListener("change", () => this.set("loop", loop.checked));
    const volume = el("input", { type: "range", min: 0, max: 1, step: 0.05, class: "bv-ab-volume", "aria-label": "Volume" });
    volume.value = settings.volume;
    volume.addEventListener("input", () => this.set("volume", Number(volume.value)));
    volume.addEventListener("change", () => volume.blur());
    const range = el("select", { title: "Decibels between the faintest and the strongest colour" });
    for (const db of ["30", "40", "50", "60", "70", "80", "100"]) range.append(el("option", { value: db, text: `${db} dB`, selected: db === settings.range }));
    range.addEventListener("change", () => { this.set("range", range.value); range.blur(); });
    this.clock = el("span", { class: "bv-ab-clock" });
    const named = (text, control) => el("label", {}, el("span", { text }), control);
    this.bar = el("div", { class: "bv-ab-bar" }, this.playButton, this.swapButton, this.clock, named("Loop", loop), named("Volume", volume), named("Range", range));
    this.list = el("div", { class: "bv-ab-rows" });
    this.note = el("p", { class: "bv-muted bv-ab-note", "aria-live": "polite" });
    this.root = el("section", { class: "bv-root bv-ab", "aria-label": "Level-matched listening" }, this.bar, this.list, this.note);
    parent.append(this.root);
  }

  update({ data }) {
    const dark = isDark(this.root);
    const asked = JSON.stringify(data);
    this.stopListening?.();
    this.stopListening = actLog(data.group).on((kind) => kind === "clip" && this.giveWay());
    if (asked === this.asked && dark === this.dark) return;
    const repaint = asked === this.asked;
    Object.assign(this, { data, asked, dark });
    if (repaint) return void this.loadPictures(this.turn);
    this.turn += 1;
    this.player.load([]);
    const colourOf = (label) => data.colours[label] ?? "var(--bv-accent)";
    this.rows = data.clips.map((clip, i) => new ClipRow(clip, i, {
      hear: () => this.hear(i, true), choose: () => actLog(data.group).act("clip", [data.dataset, clip.row], data.key), colourOf,
    }));
    this.list.replaceChildren(...this.rows.map((row) => row.element));
    this.swapButton.disabled = this.rows.length < 2;
    this.told = {};
    this.hear(0);
    this.tell();
    this.load(this.turn);
  }

  async load(turn) {
    this.root.dataset.state = "loading";
    await Promise.all([this.loadSounds(turn, this.data.loudness), this.loadPictures(turn), this.loadFacts(turn)]);
    if (turn === this.turn) this.root.dataset.state = "ready";
  }

  // Where a peak keeps one clip below the wanted loudness, all are asked for again at what it reached.
  async loadSounds(turn, loudness, again = false) {
    const query = { loudness, slow: this.data.slow };
    const found = await this.forEach((row) => keptSounds.get(clipUrl(this.data, row.clip.row, "wav", query)));
    if (turn !== this.turn) return;
    const reached = Math.min(...found.map((sound) => sound?.about.loudness_db ?? loudness));
    if (reached < loudness - 0.05 && !again) return this.loadSounds(turn, Math.max(reached, LOWEST_LOUDNESS_DB), true);
    this.player.load(found.map((sound) => sound?.buffer));
    found.forEach((sound, i) => sound && this.rows[i].tellLevel(sound.about));
    this.told.loudness = loudness;
    this.tell();
    this.tick();
  }

  // One scale for all: its top is that of the strongest clip, in whole steps, so that it seldom changes.
  async loadPictures(turn) {
    const chosen = readSettings();
    const wanted = { ...pictureQuery({ ...chosen, context: "0", scale: "clip" }, this.dark, this.width()), db_range: this.settings.range };
    const get = (row, query) => keptPictures.get(clipUrl(this.data, row.clip.row, "png", { ...wanted, ...query }));
    const probes = await this.forEach((row) => get(row, AB_PROBE));
    const tops = probes.flatMap((probe) => (probe ? [probe.about.top_db] : []));
    if (turn !== this.turn || !tops.length) return;
    const top = Math.min(20, TOP_STEP_DB * Math.ceil(Math.max(...tops) / TOP_STEP_DB));
    const pictures = await this.forEach((row, i) => probes[i] && get(row, { top, h: 160 }));
    if (turn !== this.turn) return;
    await Promise.all(pictures.map((picture, i) => picture && this.rows[i].show(picture)));
    if (turn !== this.turn) return;
    this.told.colours = [top - Number(this.settings.range), top];
    this.tell();
    this.draw();
  }

  async loadFacts(turn) {
    const { base, run, dataset, version } = this.data;
    const under = run ? `run/${encodeURIComponent(run)}/clip` : `clip/${encodeURIComponent(dataset)}`;
    await Promise.all(this.rows.map(async (row) => {
      try {
        row.boxes = (await keptFacts.get(`${base}/bioviz/${under}/${row.clip.row}.json?v=${version}`)).boxes;
      } catch {
        row.boxes = []; // the sound and the picture say what is wrong
      }
    }));
    if (turn === this.turn) this.draw();
  }

  // Results in the order of the rows; a row whose own clip fails says so and gives undefined.
  forEach(work) {
    return Promise.all(this.rows.map(async (row, i) => {
      try {
        return await work(row, i);
      } catch (error) {
        row.say(error.message);
        return undefined;
      }
    }));
  }

  width() {
    return Math.max(10, this.list.clientWidth - AB_MARGIN.left - AB_MARGIN.right);
  }

  draw() {
    const shown = this.rows.map((row) => row.about).filter(Boolean);
    if (!shown.length) return;
    const frame = {
      seconds: Math.max(...shown.map((about) => about.end_s - about.start_s)),
      low: Math.min(...shown.map((about) => about.low_hz)),
      high: Math.max(...shown.map((about) => about.high_hz)),
      axis: shown[0].axis,
      width: this.width(),
      last: this.rows.at(-1),
    };
    for (const row of this.rows) row.draw(frame);
    this.tick();
  }

  tell() {
    const { loudness, colours } = this.told;
    const said = [];
    if (loudness !== undefined) said.push(`All brought to ${decibels(loudness)} dBFS (root mean square), so that none stands out by its level.`);
    if (this.data.slow > 1) said.push(`All played ${this.data.slow}× slower.`);
    if (colours) said.push(`Colours from ${decibels(colours[0])} to ${decibels(colours[1])} dB re full scale for all, as recorded.`);
    if (this.rows.length < 2) said.push("There is no neighbor to compare this clip with.");
    this.note.textContent = said.join(" ");
  }

  set(name, value) {
    this.settings[name] = value;
    try {
      localStorage.setItem(AB_SETTINGS, JSON.stringify(this.settings));
    } catch {
      // storage is off: the choice lasts as long as the page
    }
    if (name === "loop") this.player.setLoop(value);
    if (name === "volume") this.player.setVolume(value);
    if (name === "range") this.loadPictures(this.turn);
  }

  hear(index, play = false) {
    this.player.hear(index);
    this.root.dataset.heard = index;
    this.rows.forEach((row, i) => row.mark(i === index));
    this.tick();
    if (play) this.play();
  }

  swap(by) {
    const count = this.rows.length;
    if (count) this.hear((this.player.heard + by + count) % count, true);
  }

  play() {
    this.inHand = true;
    hearAlone(this);
    this.player.play();
  }

  toggle() {
    if (!this.player.playing) return this.play();
    this.inHand = true;
    this.player.pause();
  }

  // Something else is heard now.
  giveWay() {
    this.inHand = false;
    this.player.pause();
  }

  playing() {
    const { playing } = this.player;
    this.root.dataset.playing = playing ? "1" : "0";
    this.playButton.textContent = playing ? "❚❚ Pause" : "▶ Play";
    const follow = () => {
      this.tick();
      if (this.player.playing) requestAnimationFrame(follow);
    };
    follow();
  }

  tick() {
    const { duration, position } = this.player;
    this.clock.textContent = duration ? `${letter(this.player.heard)} · ${position.toFixed(1)} / ${duration.toFixed(1)} s` : "";
    for (const row of this.rows) row.movePlayhead(duration ? position / duration : undefined);
  }

  key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !this.root.offsetWidth) return;
    const target = event.composedPath()[0];
    if (target.closest?.(TEXT_FIELD)) return;
    if (event.key === " " && (!this.inHand || target.closest?.("button,a,summary,input,[role=button]"))) return;
    const number = Number(event.key) - 1;
    let action = { a: () => this.swap(1), A: () => this.swap(-1), " ": () => this.toggle() }[event.key];
    if (event.key !== " " && this.rows[number]) action = () => this.hear(number, true);
    if (!action) return;
    event.preventDefault();
    action();
  }

  stop() {
    this.turn += 1;
    this.stopListening?.();
    this.stopHear();
    this.listeners.abort();
    this.resized.disconnect();
    this.player.load([]);
    this.root.remove();
  }
}

const listenings = new WeakMap();

export default function (component) {
  const parent = component.parentElement;
  const listening = listenings.get(parent) ?? new AbListening(parent);
  listenings.set(parent, listening);
  listening.update(component);
  return () => {
    listening.stop();
    listenings.delete(parent);
  };
}
