// The drawing library, once a page; it outlives the maps on it.

function loadPlotly(url) {
  window.biovizPlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => (window.Plotly ? resolve(window.Plotly) : reject(new Error("plotly.js did not start")));
    script.onerror = () => {
      window.biovizPlotly = undefined;
      reject(new Error(`The drawing library could not be loaded from ${url}.`));
    };
    document.head.append(script);
  });
  return window.biovizPlotly;
}
