// Cards of clips under headings: a spectrogram with its boxes and scales, and a button that plays it.
// Text from data only ever goes in through textContent.

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
};

const percent = (share) => `${(100 * Math.min(1, Math.max(0, share))).toFixed(2)}%`;

function isDark(element) {
  const colour = getComputedStyle(element).getPropertyValue("--st-background-color").trim();
  const parts = /^#[0-9a-f]{6}/i.test(colour)
    ? [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16))
    : (colour.match(/[\d.]+/g) ?? [255, 255, 255]).slice(0, 3).map(Number);
  return 0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2] < 128;
}

class ClipCards {
  constructor(parent) {
    this.audio = make("audio", { preload: "none" });
    for (const name of ["pause", "ended"]) this.audio.addEventListener(name, () => this.stopped());
    this.audio.addEventListener("play", () =>
      window.dispatchEvent(new CustomEvent("bioviz:hear", { detail: { player: this } })),
    );
    this.hush = ({ detail }) => detail.player !== this && this.audio.pause(); // one sound at a time on a page
    window.addEventListener("bioviz:hear", this.hush);
    this.body = make("div", { class: "cards-body" });
    this.root = make("section", { class: "clip-cards", "aria-label": "Example clips" }, this.body, this.audio);
    parent.append(this.root);
  }

  update({ data }) {
    const dark = isDark(this.root);
    const drawn = JSON.stringify([data, dark]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.audio.pause();
    this.colourMap = dark ? "greys-dark" : "greys";
    this.root.classList.toggle("dark", dark);
    this.body.replaceChildren(...data.groups.map((group) => this.group(group)));
  }

  group({ title, note, colour, cards }) {
    const head = title && make(
      "h4",
      {},
      make("span", { class: "dot", style: `background:${colour}` }),
      make("span", { text: title }),
      make("small", { text: note }),
    );
    const grid = make("div", { class: "cards", role: "list" }, ...cards.map((card) => this.card(card, title)));
    return make("div", { class: "group" }, ...(head ? [head] : []), grid);
  }

  card({ title, detail, picture, sound, boxes, high }, group) {
    const url = picture.startsWith("data:") ? picture : `${picture}&cmap=${this.colourMap}`;
    const image = make("img", { src: url, alt: "", loading: "lazy" });
    if (picture.startsWith("data:")) image.classList.add("own-colours");
    const shown = make("div", { class: "picture" }, image, make("span", { class: "scale", text: high }));
    image.addEventListener("error", () => image.replaceWith(make("span", { class: "broken", text: "cannot be read" })));
    for (const [left, right, low, top, label, colour] of boxes) {
      const style = `left:${percent(left)};width:${percent(right - left)};bottom:${percent(low)};height:${percent(top - low)}`;
      shown.append(make("div", { class: "box", style: `${style};--box:${colour}`, title: label }));
    }
    const play = make("button", { type: "button", class: "play", text: "▶", "aria-label": `Play ${group || title}, ${detail}` });
    play.addEventListener("click", () => this.toggle(play, sound));
    shown.append(play);
    const words = make("div", { class: "words", title: `${title}\n${detail}` }, make("span", { text: title }), make("span", { text: detail }));
    return make("div", { class: "card", role: "listitem" }, shown, words);
  }

  toggle(button, sound) {
    const again = this.button === button;
    this.audio.pause();
    this.stopped();
    if (again) return;
    this.button = button;
    button.textContent = "❚❚";
    button.setAttribute("aria-pressed", "true");
    this.audio.src = sound;
    this.audio.play().catch(() => this.stopped());
  }

  stopped() {
    if (this.button) {
      this.button.textContent = "▶";
      this.button.removeAttribute("aria-pressed");
    }
    this.button = undefined;
  }

  stop() {
    window.removeEventListener("bioviz:hear", this.hush);
    this.audio.pause();
    this.root.remove();
  }
}

const shown = new WeakMap();

export default function (component) {
  const parent = component.parentElement;
  const cards = shown.get(parent) ?? new ClipCards(parent);
  shown.set(parent, cards);
  cards.update(component);
  return () => {
    cards.stop();
    shown.delete(parent);
  };
}
