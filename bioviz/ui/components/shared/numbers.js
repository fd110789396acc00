// @ts-check
// Numbers as Python writes them with ":,", whatever the browser's language: pages hold both side by side.

/**
 * @param {number} value
 * @param {number} [maximumFractionDigits]
 */
export const grouped = (value, maximumFractionDigits = 0) =>
  value.toLocaleString("en-US", { maximumFractionDigits });
