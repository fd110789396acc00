// @ts-check
// Takes the points of a map from Streamlit and keeps them for the map that is drawn beside. Python sends them
// once a session, then their digest alone; where they are not here (any more), it is asked for them.

import { hasPoints, keepPoints } from "./point_store.js";

/** @import { Component } from "../shared/mounting.js" */
/** @import { Payload } from "./points.js" */

/** @param {Component<Payload | { digest: string }>} component */
export default function pointsIn({ data, setStateValue }) {
  if (hasPoints(data.digest)) return;
  if ("rows" in data) keepPoints(data);
  else setStateValue("missing", { digest: data.digest, stamp: Date.now() });
}
