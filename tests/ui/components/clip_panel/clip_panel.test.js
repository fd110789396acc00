// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { factRows, signed } from "../../../../bioviz/ui/components/clip_panel/facts.js";
import { likelyNext, positionText, stepped } from "../../../../bioviz/ui/components/clip_panel/playlist.js";
import { DEFAULTS, pictureQuery, soundQuery } from "../../../../bioviz/ui/components/clip_panel/settings.js";
import { clockText, slowness } from "../../../../bioviz/ui/components/clip_panel/sound.js";
import { ClipUrls } from "../../../../bioviz/ui/components/clip_panel/urls.js";

/** @import { Facts } from "../../../../bioviz/ui/components/clip_panel/facts.js" */

/** @type {Facts} */
const facts = {
  recording: "a/b.wav",
  start_s: 58,
  end_s: 61,
  recording_s: 60,
  rate: 44_100,
  labels: ["wren"],
  boxes: [],
};

test("facts have units; what is not known has no line", () => {
  assert.deepEqual(factRows(facts), [
    ["Recording", "a/b.wav"],
    ["Clip", "58 s to 61 s of 60 s (at 0:58)"],
    ["Padded", "the last 1 s of the window are silence after the recording's end"],
    ["Sample rate", "44.1 kHz"],
  ]);
});

test("all that is known has its line", () => {
  const known = {
    ...facts,
    end_s: 60,
    time: "2021-05-01 04:30",
    zone: "",
    site: "P3",
    split: "train",
    cluster: 2,
    cluster_label: "background",
    level_dbfs: -41.26,
    snr_db: -3,
    loudest_db: 12.34,
  };
  const rows = Object.fromEntries(factRows(known));
  assert.equal(rows.Padded, undefined);
  assert.equal(rows.Time, "2021-05-01 04:30 (zone not stated)");
  assert.equal(rows.Cluster, "3, which stands for background"); // counted from 1 on screen
  assert.equal(rows.Level, "−41.3 dBFS");
  assert.equal(rows["Signal to noise"], "−3.0 dB in its box");
  assert.equal(rows["Loudest sound"], "12.3 dB above the noise, the animal's or not");
  const unknown = { ...facts, cluster: -1, snr_unknown: "no box", loudest_unknown: "nothing stands out" };
  assert.equal(Object.fromEntries(factRows(unknown)).Cluster, "none");
  assert.equal(Object.fromEntries(factRows(unknown))["Signal to noise"], "unknown: no box");
  assert.equal(Object.fromEntries(factRows(unknown))["Loudest sound"], "unknown: nothing stands out");
  assert.equal(Object.fromEntries(factRows({ ...facts, snr_db: 0, level_dbfs: 0 })).Level, "0.0 dBFS");
});

test("a window that is all silence is no longer than itself", () => {
  const beyond = { ...facts, start_s: 60, end_s: 63 };
  assert.match(Object.fromEntries(factRows(beyond)).Padded, /^the last 3 s /);
});

test("numbers have a real minus sign", () => {
  assert.equal(signed(-12.34, 1), "−12.3");
  assert.equal(signed(3), "3");
});

test("what is heard is what the settings say", () => {
  assert.deepEqual(soundQuery(DEFAULTS), { context: "0", slow: "auto" });
  const settings = { ...DEFAULTS, loudness: true, low: "1.5", high: "8" };
  assert.deepEqual(soundQuery(settings), { context: "0", slow: "auto", loudness: -23 });
  const banded = { context: "0", slow: "auto", loudness: -23, low: 1500, high: 8000 };
  assert.deepEqual(soundQuery({ ...settings, band: true }), banded);
  assert.deepEqual(soundQuery({ ...DEFAULTS, band: true, low: "0", high: "" }), soundQuery(DEFAULTS));
});

test("what is seen is what the settings say, in few widths and fitting the theme", () => {
  const plain = { context: "0", axis: "linear", db_range: "50", w: 720, h: 320, cmap: "greys" };
  assert.deepEqual(pictureQuery(DEFAULTS, false, 700), plain);
  assert.equal(pictureQuery(DEFAULTS, true, 700).cmap, "greys-dark");
  assert.equal(pictureQuery({ ...DEFAULTS, colours: "magma" }, true, 700).cmap, "magma");
  assert.deepEqual(
    [1, 480, 481, 5000].map((width) => pictureQuery(DEFAULTS, false, width).w),
    [480, 480, 720, 1440],
  );
  assert.equal(pictureQuery({ ...DEFAULTS, scale: "-20" }, false, 700).top, "-20");
  assert.equal(pictureQuery({ ...DEFAULTS, low: "2" }, false, 700).low, 2000);
});

const playlist = Int32Array.of(5, 9, 2);

test("steps go along the list and end at its ends", () => {
  assert.equal(stepped(playlist, 5, 1), 9);
  assert.equal(stepped(playlist, 2, -1), 9);
  assert.equal(stepped(playlist, 2, 1), undefined);
  assert.equal(stepped(playlist, 5, -1), undefined);
  assert.equal(stepped(playlist, undefined, 1), 5); // from outside to its start or end
  assert.equal(stepped(playlist, 77, -1), 2);
  assert.equal(stepped(new Int32Array(0), 5, 1), undefined);
});

test("the place in the list is said", () => {
  assert.equal(positionText(1, 3, "misclustered clips"), "2 of 3 · misclustered clips");
  assert.equal(positionText(-1, 3, ""), "– of 3");
  assert.equal(positionText(-1, 0, "clips"), "");
});

test("what is likely looked at next is fetched ahead", () => {
  assert.deepEqual(likelyNext(playlist, 9, [40, 41, 42, 43, 44]), [2, 5, 40, 41, 42, 43]);
  assert.deepEqual(likelyNext(playlist, 77, [40]), [40]);
});

test("slowed sound says so", () => {
  assert.equal(slowness(30, 3), 10);
  assert.equal(slowness(3.01, 3), 1);
  assert.equal(slowness(3, undefined), 1);
  assert.equal(clockText(1.24, 30, 10), "1.2 / 30.0 s (10× slower)");
  assert.equal(clockText(0, 3, 1), "0.0 / 3.0 s");
});

test("addresses follow the settings, the theme and the run", () => {
  const settings = { ...DEFAULTS, context: "2" };
  const urls = new ClipUrls(settings, () => 700);
  const data = { base: "", dataset: "demo", version: "v", run: null };
  assert.equal(urls.move(data), true);
  assert.equal(urls.move({ ...data }), false);
  assert.equal(urls.sound(3), "/bioviz/clip/demo/3.wav?context=2&slow=auto&v=v");
  assert.match(urls.bareSound(3), /\?context=0&/);
  assert.match(urls.picture(3), /^\/bioviz\/clip\/demo\/3\.png\?context=2&.*&w=720&h=320&cmap=greys&v=v$/);
  assert.equal(urls.setDark(true), true);
  assert.equal(urls.setDark(true), false);
  assert.match(urls.picture(3), /cmap=greys-dark/);
  assert.match(urls.thumbnail(3), /\?w=160&h=64&db_range=45&thumb=1&cmap=greys-dark&v=v$/);
  settings.slow = "10";
  assert.match(urls.sound(3), /slow=10/);
  assert.equal(urls.facts(3), "/bioviz/clip/demo/3.json?v=v");
  assert.equal(urls.move({ ...data, run: "key" }), true);
  assert.equal(urls.facts(3), "/bioviz/run/key/clip/3.json?v=v");
});
