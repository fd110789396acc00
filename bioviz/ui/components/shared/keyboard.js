// @ts-check
// Keys go where the focus is: what was typed into before must let go of it when the user turns to a map or a clip.

export const TEXT_FIELD = [
  "input:not([type=checkbox]):not([type=radio]):not([type=range]):not([type=button]):not([type=submit])",
  "textarea",
  "select",
  "[contenteditable]:not([contenteditable=false])",
  "[role=textbox]",
  "[role=combobox]",
].join(",");

export const BUTTON = "button,a,summary,input,[role=button]"; // what the space bar presses

/** Takes the focus from a text field that has it, in a shadow root too. */
export function leaveTextField() {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  if (focused instanceof HTMLElement && focused.matches(TEXT_FIELD)) focused.blur();
}

/**
 * Whether an event comes from within an element that `selector` names, in a shadow root too.
 *
 * @param {Event} event
 * @param {string} selector
 */
export function isFrom(event, selector) {
  const [target] = event.composedPath();
  return target instanceof Element && target.closest(selector) !== null;
}

/**
 * Whether a key is pressed together with one that makes it a command of the browser's.
 *
 * @param {KeyboardEvent} event
 */
export const isCommand = (event) => event.ctrlKey || event.metaKey || event.altKey;
