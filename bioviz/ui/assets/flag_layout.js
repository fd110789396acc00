// What the flag bar is made of, and what it remembers in this browser.

function readSetting(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // storage is off
  }
}

// Whether it could be kept.
function writeSetting(name, value) {
  try {
    localStorage.setItem(name, value);
    return true;
  } catch {
    return false;
  }
}

function buildFlagBar(bar) {
  bar.buttons = el("div", { class: "bv-flags", role: "group", "aria-label": "Flag this clip" });
  bar.which = el("select", { "aria-label": "Which label is wrong" });
  bar.label = el("input", { type: "text", maxlength: 200, list: "bv-flag-labels", "aria-label": "Label", autocomplete: "off" });
  bar.known = el("datalist", { id: "bv-flag-labels" });
  bar.question = el("span");
  const cancel = el("button", { type: "button", text: "Cancel", onclick: () => bar.ask(null) });
  bar.form = el("form", { class: "bv-flag-form", hidden: true }, bar.question, bar.which, bar.label, bar.known, el("button", { type: "submit", text: "Save" }), cancel);
  bar.form.addEventListener("submit", (event) => { event.preventDefault(); bar.answer(); });
  bar.userField = el("input", { type: "text", maxlength: 40, "aria-label": "Your name, for flags", autocomplete: "nickname" });
  bar.userProblem = el("span", { class: "bv-error" });
  bar.userForm = el("form", { class: "bv-flag-form bv-flag-user", hidden: true },
    el("span", { text: "Your name, for flags:", title: "Flags are kept under it, apart from other people's. This browser remembers it." }),
    bar.userField, el("button", { type: "submit", text: "Flag as this" }), bar.userProblem);
  bar.userForm.addEventListener("submit", (event) => { event.preventDefault(); bar.answerUser(); });
  bar.userField.addEventListener("change", () => bar.answerUser());
  bar.note = el("input", { type: "text", class: "bv-flag-note", maxlength: 2000, placeholder: "Note", "aria-label": "Note for the flag" });
  bar.note.addEventListener("keydown", (event) => { if (event.key === "Enter") bar.renote(); });
  bar.next = el("input", { type: "checkbox" });
  bar.next.checked = readSetting(NEXT_SETTING) === "1";
  bar.next.addEventListener("change", () => writeSetting(NEXT_SETTING, bar.next.checked ? "1" : "0"));
  const next = el("label", { class: "bv-muted" }, bar.next, el("span", { text: " then the next clip" }));
  bar.status = el("div", { class: "bv-flag-status", "aria-live": "polite" });
  bar.who = el("div", { class: "bv-muted bv-flag-who" });
  bar.root = el("section", { class: "bv-root bv-flag-bar", "aria-label": "Flags", hidden: true },
    bar.buttons, bar.form, bar.userForm, el("div", { class: "bv-flags" }, bar.note, next), bar.status, bar.who);
}
