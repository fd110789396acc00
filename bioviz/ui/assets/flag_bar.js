// The flag bar: a decision on the clip in hand with one key. It names the clip that is on screen at that moment and
// goes straight to the server; what the server has stored is what the bar shows.

const RETRY_MS = 4000;
const NEXT_SETTING = "bioviz:flag-next";
const USER_SETTING = "bioviz:user";
const FLAGGED = "bioviz:flagged"; // what other tabs of this browser look at

class FlagBar {
  constructor(parent) {
    this.queue = []; // decisions that are not stored yet, in the order they were made
    this.made = []; // clips decided on here, for undo
    this.window = Math.random().toString(36).slice(2, 12).padEnd(10, "0");
    this.turn = 0; // counts clips, so that a late answer never tells of another one
    buildFlagBar(this);
    parent.append(this.root);
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    // Before anything on the page hears of it: a table with the focus takes letters too.
    window.addEventListener("keydown", (event) => this.key(event), { signal, capture: true });
    window.addEventListener("bioviz:flag-place", () => this.data && this.settle(), { signal });
    window.addEventListener("storage", ({ key }) => this.changedElsewhere(key), { signal });
    window.addEventListener("beforeunload", (event) => this.queue.length && event.preventDefault(), { signal });
  }

  // Under the picture of the inspector, where it is seen without scrolling; else where Python put it.
  settle() {
    const place = window.biovizFlagPlaces?.[this.data.group];
    if (place && this.root.parentNode !== place) place.append(this.root);
  }

  stop() {
    this.listeners.abort();
    this.stopListening?.();
    this.root.remove(); // what is not stored yet goes on being sent
  }

  update({ data }) {
    this.data = data;
    if (!this.buttons.children.length) this.makeButtons(data.kinds);
    this.settle();
    this.stopListening?.();
    this.log = actLog(data.group);
    this.stopListening = this.log.on((kind) => kind === "clip" && this.show());
    this.tellUser();
    this.show();
  }

  makeButtons(kinds) {
    this.undo = this.button({ id: "undo", title: "Undo", key: "z", help: "Take back your last flag" });
    this.buttons.replaceChildren(...kinds.map((kind) => this.button(kind)), this.undo);
  }

  button({ id, title, key, help }) {
    const cap = el("kbd", { text: key.toUpperCase() });
    return el("button", { type: "button", "data-kind": id, title: help, onclick: () => this.press(id) }, title, cap);
  }

  // ---- the clip in hand ----------------------------------------------------------------------------------

  show() {
    const { dataset, version } = this.data;
    const row = this.log.clip(dataset);
    const same = this.row === row && this.dataset === dataset && this.version === version;
    Object.assign(this, { row, dataset, version });
    if (same) return this.paint();
    this.about = undefined;
    this.refused = undefined;
    this.ask(null);
    this.note.value = "";
    this.noted = false;
    this.paint();
    this.load();
  }

  async load() {
    const turn = ++this.turn;
    if (this.row < 0) return;
    try {
      const about = await this.get(`${this.dataset}/${this.row}.json`, { user: this.user });
      if (turn === this.turn) this.take(about);
    } catch (error) {
      if (turn === this.turn) this.paint(error.message);
    }
  }

  take(about) {
    this.about = about;
    this.known.replaceChildren(...about.known.map((value) => el("option", { value })));
    this.paint();
  }

  // Another tab has flagged, or has another user now.
  changedElsewhere(key) {
    if (key !== FLAGGED && key !== USER_SETTING) return;
    this.tellUser();
    this.load();
    if (key === FLAGGED) this.log.act("flags", localStorage.getItem(FLAGGED), this.data.key);
  }

  // The last decision on the clip in hand that is not stored yet.
  get waiting() {
    return this.queue.findLast(({ row, dataset }) => row === this.row && dataset === this.dataset);
  }

  paint(trouble) {
    this.root.hidden = this.row < 0;
    if (this.root.hidden) return;
    const { about, waiting } = this;
    const mine = about?.flags.find((flag) => flag.mine);
    if (about && !this.noted) {
      this.note.value = mine?.note ?? "";
      this.noted = true;
    }
    const current = waiting ? waiting.kind : mine?.kind;
    for (const button of this.buttons.children) button.setAttribute("aria-pressed", button.dataset.kind === current);
    this.undo.disabled = !this.made.length && !mine;
    const lines = (about?.flags ?? []).map((flag) =>
      el("div", {}, el("strong", { text: flag.text }), ` ${flag.mine ? "by you" : `by ${flag.user}`}${flag.note ? `: ${flag.note}` : ""}`));
    if (waiting) lines.unshift(el("div", { class: "bv-muted", text: !this.user ? "not stored yet: it needs your name" : this.trouble ? "not stored yet" : "storing …" }));
    const said = this.refused ?? this.trouble ?? trouble;
    if (said) lines.push(el("div", { class: "bv-error", role: "alert", text: said }));
    if (!lines.length) lines.push(el("div", { class: "bv-muted", text: about ? "not flagged" : " " }));
    this.status.replaceChildren(...lines);
    this.root.dataset.queue = this.queue.length;
    this.paintUser();
  }

