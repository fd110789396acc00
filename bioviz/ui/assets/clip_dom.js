// Small tools shared by the inspector and the gallery. Text from data only ever goes in through textContent.

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG_NAMESPACE, tag), attributes, children);

// Rows come as a list, or as base64 of little-endian int32.
function decodeRows(rows) {
  if (!rows) return new Int32Array(0);
  if (typeof rows !== "string") return Int32Array.from(rows);
  const bytes = Uint8Array.from(atob(rows), (c) => c.charCodeAt(0));
  return new Int32Array(bytes.buffer);
}

// `source` is {base, dataset, version}; naming the version lets the browser keep what it has got.
function clipUrl(source, row, kind, wanted = {}) {
  const query = new URLSearchParams({ ...wanted, v: source.version });
  return `${source.base}/bioviz/clip/${encodeURIComponent(source.dataset)}/${row}.${kind}?${query}`;
}

// From 0 (black) to 1 (white), of "#rrggbb" or "rgb(...)".
function brightness(colour) {
  const parts = /^#[0-9a-f]{6}/i.test(colour)
    ? [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16))
    : (colour.match(/[\d.]+/g) ?? [255, 255, 255]).slice(0, 3).map(Number);
  return (0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2]) / 255;
}

function isDark(element) {
  return brightness(getComputedStyle(element).getPropertyValue("--st-background-color").trim()) < 0.5;
}

// One sound at a time: who starts to play tells all others. Calls `pause()` when another does; returns how to stop.
function hearAlone(player) {
  window.dispatchEvent(new CustomEvent("bioviz:hear", { detail: { player } }));
}

function onHear(player, pause) {
  const listener = ({ detail }) => detail.player !== player && pause();
  window.addEventListener("bioviz:hear", listener);
  return () => window.removeEventListener("bioviz:hear", listener);
}

// `ahead` is the signal that calls off what is fetched before the user asks for it.
async function fetchChecked(url, ahead) {
  let reply;
  try {
    reply = await fetch(url, {
      headers: ahead ? { "X-Bioviz-Ahead": "1" } : {},
      priority: ahead ? "low" : "high",
      signal: ahead,
    });
  } catch {
    throw new Error("The dashboard does not answer. Check that it is still running.");
  }
  if (reply.ok) return reply;
  const told = await reply.json().catch(() => ({}));
  throw new Error(told.error ?? `This could not be loaded (status ${reply.status}).`);
}

// Keeps the last results of `load(url)` and asks once for what is asked for twice. Failures are not kept.
class Kept {
  constructor(load, limit, drop = () => {}) {
    Object.assign(this, { load, limit, drop, held: new Map() });
  }
  get(url, ahead) {
    let result = this.held.get(url);
    this.held.delete(url);
    if (!result) {
      result = this.load(url, ahead);
      result.catch(() => this.held.delete(url));
    }
    this.held.set(url, result);
    if (this.held.size > this.limit) {
      const [oldest, dropped] = this.held.entries().next().value;
      this.held.delete(oldest);
      dropped.then(this.drop, () => {});
    }
    return result;
  }
}

const keptFacts = new Kept(async (url, ahead) => (await fetchChecked(url, ahead)).json(), 200);
const keptPictures = new Kept(
  async (url, ahead) => {
    const reply = await fetchChecked(url, ahead);
    const about = JSON.parse(reply.headers.get("X-Bioviz-About"));
    return { about, url: URL.createObjectURL(await reply.blob()) };
  },
  48,
  (picture) => URL.revokeObjectURL(picture.url),
);
