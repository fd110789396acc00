// @ts-check
// Loads what a map needs while the user still reads, so that the first map need not wait for it.

import { loadPlotly } from "./plotly_load.js";

/** @import { Component } from "../shared/mounting.js" */

/** @param {Component<{ plotly_url: string }>} component */
export default function plotlyAhead({ data }) {
  const idle = window.requestIdleCallback ?? setTimeout;
  idle(() => loadPlotly(data.plotly_url).catch(() => {})); // the first map will say what is wrong
}
