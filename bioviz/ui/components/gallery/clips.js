// @ts-check
// The clips of a gallery as Python sends them: names once, and for each clip its number among them.

import { decodeRows } from "../shared/media.js";

/**
 * @typedef {object} PackedClips
 * @property {string} rows
 * @property {string} labels numbers in labelNames
 * @property {string[]} labelNames
 * @property {string} files numbers in fileNames
 * @property {string[]} fileNames
 * @property {number[]} starts seconds
 */
/** @typedef {{ row: number, label: string, file: string, start: number }} GalleryClip */

/**
 * @param {PackedClips} packed
 * @returns {GalleryClip[]}
 */
export function unpackedClips({ rows, labels, labelNames, files, fileNames, starts }) {
  const [label, file] = [decodeRows(labels), decodeRows(files)];
  return Array.from(decodeRows(rows), (row, i) => ({
    row,
    label: labelNames[label[i]],
    file: fileNames[file[i]],
    start: starts[i],
  }));
}
