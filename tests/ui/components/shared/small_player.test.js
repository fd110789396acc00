// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { SmallPlayer } from "../../../../bioviz/ui/components/shared/small_player.js";
import { hearAlone } from "../../../../bioviz/ui/components/shared/sound.js";

/** An audio element without a browser: it tells of what it does as one would. */
class Audio extends EventTarget {
  src = "";
  paused = true;
  refuses = false;

  play() {
    if (this.refuses) return Promise.reject(new Error("not found"));
    this.paused = false;
    this.dispatchEvent(new Event("play"));
    return Promise.resolve();
  }

  pause() {
    if (this.paused) return;
    this.paused = true;
    this.dispatchEvent(new Event("pause"));
  }
}

/** A button without a browser. */
class Button {
  textContent = "▶";
  /** @type {Map<string, string>} */
  attributes = new Map();

  /**
   * @param {string} name
   * @param {string} value
   */
  setAttribute(name, value) {
    this.attributes.set(name, value);
  }

  /** @param {string} name */
  removeAttribute(name) {
    this.attributes.delete(name);
  }

  get looks() {
    return `${this.textContent} ${this.attributes.get("aria-pressed") ?? ""}`.trim();
  }
}

const player = () => {
  const audio = new Audio();
  return { audio, player: new SmallPlayer(/** @type {any} */ (audio)) };
};
const buttons = () => [new Button(), new Button()];
const asButton = (/** @type {Button} */ button) =>
  /** @type {HTMLButtonElement} */ (/** @type {any} */ (button));

test("a second press stops what plays, another button takes over", () => {
  const { audio, player: sounds } = player();
  const [first, second] = buttons();
  assert.equal(sounds.toggle(asButton(first), "/a.wav"), true);
  assert.deepEqual([audio.src, audio.paused, first.looks], ["/a.wav", false, "❚❚ true"]);
  assert.equal(sounds.toggle(asButton(second), "/b.wav"), true);
  assert.deepEqual([audio.src, first.looks, second.looks], ["/b.wav", "▶", "❚❚ true"]);
  assert.equal(sounds.toggle(asButton(second), "/b.wav"), false);
  assert.deepEqual([audio.paused, second.looks], [true, "▶"]);
});

test("a button shows that its sound has ended, and plays it again", () => {
  const { audio, player: sounds } = player();
  const [first] = buttons();
  sounds.toggle(asButton(first), "/a.wav");
  audio.paused = true;
  audio.dispatchEvent(new Event("ended"));
  assert.equal(first.looks, "▶");
  assert.equal(sounds.toggle(asButton(first), "/a.wav"), true);
  assert.equal(audio.paused, false);
});

test("a sound that cannot be played leaves no button pressed", async () => {
  const { audio, player: sounds } = player();
  const [first] = buttons();
  audio.refuses = true;
  sounds.toggle(asButton(first), "/gone.wav");
  await new Promise((done) => setTimeout(done));
  assert.equal(first.looks, "▶");
});

test("of all players of a page one is heard, and none that is closed answers", () => {
  const [one, other] = [player(), player()];
  const [first, second] = buttons();
  one.player.toggle(asButton(first), "/a.wav");
  other.player.toggle(asButton(second), "/b.wav");
  assert.deepEqual([one.audio.paused, first.looks, other.audio.paused], [true, "▶", false]);
  other.player.close();
  assert.deepEqual([other.audio.paused, second.looks], [true, "▶"]);
  other.audio.paused = false;
  hearAlone({});
  assert.equal(other.audio.paused, false, "a closed player still listens");
});
