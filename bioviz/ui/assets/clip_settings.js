// What the user chose about sound and picture, remembered in this browser.

const PICTURE_WIDTHS = [480, 720, 960, 1440];
const SETTINGS_KEY = "bioviz.inspector";
const DEFAULTS = {
  context: "0", normalise: false, slow: "auto", loop: false, autoplay: true, volume: 0.8,
  axis: "linear", colours: "greys", range: "50", scale: "clip", low: "", high: "", band: false, apart: true,
};

function readSettings() {
  try {
    const held = JSON.parse(localStorage.getItem(SETTINGS_KEY) ?? "{}");
    const same = Object.entries(held).filter(([name, value]) => typeof value === typeof DEFAULTS[name]);
    return { ...DEFAULTS, ...Object.fromEntries(same) };
  } catch {
    return { ...DEFAULTS }; // storage is off, or holds something else
  }
}

function writeSettings(settings) {
  try {
    localStorage.setItem(SETTINGS_KEY, JSON.stringify(settings));
  } catch {
    // storage is off: the choice lasts as long as the page
  }
}

function soundQuery(settings) {
  const query = { context: settings.context, normalise: settings.normalise ? 1 : 0, slow: settings.slow };
  return settings.band ? { ...query, ...bandQuery(settings) } : query;
}

function bandQuery(settings) {
  const query = {};
  if (Number(settings.low) > 0) query.low = Number(settings.low) * 1000;
  if (Number(settings.high) > 0) query.high = Number(settings.high) * 1000;
  return query;
}

// `width` is the picture's on screen; few sizes, so that the same pictures are asked for again.
function pictureQuery(settings, dark, width) {
  const query = { context: settings.context, axis: settings.axis, db_range: settings.range, ...bandQuery(settings) };
  query.w = PICTURE_WIDTHS.find((w) => w >= width * devicePixelRatio) ?? PICTURE_WIDTHS.at(-1);
  query.cmap = settings.colours === "greys" && dark ? "greys-dark" : settings.colours;
  if (settings.scale !== "clip") query.top = settings.scale;
  return query;
}

// Controls bound to one setting each; `changed(name)` runs after a change.
class SettingControls {
  constructor(settings, changed) {
    Object.assign(this, { settings, changed });
  }
  set(name, value) {
    this.settings[name] = value;
    writeSettings(this.settings);
    this.changed(name);
  }
  choice(name, title, help, options) {
    const select = el("select", { name, title: help });
    for (const [value, text] of options) {
      select.append(el("option", { value, text, selected: this.settings[name] === value }));
    }
    select.addEventListener("change", () => {
      this.set(name, select.value);
      select.blur(); // so that the arrow keys step through clips again
    });
    return el("label", {}, el("span", { text: title }), select);
  }
  switch(name, title, help) {
    const box = el("input", { type: "checkbox", name });
    box.checked = this.settings[name];
    box.addEventListener("change", () => this.set(name, box.checked));
    return el("label", { class: "bv-switch", title: help }, box, el("span", { text: title }));
  }
  slider(name, title) {
    const input = el("input", { type: "range", min: 0, max: 1, step: 0.05, name, class: "bv-slider" });
    input.value = this.settings[name];
    input.addEventListener("input", () => this.set(name, Number(input.value)));
    input.addEventListener("change", () => input.blur());
    return el("label", {}, el("span", { text: title }), input);
  }
  number(name, title, help, placeholder) {
    const attributes = { type: "number", min: 0, max: 500, step: "any", name, title: help, placeholder };
    const input = el("input", attributes);
    input.value = this.settings[name];
    input.addEventListener("change", () => this.set(name, input.value));
    return el("label", {}, el("span", { text: title }), input);
  }
}
