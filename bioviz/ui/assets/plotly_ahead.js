// Loads the drawing library while the user still reads, so that the first map need not wait for it.

export default function ({ data }) {
  const idle = window.requestIdleCallback ?? setTimeout;
  idle(() => loadPlotly(data.plotly_url).catch(() => {})); // the first map will say what is wrong
}
