// Between the log of acts in this tab and Python: tells Python of new acts soon after they happen, hands Python's own
// to the log, and keeps the page's address at the newest act, whatever Python last knew.

const TELL_AFTER_MS = 250; // of quick steps only the last need be heard of

class ActLink {
  constructor() {
    this.told = new Map(); // kind -> number of the newest act of it that Python has been told of
    this.path = location.pathname;
    this.end = new AbortController();
    // What is clicked next may be a control of Python's, whose act has to come after those before it.
    const now = () => this.waiting && this.tell();
    for (const type of ["pointerdown", "pagehide"]) window.addEventListener(type, now, { capture: true, signal: this.end.signal });
    watchAddress();
  }

  update({ data, setStateValue }) {
    this.data = data;
    this.send = setStateValue;
    window.biovizActLink = this;
    const log = actLog(data.group);
    if (log !== this.log) {
      this.stopListening?.();
      this.log = log;
      this.stopListening = log.on((kind, act) => this.heard(act));
    }
    log.hear(data.acts);
    if (this.untold().length) this.soon();
    this.writeAddress();
  }

  stop() {
    clearTimeout(this.waiting);
    this.stopListening?.();
    this.end.abort();
    if (window.biovizActLink === this) window.biovizActLink = undefined;
  }

  heard(act) {
    this.writeAddress();
    if (act.browser) this.soon();
  }

  // Kinds with an act of this browser that Python has neither been told of nor known by itself.
  untold() {
    const known = (kind) => Math.max(this.told.get(kind) ?? -1, this.data.known[kind] ?? -1);
    return [...this.log.acts].filter(([kind, act]) => act.browser && act.number > known(kind)).map(([kind]) => kind);
  }

  soon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.tell(), TELL_AFTER_MS);
  }

  tell() {
    clearTimeout(this.waiting);
    this.waiting = undefined;
    if (!this.untold().length) return;
    for (const [kind, { number }] of this.log.acts) this.told.set(kind, number);
    const acts = [...this.log.acts].map(([kind, { number, browser, value }]) => [kind, [number, browser, value]]);
    this.send("acts", Object.fromEntries(acts));
  }

  // ---- the address -------------------------------------------------------------------------------------

  writeAddress() {
    const address = this.corrected(location.href);
    if (address !== location.href) history.replaceState(history.state, "", address);
  }

  // An address of this page and dataset with what was done last in it; any other as it is.
  corrected(address) {
    const url = new URL(address, location.href);
    const { dataset, address: fields } = this.data;
    if (url.origin !== location.origin || url.pathname !== this.path || url.searchParams.get("dataset") !== dataset) return address;
    const before = url.search;
    for (const [kind, usual] of Object.entries(fields)) {
      const value = kind === "clip" ? this.log.clip(dataset) : this.log.get(kind);
      const wanted = value === undefined || String(value) === String(usual) ? null : String(value);
      if (url.searchParams.get(kind) === wanted) continue;
      if (wanted === null) url.searchParams.delete(kind);
      else url.searchParams.set(kind, wanted);
    }
    return url.search === before ? address : url.href;
  }
}

// Streamlit writes the address that the last run of Python knew. Within a page it takes the place of the one before:
// "Back" leaves the page, it does not bring back an address that shows another clip than the screen.
function watchAddress() {
  if (window.biovizAddress) return;
  window.biovizAddress = true;
  const replace = history.replaceState.bind(history);
  const push = history.pushState.bind(history);
  history.replaceState = (state, title, address) => replace(state, title, corrected(address));
  history.pushState = (state, title, address) => {
    const within = window.biovizActLink && address && new URL(address, location.href).pathname === location.pathname;
    (within ? replace : push)(state, title, corrected(address));
  };
  const corrected = (address) => (address && window.biovizActLink ? window.biovizActLink.corrected(String(address)) : address);
}

const links = new WeakMap();

export default function (component) {
  const parent = component.parentElement;
  const link = links.get(parent) ?? new ActLink();
  links.set(parent, link);
  link.update(component);
  return () => {
    link.stop();
    links.delete(parent);
  };
}
