// The log of what the user did in this browser tab: of each kind the newest act, [number, by the browser, value].
// Map, inspector, gallery, lists and flag bar of a group share one log; they act on it and listen to it, and never
// to one another. What Python sends carries the number of the newest act that it knew, and is dropped where it is
// older than what is here. bioviz/ui/acts.py is Python's side of the same rule.
//
// Kinds: "clip" [dataset, row or -1], a colour field of the view (id of a colouring), "selection" (an outline on a
// map, or null), "flags" (what is stored now), "user" (who flags).

class ActLog {
  constructor() {
    this.number = 0;
    this.acts = new Map();
    this.listeners = new Set();
  }

  get(kind) {
    return this.acts.get(kind)?.value;
  }

  // The next number; an act that only its maker needs to know of takes one too.
  next() {
    return (this.number += 1);
  }

  // The user does something. `by` says where, and `more` goes to the listeners alone, not to Python.
  act(kind, value, by, more = {}) {
    this.take(kind, { number: this.next(), browser: true, value, by, ...more });
  }

  // Python says what it knows: {kind: [number, by the browser, value]}.
  hear(told) {
    for (const [kind, [number, browser, value]] of Object.entries(told ?? {})) {
      this.number = Math.max(this.number, number);
      const held = this.acts.get(kind);
      if (!held || number > held.number || (number === held.number && browser && !held.browser)) {
        this.take(kind, { number, browser, value, first: !held });
      }
    }
  }

  take(kind, act) {
    this.acts.set(kind, act);
    for (const listener of [...this.listeners]) listener(kind, act);
  }

  // Calls `listener(kind, act)` after each act; returns how to stop.
  on(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  // The row of the clip in hand where it is one of `dataset`, else -1.
  clip(dataset) {
    const value = this.get("clip");
    return Array.isArray(value) && value[0] === dataset && Number.isInteger(value[1]) ? value[1] : -1;
  }
}

// One log a group, whichever script asks first.
function actLog(group) {
  return ((window.biovizActs ??= {})[group] ??= new ActLog());
}

// Keys go where the focus is: what was typed into before must let go of it when the user turns to a map or a clip.
function leaveTextField() {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  if (focused?.matches?.(TEXT_FIELD)) focused.blur();
}

const TEXT_FIELD = [
  "input:not([type=checkbox]):not([type=radio]):not([type=range]):not([type=button]):not([type=submit])",
  "textarea",
  "select",
  "[contenteditable]:not([contenteditable=false])",
  "[role=textbox]",
  "[role=combobox]",
].join(",");
