// @ts-check
// What Python says about the selected clip is hidden as soon as another one is, until Python speaks of that one.

import { actLog } from "./acts.js";

/** @import { Component } from "./mounting.js" */
/** @typedef {{ group: string, dataset: string, row: number, part: string }} Data */

/** @type {WeakMap<HTMLElement, () => void>} */
const marks = new WeakMap();

/** @param {Component<Data>} component */
export default function aboutClip({ data, parentElement }) {
  marks.get(parentElement)?.();
  const log = actLog(data.group);
  const part = parentElement.closest(`.st-key-${data.part}`);
  const look = () => part?.classList.toggle("bv-of-another-clip", log.clip(data.dataset) !== data.row);
  look();
  const stop = log.on((kind) => kind === "clip" && look());
  marks.set(parentElement, stop);
  return () => {
    stop();
    marks.delete(parentElement);
  };
}
