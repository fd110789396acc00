// @ts-check
// What this browser remembers. It may refuse to.

/**
 * @param {string} name
 * @returns {string | null} null where nothing is kept, or storage is off
 */
export function readSetting(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/**
 * @param {string} name
 * @param {string} value
 * @returns {boolean} whether it could be kept
 */
export function writeSetting(name, value) {
  try {
    localStorage.setItem(name, value);
    return true;
  } catch {
    return false;
  }
}

/**
 * Settings kept as JSON: those of a default's type count, the others are the defaults.
 *
 * @template {object} S
 * @param {string} name
 * @param {S} defaults
 * @returns {S}
 */
export function readSettingsOf(name, defaults) {
  let stored;
  try {
    stored = JSON.parse(readSetting(name) ?? "{}");
  } catch {
    stored = {}; // it holds something else
  }
  const usual = /** @type {Record<string, unknown>} */ (defaults);
  const fitting = Object.entries(stored ?? {}).filter(([key, value]) => typeof value === typeof usual[key]);
  return { ...defaults, ...Object.fromEntries(fitting.filter(([key]) => key in usual)) };
}