  // ---- who flags -----------------------------------------------------------------------------------------

  // Of this browser, so that all its tabs are the same user.
  get user() {
    return readSetting(USER_SETTING) ?? this.unsavedUser ?? "";
  }

  paintUser() {
    const { user } = this;
    if (this.who.dataset.user === user) return;
    this.who.dataset.user = user;
    const change = el("button", { type: "button", class: "bv-link", text: user ? "change" : "say who you are", onclick: () => this.askUser() });
    this.who.replaceChildren(user ? `flagging as ${user} · ` : "", change);
  }

  tellUser() {
    const { user } = this;
    if (user && user !== this.log.get("user")) this.log.act("user", user, this.data.key);
  }

  askUser() {
    this.userForm.hidden = false;
    this.userProblem.textContent = "";
    this.userField.value = this.user;
    this.userField.focus();
  }

  // By Enter, or by turning to something else with a name typed.
  async answerUser() {
    const name = this.userField.value;
    if (!name.trim() || name === this.answering) return;
    this.answering = name;
    try {
      const { user } = await this.get("user.json", { name });
      if (!writeSetting(USER_SETTING, user)) this.unsavedUser = user; // storage is off: as long as the page lives
    } catch (error) {
      this.userProblem.textContent = error.message;
      return;
    } finally {
      this.answering = undefined;
    }
    this.userForm.hidden = true;
    this.userField.blur();
    this.tellUser();
    this.load();
    this.send();
  }

  dropUnsaid() {
    this.userForm.hidden = true;
    if (!this.user) this.queue = []; // nothing is kept without a name
    this.paint();
  }

  // ---- deciding ------------------------------------------------------------------------------------------

  press(kind) {
    if (this.row < 0) return;
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
    this.label.blur();
    const inspector = window.biovizKeys;
    if (this.next.checked && !stay && inspector?.data?.group === this.data.group) inspector.step(1);
  }

  takeBack() {
    const last = this.made.pop() ?? { dataset: this.dataset, row: this.row };
    if (last.dataset !== this.dataset) return this.paint();
    this.noted = false;
    this.tell("undo", last.row);
    if (last.row !== this.row) this.log.act("clip", [this.dataset, last.row], this.data.key);
  }

  // ---- storing -------------------------------------------------------------------------------------------

  tell(kind, row, more = {}) {
    const { dataset, version } = this;
    this.refused = undefined;
    this.queue.push({ id: `${this.window}-${this.log.next()}`, kind, row, dataset, version, label: "", wrong: "", note: "", ...more });
    this.paint();
    this.send();
  }

  // One after the other: of two decisions on a clip the later is the one that counts.
  async send() {
    if (this.sending || !this.queue.length) return;
    if (!this.user) return this.askUser();
    this.sending = true;
    clearTimeout(this.retrying);
    try {
      while (this.queue.length && (await this.sendFirst()));
    } finally {
      this.sending = false;
    }
  }

  // Whether to go on with the next.
  async sendFirst() {
    const { dataset, row, ...decision } = this.queue[0];
    let reply, told;
    try {
      reply = await fetch(this.address(`${dataset}/${row}`), {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ ...decision, user: this.user }),
        keepalive: true,
      });
      told = await reply.json();
    } catch {
      return this.tryLater("The dashboard does not answer. It is tried again until it does.");
    }
    if (reply.status >= 500) return this.tryLater(`${told.error ?? "The server failed."} It is tried again.`);
    this.trouble = undefined;
    this.queue.shift();
    if (!reply.ok) this.refused = `Clip ${row} was not flagged: ${told.error ?? `status ${reply.status}`}`;
    else this.stored(dataset, row, told);
    this.paint();
    return true;
  }

  tryLater(trouble) {
    this.trouble = trouble;
    this.paint();
    this.retrying = setTimeout(() => this.send(), RETRY_MS);
    return false;
  }

  stored(dataset, row, about) {
    if (dataset === this.dataset && row === this.row) {
      this.turn += 1; // an answer on its way is older
      this.take(about);
    }
    this.log.act("flags", about.state, this.data.key); // lists, tables and colours of the page follow
    writeSetting(FLAGGED, about.state);
  }

  address(path, query = {}) {
    const asked = new URLSearchParams(query).toString();
    return `${this.data.base}/bioviz/flags/${path.split("/").map(encodeURIComponent).join("/")}${asked && `?${asked}`}`;
  }

  async get(path, query) {
    return (await fetchChecked(this.address(path, query))).json();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || this.root.hidden) return;
    const other = window.biovizKeys?.data?.group;
    if (other !== undefined && other !== this.data.group) return;
    const target = event.composedPath()[0];
    if (event.key === "Escape" && this.asked) return this.ask(null);
    if (event.key === "Escape" && !this.userForm.hidden) return this.dropUnsaid();
    if (target.closest?.(TEXT_FIELD)) return;
    const kind = event.key.toLowerCase() === "z" ? "undo" : this.data.kinds.find(({ key }) => key === event.key.toLowerCase())?.id;
    if (!kind || event.repeat) return;
    event.preventDefault();
    event.stopPropagation();
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
