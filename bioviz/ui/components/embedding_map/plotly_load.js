// @ts-check
// The drawing library, once a page; it outlives the maps on it.

/** @type {Promise<any> | undefined} */
let library;

/**
 * @param {string} url
 * @returns {Promise<any>} Plotly
 */
export function loadPlotly(url) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () =>
      globalThis.Plotly ? resolve(globalThis.Plotly) : reject(new Error("plotly.js did not start"));
    script.onerror = () => {
      library = undefined;
      reject(new Error(`The drawing library could not be loaded from ${url}.`));
    };
    document.head.append(script);
  });
  return library;
}
