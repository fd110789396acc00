// One clip at a time: its sound, picture, facts and neighbors, at once on a pick and without a rerun.

const TYPING = `${TEXT_FIELD},input[type=range],[role=slider]`;
const THUMB = { w: 160, h: 64, db_range: 45, thumb: 1 };
const PREFETCH_AFTER_MS = 250;

class Inspector {
  constructor(parent) {
    this.settings = readSettings();
    this.controls = new SettingControls(this.settings, (name) => this.settingChanged(name));
    this.playlist = new Int32Array(0);
    this.turn = 0; // counts picks, so that a late answer never replaces a newer clip
    this.ahead = new Map(); // row -> how to call off what is fetched ahead of it
    buildInspector(this);
    parent.append(this.root);
    this.applySound();
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.root.addEventListener("pointerdown", (event) => {
      this.takeKeys();
      if (!event.composedPath()[0].closest?.(TEXT_FIELD)) leaveTextField();
    }, { signal });
    window.addEventListener("keydown", (event) => this.key(event), { signal });
    for (const audio of [this.audio, this.preview]) audio.addEventListener("play", () => hearAlone(this));
    this.stopHear = onHear(this, () => [this.audio, this.preview].forEach((audio) => audio.pause()));
    window.biovizKeys ??= this;
  }

  // Python's side changed: what may be shown and in which order. Which clip it is the log of acts says.
  update(component) {
    const { data } = component;
    this.data = data;
    this.offerFlagPlace();
    this.colourOf = (label) => data.colours?.[label] ?? "var(--st-primary-color, #ff4b4b)";
    this.playlist = decodeRows(data.playlist);
    const source = { base: data.base, dataset: data.dataset, version: data.version };
    const moved = JSON.stringify([source, data.run]) !== JSON.stringify([this.source, this.run]);
    Object.assign(this, { source, run: data.run });
    this.stopListening?.();
    this.log = actLog(data.group);
    this.stopListening = this.log.on((kind, act) => kind === "clip" && this.heardClip(act));
    const dark = isDark(this.root);
    const repaint = dark !== this.dark;
    this.dark = dark;
    if (moved) {
      const row = this.log.clip(data.dataset);
      if (row >= 0) return this.show(row);
      this.empty();
    } else if (repaint && this.row !== undefined) this.loadPicture(this.turn);
    this.showPosition();
    if (moved && this.playlist.length) this.openAhead();
  }

  // Where the flag bar of this group goes, whichever of the two is there first.
  offerFlagPlace() {
    const places = (window.biovizFlagPlaces ??= {});
    if (places[this.data.group] === this.flagPlace) return;
    places[this.data.group] = this.flagPlace;
    window.dispatchEvent(new CustomEvent("bioviz:flag-place"));
  }

  // What the page opens with is only shown; a clip picked later, in a table too, is heard.
  heardClip({ first }) {
    const row = this.log.clip(this.data.dataset);
    if (row < 0) this.empty();
    else this.show(row, { play: !first });
  }

  // Opening a run of thousands of recordings takes the server a moment: not on the first click.
  openAhead() {
    const row = this.playlist[0];
    keptFacts.get(this.factsUrl(row), this.aheadOf(row)).catch(() => {}); // a click will tell what is wrong
  }

  aheadOf(row) {
    if (!this.ahead.has(row)) this.ahead.set(row, new AbortController());
    return this.ahead.get(row).signal;
  }

  // A browser has six connections to a server: what was fetched ahead for the clip before must not hold them.
  callOffAllBut(row) {
    for (const [other, fetching] of this.ahead) {
      if (other === row) continue;
      fetching.abort();
      this.ahead.delete(other);
    }
    for (const image of this.neighbors.querySelectorAll("img[src]")) if (!image.complete) image.removeAttribute("src");
  }

  stop() {
    this.callOffAllBut(undefined);
    this.stopListening?.();
    this.stopHear();
    this.listeners.abort();
    this.picture.resized.disconnect();
    this.audio.pause();
    this.preview.pause();
    if (window.biovizKeys === this) window.biovizKeys = undefined;
    if (window.biovizFlagPlaces[this.data.group] === this.flagPlace) delete window.biovizFlagPlaces[this.data.group];
  }

  empty() {
    this.turn += 1;
    this.row = undefined;
    this.audio.removeAttribute("src");
    this.picture.clear();
    this.picture.say(this.data.empty);
    this.root.dataset.state = "empty";
    delete this.root.dataset.row;
    this.facts.replaceChildren();
    this.neighbors.replaceChildren();
    this.heading.replaceChildren();
    this.note.textContent = "";
    this.showPosition();
  }

