// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import {
  flagPlace,
  giveKeys,
  offerFlagPlace,
  onFlagPlace,
  panelWithKeys,
  takeKeysFrom,
  withdrawFlagPlace,
} from "../../../../bioviz/ui/components/shared/clip_panels.js";
import { brightness, channels } from "../../../../bioviz/ui/components/shared/colours.js";
import { mounting } from "../../../../bioviz/ui/components/shared/mounting.js";
import {
  hearAlone,
  onHear,
  levelNote,
  quieterNote,
  quieterText,
} from "../../../../bioviz/ui/components/shared/sound.js";
import {
  readSetting,
  readSettingsOf,
  writeSetting,
} from "../../../../bioviz/ui/components/shared/storage.js";

test("colours are read in all ways that pages write them", () => {
  for (const [colour, rgb] of /** @type {[string, number[]][]} */ ([
    ["#0072B2", [0, 114, 178]],
    ["#fff", [255, 255, 255]],
    ["#0072B280", [0, 114, 178]],
    ["rgb(1, 2, 3)", [1, 2, 3]],
    ["rgba(1, 2, 3, 0.5)", [1, 2, 3]],
    ["", [255, 255, 255]],
  ])) {
    assert.deepEqual(channels(colour), rgb, colour);
  }
});

test("brightness goes from black to white, green being brightest", () => {
  assert.equal(brightness("#000000"), 0);
  assert.equal(brightness("#ffffff"), 1);
  assert.ok(brightness("#00ff00") > brightness("#ff0000"));
  assert.ok(brightness("#ff0000") > brightness("#0000ff"));
});

test("who starts to play silences the others, not itself", () => {
  /** @type {string[]} */
  const paused = [];
  const [one, other] = [{}, {}];
  const stop = onHear(one, () => paused.push("one"));
  onHear(other, () => paused.push("other"));
  hearAlone(one);
  assert.deepEqual(paused, ["other"]);
  stop();
  hearAlone(other);
  assert.deepEqual(paused, ["other"]);
});

/** @param {Record<string, string>} held */
function storage(held) {
  return /** @type {any} */ ({
    getItem: (/** @type {string} */ name) => held[name] ?? null,
    setItem: (/** @type {string} */ name, /** @type {string} */ value) => (held[name] = value),
  });
}

test("settings of another type, of another version or damaged are the defaults", () => {
  const defaults = { loop: true, volume: 0.8 };
  for (const [text, settings] of /** @type {[string, object][]} */ ([
    ['{"loop":false,"volume":0.1}', { loop: false, volume: 0.1 }],
    ['{"loop":"false","volume":0.1}', { loop: true, volume: 0.1 }],
    ['{"of_old":1}', defaults],
    ["{", defaults],
    ["null", defaults],
  ])) {
    globalThis.localStorage = storage({ key: text });
    assert.deepEqual(readSettingsOf("key", defaults), settings, text);
  }
});

test("a browser that keeps nothing is no error", () => {
  globalThis.localStorage = /** @type {any} */ ({
    getItem() {
      throw new Error("denied");
    },
    setItem() {
      throw new Error("denied");
    },
  });
  assert.equal(readSetting("user"), null);
  assert.equal(writeSetting("user", "Anna"), false);
  assert.deepEqual(readSettingsOf("key", { loop: true }), { loop: true });
  globalThis.localStorage = storage({});
  assert.equal(writeSetting("user", "Anna"), true);
  assert.equal(readSetting("user"), "Anna");
});

test("keys belong to the panel used last, until it goes", () => {
  const [one, other] = ["a", "b"].map((group) => ({ data: { group }, step() {} }));
  giveKeys(one);
  giveKeys(other);
  takeKeysFrom(one);
  assert.equal(panelWithKeys(), other);
  takeKeysFrom(other);
  assert.equal(panelWithKeys(), undefined);
});

test("the flag bar hears of its place once, and an older panel does not take it away", () => {
  /** @type {string[]} */
  const offers = [];
  onFlagPlace((group) => offers.push(group));
  const [older, newer] = /** @type {any[]} */ ([{}, {}]);
  offerFlagPlace("clips", older);
  offerFlagPlace("clips", older);
  offerFlagPlace("clips", newer);
  assert.deepEqual(offers, ["clips", "clips"]);
  withdrawFlagPlace("clips", older);
  assert.equal(flagPlace("clips"), newer);
  withdrawFlagPlace("clips", newer);
  assert.equal(flagPlace("clips"), undefined);
});

test("an element has one part, which is updated at each run and taken down once", () => {
  /** @type {string[]} */
  const log = [];
  class Part {
    /** @param {any} parent */
    constructor(parent) {
      log.push(`made in ${parent.name}`);
    }
    /** @param {{ data: number }} component */
    update({ data }) {
      log.push(`updated with ${data}`);
    }
    stop() {
      log.push("stopped");
    }
  }
  const mount = mounting(Part);
  const parentElement = /** @type {any} */ ({ name: "left" });
  const run = (/** @type {number} */ data) => mount({ data, parentElement, setStateValue() {} });
  run(1);
  run(2)();
  run(3);
  assert.deepEqual(log, [
    "made in left",
    "updated with 1",
    "updated with 2",
    "stopped",
    "made in left",
    "updated with 3",
  ]);
});

test("what was done to a sound's level is said", () => {
  assert.equal(
    levelNote({ gain_db: 0, quieter_db: 6.02 }, false),
    "Played 6.0 dB quieter: samples exceed full scale",
  );
  assert.equal(levelNote({ gain_db: 0, quieter_db: 0 }, false), "");
  assert.equal(levelNote({ gain_db: 12.34, loudness_db: -23, quieter_db: 0 }, true), "Played 12.3 dB louder");
  assert.equal(levelNote({ gain_db: -9.2, loudness_db: -23 }, true), "Played 9.2 dB quieter");
  assert.equal(levelNote({ gain_db: 0.01, loudness_db: -23 }, true), "Played as it is");
  assert.equal(
    levelNote({ gain_db: 2, loudness_db: -31 }, true),
    "Played 2.0 dB louder; 8.0 dB below the others, as its peaks allow no more",
  );
  assert.equal(levelNote({ gain_db: 0, loudness_db: null }, true), "Silent: as it is");
});

test("a sound whose samples exceed full scale is said to be played quieter", async (context) => {
  assert.equal(quieterText(6.02), "Played 6.0 dB quieter: samples exceed full scale");
  assert.equal(quieterText(0), "");
  assert.equal(quieterText(undefined), "");
  /** @type {[string, string | undefined][]} */
  const asked = [];
  context.mock.method(
    globalThis,
    "fetch",
    async (/** @type {string} */ url, /** @type {RequestInit} */ init) => {
      asked.push([url, init.method]);
      const about = url.endsWith("loud.wav") ? { quieter_db: 18.1 } : { quieter_db: 0 };
      return new Response("", { headers: { "X-Bioviz-About": JSON.stringify(about) } });
    },
  );
  assert.equal(await quieterNote("/loud.wav"), "Played 18.1 dB quieter: samples exceed full scale");
  assert.equal(await quieterNote("/soft.wav"), "");
  assert.deepEqual(asked, [
    ["/loud.wav", "HEAD"],
    ["/soft.wav", "HEAD"],
  ]);
  assert.equal(await quieterNote("data:audio/wav;base64,"), "", "made in Python, which says it");
});
