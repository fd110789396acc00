// @ts-check
// Shares as percentages, as bioviz/percent.py writes them: for what is counted in the browser.

/** @param {number} share from 0 to 1 */
export const percent = (share) => ofHundred(Math.round(100 * share));

/** @param {number} number from 0 to 100 */
export const ofHundred = (number) => `${number}\u00a0%`;
