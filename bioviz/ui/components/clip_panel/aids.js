// @ts-check
// What stands beside the inspector's clip: annotations, the search for similar clips, the picture of the clip that is
// pointed at on a map, and the keyboard sheet.

import { panelWithKeys } from "../shared/clip_panels.js";
import { KeySheet } from "../shared/key_sheet.js";
import { isKey } from "../shared/keymap.js";
import { AnnotationDesk } from "./annotations.js";
import { HoverClip } from "./hover_clip.js";
import { SimilarDesk } from "./similar.js";

/** @import { Inspector } from "./inspector.js" */

export class InspectorAids {
  /** @param {Inspector} inspector */
  constructor(inspector) {
    this.inspector = inspector;
    const { root, parts, urls } = inspector;
    const acted = (/** @type {string} */ kind, /** @type {string} */ value) =>
      inspector.log.act(kind, value, inspector.data.key);
    const thumbnail = (/** @type {number} */ row) => urls.thumbnail(row);
    const sound = (/** @type {number} */ row) => urls.bareSound(row);
    this.annotations = new AnnotationDesk(parts.picture, acted);
    this.similar = new SimilarDesk(root, {
      thumbnail,
      jump: (row) => inspector.pick(row),
      play: (row, button) => inspector.sound.preview(sound(row), button),
      colourOf: (label) => inspector.colourOf(label),
      shapeOf: (label) => inspector.shapeOf(label),
      acted,
    });
    this.keys = new KeySheet(root);
    this.hover = new HoverClip(root, {
      isOurs: (group) => group === inspector.data?.group && panelWithKeys() === inspector,
      thumbnail,
      sound,
      volume: () => inspector.settings.volume,
    });
    parts.picture.onKeys = () => this.keys.toggle();
    parts.picture.onSimilar = () => this.findSimilar();
  }

  stop() {
    this.hover.stop();
    this.similar.close();
  }

  findSimilar() {
    const { row, data, parts } = this.inspector;
    if (row !== undefined) this.similar.open(data, data.run, row, parts.picture.panel.box);
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether it was for one of them
   */
  key(event) {
    if (isKey(event, "sheet")) this.keys.toggle();
    else if (!isKey(event, "clearBox")) return false;
    else if (this.keys.isOpen) this.keys.close();
    else if (this.similar.isOpen) this.similar.close();
    else return false;
    return true;
  }
}