  async show(row, { play = false } = {}) {
    const started = performance.now();
    const turn = ++this.turn;
    this.row = row;
    this.takeKeys();
    this.root.dataset.state = "loading";
    this.root.dataset.row = row;
    this.preview.pause();
    this.callOffAllBut(row);
    this.showPosition();
    this.loadSound(play);
    const heard = this.canPlay();
    const [seen] = await Promise.all([this.loadPicture(turn), heard, this.loadFacts(turn)]);
    if (turn !== this.turn) return;
    this.root.dataset.state = seen ? "ready" : "error";
    this.root.dataset.shownMs = Math.round(performance.now() - started);
    this.showThumbnails();
    this.prefetchSoon(turn);
  }

  // Resolves when the sound of the present source is there, or cannot be had. Events of the source before it
  // ("emptied", a late "error") may still come in, so only the element's own state counts.
  canPlay() {
    return new Promise((resolve) => {
      const settled = new AbortController();
      const look = () => {
        if (this.audio.readyState < 2 && !this.audio.error) return;
        settled.abort();
        resolve();
      };
      for (const name of ["loadeddata", "error"]) this.audio.addEventListener(name, look, { signal: settled.signal });
      look();
    });
  }

  loadSound(play) {
    const url = clipUrl(this.source, this.row, "wav", soundQuery(this.settings));
    this.audio.src = url;
    this.download.href = url;
    this.download.setAttribute("download", `${this.source.dataset}_clip${this.row}.wav`);
    this.picture.movePlayhead(undefined);
    if (play && this.settings.autoplay) this.play(this.audio);
    this.tick();
  }

  async loadPicture(turn) {
    const url = this.pictureUrl(this.row);
    const slow = setTimeout(() => turn === this.turn && this.picture.say("Loading…"), 300);
    try {
      const put = await this.picture.show(await keptPictures.get(url));
      if (turn !== this.turn) return false;
      put();
      const { top_db: top, floor_db: floor } = this.picture.about;
      this.note.textContent = `Colours from ${signed(floor)} to ${signed(top)} dB re full scale (0 dB is a sine of full scale).`;
      this.tick();
      return true;
    } catch (error) {
      if (turn === this.turn) {
        this.picture.clear();
        this.note.textContent = "";
        this.picture.say(error.message, true);
      }
      return false;
    } finally {
      clearTimeout(slow);
    }
  }

  pictureQuery() {
    return pictureQuery(this.settings, this.dark, this.picture.width());
  }

  pictureUrl(row) {
    return clipUrl(this.source, row, "png", this.pictureQuery());
  }

  factsUrl(row) {
    const { base, dataset, version } = this.source;
    const under = this.run ? `run/${encodeURIComponent(this.run)}/clip` : `clip/${encodeURIComponent(dataset)}`;
    return `${base}/bioviz/${under}/${row}.json?v=${version}`;
  }

  async loadFacts(turn) {
    let facts;
    try {
      facts = await keptFacts.get(this.factsUrl(this.row));
    } catch (error) {
      if (turn === this.turn) {
        this.heading.replaceChildren();
        this.neighbors.replaceChildren();
        this.facts.replaceChildren(el("p", { class: "bv-error", text: error.message }));
      }
      return;
    }
    if (turn !== this.turn) return;
    this.shown = facts;
    const wrong = facts.misclustered && el("span", { class: "bv-flag", text: facts.misclustered, title: "Its cluster stands for something else" });
    this.heading.replaceChildren(...facts.labels.map((label) => labelChip(label, this.colourOf)), ...(wrong ? [wrong] : []));
    this.picture.annotate(facts.boxes, [facts.start_s, facts.end_s], this.colourOf);
    this.facts.replaceChildren(factList(facts));
    this.showNeighbors();
  }

  showNeighbors() {
    if (!this.shown?.neighbors) return this.neighbors.replaceChildren();
    const actions = {
      source: this.source,
      thumb: { ...THUMB, cmap: this.pictureQuery().cmap },
      jump: (row) => this.pick(row),
      play: (row, button) => this.playNeighbor(row, button),
      colourOf: this.colourOf,
    };
    const apart = this.controls.switch("apart", "from other recordings only", "A clip of the same recording is near for the wrong reasons");
    const title = el("div", { class: "bv-near-title" }, el("strong", { text: "Nearest neighbors" }), apart);
    this.neighbors.replaceChildren(title, neighborList(this.shown, this.settings.apart, actions));
    if (this.root.dataset.state !== "loading") this.showThumbnails();
  }

  // After the clip itself, which is what the user waits for.
  showThumbnails() {
    for (const image of this.neighbors.querySelectorAll("img[data-src]")) image.src = image.dataset.src;
  }

  playNeighbor(row, button) {
    if (this.previewing === button) return this.preview.pause();
    this.preview.pause();
    this.audio.pause();
    this.preview.src = clipUrl(this.source, row, "wav", { ...soundQuery(this.settings), context: 0 });
    this.previewing = button;
    button.textContent = "❚❚";
    this.play(this.preview);
  }

  previewEnded() {
    if (this.previewing) this.previewing.textContent = "▶";
    this.previewing = undefined;
  }

