// The flag bar: a decision on the clip in hand with one key. It goes to Python with the clip it was made on, so
// that stepping on quickly never puts it on another, and is sent again until Python says that it is stored.

const RESEND_MS = 4000;
const ASK_AFTER_MS = 900;
const NEXT_SETTING = "bioviz:flag-next";
const IN_FIELD = "input,select,textarea,[contenteditable],[role=combobox],[role=textbox]";

class FlagBar {
  constructor(parent) {
    this.queue = []; // decisions that Python has not stored yet
    this.made = []; // clips decided on here, for undo
    this.buttons = el("div", { class: "bv-flags", role: "group", "aria-label": "Flag this clip" });
    this.which = el("select", { "aria-label": "Which label is wrong" });
    this.label = el("input", { type: "text", maxlength: 200, list: "bv-flag-labels", "aria-label": "Label", autocomplete: "off" });
    this.known = el("datalist", { id: "bv-flag-labels" });
    this.question = el("span");
    const save = el("button", { type: "submit", text: "Save" });
    const cancel = el("button", { type: "button", text: "Cancel", onclick: () => this.ask(null) });
    this.form = el("form", { class: "bv-flag-form", hidden: true }, this.question, this.which, this.label, this.known, save, cancel);
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.answer(); });
    this.note = el("input", { type: "text", class: "bv-flag-note", maxlength: 2000, placeholder: "Note", "aria-label": "Note for the flag" });
    this.note.addEventListener("keydown", (event) => { if (event.key === "Enter") this.renote(); });
    this.next = el("input", { type: "checkbox" });
    this.next.checked = localStorage.getItem(NEXT_SETTING) === "1";
    this.next.addEventListener("change", () => localStorage.setItem(NEXT_SETTING, this.next.checked ? "1" : "0"));
    const next = el("label", { class: "bv-muted" }, this.next, el("span", { text: " then the next clip" }));
    this.status = el("div", { class: "bv-flag-status", "aria-live": "polite" });
    this.root = el("section", { class: "bv-root bv-flag-bar", "aria-label": "Flags" },
      this.buttons, this.form, el("div", { class: "bv-flags" }, this.note, next), this.status);
    parent.append(this.root);
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    window.addEventListener("keydown", (event) => this.key(event), { signal });
    window.addEventListener("bioviz:shown", ({ detail }) => {
      if (detail.group === this.data?.group) this.take(detail.dataset, detail.row);
    }, { signal });
    this.resending = setInterval(() => this.send(), RESEND_MS);
  }

  // Under the picture of the inspector, where it is seen without scrolling; else where Python put it.
  settle() {
    const place = window.biovizFlagPlaces?.[this.data.group];
    if (place && this.root.parentNode !== place) place.append(this.root);
  }

  stop() {
    this.listeners.abort();
    clearInterval(this.resending);
    clearTimeout(this.asking);
    this.root.remove();
  }

  update({ data, setStateValue }) {
    const first = !this.data;
    Object.assign(this, { data, setStateValue });
    this.queue = this.queue.filter(({ id }) => !data.done.includes(id));
    if (first) {
      this.buttons.replaceChildren(...data.kinds.map((kind) => this.button(kind)));
      this.undo = this.button({ id: "undo", title: "Undo", key: "z", help: "Take back your last flag" });
      this.buttons.append(this.undo);
    }
    this.settle();
    this.known.replaceChildren(...data.labels.map((value) => el("option", { value })));
    if (!this.heard && data.row !== null) this.show(data.dataset, data.row);
    else this.paint();
  }

  button({ id, title, key, help }) {
    const cap = el("kbd", { text: key.toUpperCase() });
    return el("button", { type: "button", "data-kind": id, title: help, onclick: () => this.press(id) }, title, cap);
  }

  // The inspector shows another clip, or none.
  take(dataset, row) {
    this.heard = true;
    this.settle();
    this.show(dataset, row);
  }

  show(dataset, row) {
    const same = this.dataset === dataset && this.row === row;
    Object.assign(this, { dataset, row });
    if (!same) {
      this.ask(null);
      this.note.value = "";
      this.noted = false;
    }
    this.paint();
  }

  // What Python knows of the clip in hand; undefined while it does not know that it is in hand.
  get about() {
    return this.dataset === this.data.dataset ? this.data.clips[this.row] : undefined;
  }

  // The last decision on the clip in hand that is not stored yet.
  get waiting() {
    return this.queue.findLast(({ row, dataset }) => row === this.row && dataset === this.dataset);
  }

  paint() {
    this.root.hidden = !Number.isInteger(this.row);
    clearTimeout(this.asking);
    if (this.root.hidden) return;
    const { about } = this;
    if (!about) this.asking = setTimeout(() => this.setStateValue("row", this.row), ASK_AFTER_MS);
    const mine = about?.flags.find((flag) => flag.mine);
    if (about && !this.noted) {
      this.note.value = mine?.note ?? "";
      this.noted = true;
    }
    const { waiting } = this;
    const current = waiting ? waiting.kind : mine?.kind;
    for (const button of this.buttons.children) button.setAttribute("aria-pressed", button.dataset.kind === current);
    this.undo.disabled = !this.made.length && !mine;
    const lines = (about?.flags ?? []).map((flag) =>
      el("div", {}, el("strong", { text: flag.text }), ` ${flag.mine ? "by you" : `by ${flag.user}`}${flag.note ? `: ${flag.note}` : ""}`));
    if (waiting) lines.unshift(el("div", { class: "bv-muted", text: "storing …" }));
    if (this.data.error) lines.push(el("div", { class: "bv-error", role: "alert", text: this.data.error }));
    if (!lines.length) lines.push(el("div", { class: "bv-muted", text: about ? "not flagged" : " " }));
    this.status.replaceChildren(...lines);
  }

  press(kind) {
    if (!Number.isInteger(this.row)) return;
    if (kind === "undo") return this.takeBack();
    if (kind === "wrong_label" || kind === "missed") return this.ask(kind);
    this.decide(kind);
  }

  ask(kind) {
    this.asked = kind;
    this.form.hidden = !kind;
    if (!kind) return;
    this.question.textContent = kind === "missed" ? "Label of the call:" : "Right label (empty: none):";
    const labels = kind === "wrong_label" ? this.about?.labels ?? [] : [];
    this.which.hidden = labels.length < 2;
    const options = labels.map((value) => el("option", { value, text: `instead of ${value}` }));
    this.which.replaceChildren(...options, el("option", { value: "", text: "instead of all labels" }));
    this.label.value = "";
    this.label.focus();
  }

  answer() {
    const label = this.label.value.trim();
    if (this.asked === "missed" && !label) return this.label.focus();
    const wrong = this.asked === "wrong_label" && !this.which.hidden ? this.which.value : "";
    this.decide(this.asked, { label, wrong });
  }

  // A note that is finished after the flag goes with the flag.
  renote() {
    const last = this.waiting ?? this.about?.flags.find((flag) => flag.mine);
    if (last && last.kind !== "undo") this.decide(last.kind, { label: last.label, wrong: last.wrong }, true);
    this.note.blur();
  }

  decide(kind, more = {}, stay = false) {
    this.made.push({ dataset: this.dataset, row: this.row });
    this.tell(kind, this.row, { note: this.note.value, ...more });
    this.ask(null);
    const inspector = window.biovizKeys;
    if (this.next.checked && !stay && inspector?.data?.group === this.data.group) inspector.step(1);
  }

  takeBack() {
    const last = this.made.pop() ?? { dataset: this.dataset, row: this.row };
    if (last.dataset !== this.dataset) return this.paint();
    this.noted = false;
    this.tell("undo", last.row);
    if (last.row !== this.row) pick(this.data.group, last.row, this.data.key);
  }

  tell(kind, row, more = {}) {
    const id = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 12)}`;
    this.queue.push({ id, kind, row, dataset: this.dataset, label: "", wrong: "", note: "", ...more });
    this.sent = 0;
    this.send();
    this.paint();
  }

  send() {
    if (!this.queue.length || performance.now() - this.sent < RESEND_MS - 100) return;
    this.sent = performance.now();
    this.setStateValue("decisions", [...this.queue]);
  }

  key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || this.root.hidden) return;
    const other = window.biovizKeys?.data?.group;
    if (other !== undefined && other !== this.data.group) return;
    const target = event.composedPath()[0];
    if (event.key === "Escape" && this.asked) return this.ask(null);
    if (target.closest?.(IN_FIELD)) return;
    const kind = event.key.toLowerCase() === "z" ? "undo" : this.data.kinds.find(({ key }) => key === event.key.toLowerCase())?.id;
    if (!kind) return;
    event.preventDefault();
    this.press(kind);
  }
}

const bars = new WeakMap();

export default function (component) {
  const parent = component.parentElement;
  let bar = bars.get(parent);
  if (!bar) {
    bar = new FlagBar(parent);
    bars.set(parent, bar);
  }
  bar.update(component);
  return () => {
    bar.stop();
    bars.delete(parent);
  };
}
