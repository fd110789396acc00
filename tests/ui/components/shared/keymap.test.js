// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import {
  KEYS,
  isKey,
  keyOf,
  keySheet,
  registerKeys,
} from "../../../../bioviz/ui/components/shared/keymap.js";

/** @import { KeyId } from "../../../../bioviz/ui/components/shared/keymap.js" */

const ids = /** @type {KeyId[]} */ (Object.keys(KEYS));

test("every key means one thing", () => {
  /** @type {Map<string, string>} */
  const taken = new Map();
  for (const id of ids) {
    const { keys, shift = false } = /** @type {{ keys: string[], shift?: boolean }} */ (KEYS[id]);
    for (const key of keys) {
      const name = `${shift ? "shift " : ""}${key}`;
      assert.ok(!taken.has(name), `${name} is ${taken.get(name)} and ${id}`);
      taken.set(name, id);
      assert.equal(keyOf({ key, shiftKey: shift }, ids), id);
    }
  }
});

test("Shift tells letters and arrows apart, but not signs that are typed with it", () => {
  assert.equal(keyOf({ key: "ArrowRight" }, ids), "next");
  assert.equal(keyOf({ key: "ArrowRight", shiftKey: true }, ids), "later");
  assert.equal(keyOf({ key: "H" }, ids), "hearBox"); // caps lock
  assert.equal(keyOf({ key: "H", shiftKey: true }, ids), undefined);
  assert.ok(isKey({ key: "+", shiftKey: true }, "zoomIn"));
  assert.ok(isKey({ key: "?", shiftKey: true }, "sheet"));
  assert.equal(keyOf({ key: "q" }, ids), undefined);
});

test("the sheet lists every key, and those that a part brings", () => {
  registerKeys("Flags", [{ caps: "W", does: "Wrong label" }]);
  const listed = keySheet().flatMap(([, entries]) => entries.map(({ does }) => does));
  for (const id of ids) assert.ok(listed.includes(KEYS[id].does), id);
  assert.ok(listed.includes("Wrong label"));
  assert.equal(keySheet().at(-1)?.[0], "Help");
});
