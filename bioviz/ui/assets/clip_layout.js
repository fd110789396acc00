// What the inspector is made of: buttons, switches and places, put into one element.

function buildInspector(inspector) {
  const { controls } = inspector;
  inspector.audio = el("audio", { preload: "auto" });
  inspector.preview = el("audio", { preload: "auto" });
  inspector.picture = new PictureView((fraction) => inspector.seek(fraction));
  inspector.previous = el("button", { type: "button", text: "◀ Previous", title: "Previous clip (← or k)", onclick: () => inspector.step(-1) });
  inspector.next = el("button", { type: "button", text: "Next ▶", title: "Next clip (→ or j)", onclick: () => inspector.step(1) });
  inspector.position = el("span", { class: "bv-position", "aria-live": "polite" });
  inspector.heading = el("div", { class: "bv-heading" });
  inspector.playButton = el("button", { type: "button", class: "bv-play", text: "▶ Play", title: "Play or pause (space)", onclick: () => inspector.toggle() });
  inspector.clock = el("span", { class: "bv-clock" });
  inspector.download = el("a", { text: "WAV", title: "Download what is played", download: "" });
  inspector.note = el("p", { class: "bv-note bv-muted" });
  inspector.facts = el("div");
  inspector.neighbors = el("div", { class: "bv-near" });
  inspector.flagPlace = el("div", { class: "bv-flag-place" });
  inspector.body = el("div", { class: "bv-body" }, inspector.heading, inspector.picture.element, inspector.flagPlace, playBar(inspector), picturePanel(controls), inspector.note, inspector.facts, inspector.neighbors);
  const bar = el("div", { class: "bv-bar" }, inspector.previous, inspector.next, inspector.position);
  inspector.root = el("section", { class: "bv-root bv-inspector", "aria-label": "Clip inspector" }, bar, inspector.body, inspector.audio);
  for (const name of ["play", "pause", "ended"]) inspector.audio.addEventListener(name, () => inspector.playing());
  inspector.audio.addEventListener("timeupdate", () => inspector.tick());
  inspector.audio.addEventListener("loadedmetadata", () => inspector.tick());
  for (const name of ["pause", "ended"]) inspector.preview.addEventListener(name, () => inspector.previewEnded());
}

function playBar(inspector) {
  const { controls } = inspector;
  const slow = [["auto", "auto"], ["1", "×1"], ["2", "2× slower"], ["4", "4× slower"], ["5", "5× slower"], ["8", "8× slower"], ["10", "10× slower"], ["20", "20× slower"]];
  const context = ["0", "0.5", "1", "2", "5", "10", "30"].map((s) => [s, s === "0" ? "none" : `±${s} s`]);
  return el(
    "div",
    { class: "bv-controls" },
    inspector.playButton,
    inspector.clock,
    controls.switch("autoplay", "Autoplay", "Play a clip as soon as it is picked"),
    controls.switch("loop", "Loop", "Play again and again"),
    controls.switch("normalise", "Normalise", "Bring faint clips to the same peak level"),
    controls.choice("slow", "Speed", "Slower playback makes ultrasound audible; auto slows recordings above 96 kHz", slow),
    controls.choice("context", "Context", "Seconds before and after the clip", context),
    controls.slider("volume", "Volume"),
    inspector.download,
  );
}

function picturePanel(controls) {
  const ranges = ["30", "40", "50", "60", "70", "80", "100"].map((db) => [db, `${db} dB`]);
  const scales = [["clip", "own maximum"], ...["0", "-10", "-20", "-30", "-40", "-60"].map((db) => [db, `${db.replace("-", "−")} dBFS for all`])];
  return el(
    "details",
    { class: "bv-panel" },
    el("summary", { text: "Picture settings" }),
    el(
      "div",
      { class: "bv-controls" },
      controls.choice("axis", "Axis", "Frequency axis", [["linear", "linear"], ["mel", "mel"]]),
      controls.choice("colours", "Colours", "Colour map", [["greys", "greys"], ["viridis", "viridis"], ["magma", "magma"]]),
      controls.choice("range", "Range", "Decibels between the faintest and the strongest colour", ranges),
      controls.choice("scale", "Strongest", "Each clip its own scale shows faint calls; one for all keeps clips comparable", scales),
      controls.number("low", "From kHz", "Lowest frequency shown", "0"),
      controls.number("high", "to kHz", "Highest frequency shown", "all"),
      controls.switch("band", "hear these only", "Play only the frequencies that the picture shows"),
    ),
  );
}
