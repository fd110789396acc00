// Many clips at a glance: a thumbnail, label and file each. A click picks the clip; the button plays it here.

const THUMB = { w: 160, h: 64, db_range: 45, thumb: 1 };

class Gallery {
  constructor(parent) {
    this.audio = el("audio", { preload: "none" });
    for (const name of ["pause", "ended"]) this.audio.addEventListener(name, () => this.stopped());
    this.audio.addEventListener("play", () => hearAlone(this));
    this.stopHear = onHear(this, () => this.audio.pause());
    this.grid = el("div", { class: "bv-grid", role: "list" });
    this.root = el("section", { class: "bv-root bv-gallery", "aria-label": "Clips" }, this.grid, this.audio);
    parent.append(this.root);
  }

  update({ data }) {
    this.stopListening?.();
    const log = actLog(data.group);
    this.stopListening = log.on((kind) => kind === "clip" && this.mark(log.clip(data.dataset)));
    const cmap = isDark(this.root) ? "greys-dark" : "greys";
    const drawn = JSON.stringify([data, cmap]);
    if (drawn === this.drawn) return;
    Object.assign(this, { data, drawn });
    this.audio.pause();
    this.cards = new Map();
    this.root.style.setProperty("--bv-height", data.height ? `${data.height}px` : "none");
    const rows = decodeRows(data.rows);
    const labels = decodeRows(data.labels);
    const files = decodeRows(data.files);
    for (let i = 0; i < rows.length; i++) {
      const card = this.card(rows[i], data.labelNames[labels[i]], data.fileNames[files[i]], data.starts[i], cmap);
      this.cards.set(rows[i], card);
    }
    this.grid.replaceChildren(...this.cards.values());
    if (!rows.length) this.grid.append(el("p", { class: "bv-muted", text: data.empty }));
    this.mark(log.clip(data.dataset));
  }

  card(row, label, file, start, cmap) {
    const { data } = this;
    const colour = data.colours[label] ?? "var(--bv-accent)";
    const at = `${start.toFixed(1)} s`;
    const image = el("img", { src: clipUrl(data, row, "png", { ...THUMB, cmap }), alt: "", loading: "lazy", width: 160, height: 64 });
    image.addEventListener("error", () => image.replaceWith(el("span", { class: "bv-broken", text: "not readable" })));
    const jump = el(
      "button",
      { type: "button", class: "bv-jump", title: `${label}\n${file}, ${at}`, onclick: () => actLog(data.group).act("clip", [data.dataset, row], data.key) },
      image,
      el("span", { class: "bv-chip" }, el("span", { class: "bv-dot", style: `background:${colour}` }), el("span", { text: label })),
      el("span", { class: "bv-file bv-muted" }, el("span", { text: file.split("/").at(-1) }), el("span", { text: at })),
    );
    const play = el("button", { type: "button", class: "bv-play-small", text: "▶", "aria-label": `Play ${label}, ${file}` });
    play.addEventListener("click", () => this.toggle(row, play));
    return el("div", { class: "bv-neighbor", role: "listitem", "data-row": row }, jump, play);
  }

  toggle(row, button) {
    const again = this.button === button;
    this.audio.pause();
    this.stopped();
    if (again) return;
    this.button = button;
    button.textContent = "❚❚";
    this.audio.src = clipUrl(this.data, row, "wav");
    this.audio.play().catch(() => this.stopped());
  }

  stopped() {
    if (this.button) this.button.textContent = "▶";
    this.button = undefined;
  }

  mark(row) {
    this.cards?.get(this.marked)?.classList.remove("bv-picked");
    this.marked = row;
    this.cards?.get(row)?.classList.add("bv-picked");
  }

  stop() {
    this.stopListening?.();
    this.stopHear();
    this.audio.pause();
    this.root.remove();
  }
}

const galleries = new WeakMap();

export default function (component) {
  const parent = component.parentElement;
  const gallery = galleries.get(parent) ?? new Gallery(parent);
  galleries.set(parent, gallery);
  gallery.update(component);
  return () => {
    gallery.stop();
    galleries.delete(parent);
  };
}