  settingChanged(name) {
    if (["loop", "volume"].includes(name)) return this.applySound();
    if (name === "apart") return this.showNeighbors();
    if (this.row === undefined || name === "autoplay") return;
    const heard = ["context", "normalise", "slow", "band", ...(this.settings.band ? ["low", "high"] : [])];
    if (heard.includes(name)) this.loadSound(!this.audio.paused);
    if (["context", "axis", "colours", "range", "scale", "low", "high"].includes(name)) this.loadPicture(this.turn);
    if (name === "colours") this.showNeighbors();
  }

  applySound() {
    this.audio.loop = this.settings.loop;
    this.audio.volume = this.preview.volume = this.settings.volume;
  }

  play(audio) {
    audio.play().catch((error) => {
      if (error.name === "NotAllowedError") this.clock.textContent = "press play to hear it";
    });
  }

  toggle() {
    if (this.row === undefined) return;
    this.preview.pause();
    if (this.audio.paused) this.play(this.audio);
    else this.audio.pause();
  }

  seek(fraction) {
    if (!Number.isFinite(this.audio.duration)) return;
    this.audio.currentTime = Math.min(fraction * this.audio.duration, this.audio.duration - 0.01);
    this.tick();
  }

  playing() {
    this.playButton.textContent = this.audio.paused ? "▶ Play" : "❚❚ Pause";
    const follow = () => {
      this.tick();
      if (!this.audio.paused) requestAnimationFrame(follow);
    };
    follow();
  }

  // Sound and picture span the same stretch, so a part of one is the same part of the other at any speed.
  tick() {
    const { currentTime: at, duration } = this.audio;
    if (!Number.isFinite(duration)) return this.picture.movePlayhead(undefined);
    const stretch = this.picture.about && this.picture.about.end_s - this.picture.about.start_s;
    const slow = stretch ? Math.round((duration / stretch) * 10) / 10 : 1;
    this.clock.textContent = `${at.toFixed(1)} / ${duration.toFixed(1)} s${slow > 1.05 ? ` (${slow}× slower)` : ""}`;
    this.picture.movePlayhead(at / duration);
  }

  step(by) {
    const at = this.playlist.indexOf(this.row);
    if (!this.playlist.length) return;
    const next = at < 0 ? (by > 0 ? 0 : this.playlist.length - 1) : at + by;
    if (next >= 0 && next < this.playlist.length) this.pick(this.playlist[next]);
  }

  pick(row) {
    this.log.act("clip", [this.data.dataset, row], this.data.key);
  }

  showPosition() {
    const { length } = this.playlist;
    const at = this.playlist.indexOf(this.row);
    const name = this.data.playlistName;
    this.position.textContent = length ? `${at < 0 ? "–" : at + 1} of ${length}${name ? ` · ${name}` : ""}` : "";
    this.previous.disabled = !length || at === 0;
    this.next.disabled = !length || at === length - 1;
  }

  prefetchSoon(turn) {
    clearTimeout(this.prefetching);
    this.prefetching = setTimeout(() => {
      if (turn !== this.turn) return;
      const at = this.playlist.indexOf(this.row);
      const next = at < 0 ? [] : [this.playlist[at + 1], this.playlist[at + 2], this.playlist[at - 1]];
      const near = (this.settings.apart ? this.shown?.neighbors_apart : this.shown?.neighbors) ?? [];
      const rows = [...next, ...near.slice(0, 4).map((n) => n.row)].filter((row) => row !== undefined);
      for (const row of rows) {
        const ahead = this.aheadOf(row);
        keptPictures.get(this.pictureUrl(row), ahead).catch(() => {});
        keptFacts.get(this.factsUrl(row), ahead).catch(() => {});
        fetchChecked(clipUrl(this.source, row, "wav", soundQuery(this.settings)), ahead)
          .then((reply) => reply.blob()) // read to its end, or the browser does not keep it
          .catch(() => {});
      }
    }, PREFETCH_AFTER_MS);
  }

  takeKeys() {
    window.biovizKeys = this;
  }

  key(event) {
    if (window.biovizKeys !== this || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.composedPath()[0];
    if (target.closest?.(TYPING)) return;
    if (event.key === " " && target.closest?.("button,a,summary,input,[role=button]")) return;
    const action = {
      ArrowRight: () => this.step(1), ArrowLeft: () => this.step(-1), j: () => this.step(1), k: () => this.step(-1),
      " ": () => this.toggle(),
    }[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }
}

const inspectors = new WeakMap();

export default function (component) {
  const parent = component.parentElement;
  let inspector = inspectors.get(parent);
  if (!inspector) {
    inspector = new Inspector(parent);
    inspectors.set(parent, inspector);
  }
  inspector.update(component);
  if (inspector.row === undefined) inspector.empty();
  return () => {
    inspector.stop();
    inspector.root.remove();
    inspectors.delete(parent);
  };
}
