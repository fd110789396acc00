// @ts-check
// The sound of the inspector: the clip's own, and that of a neighbor tried between.

import { hearAlone, levelNote, onHear, soundNote } from "../shared/sound.js";

/** @import { InspectorParts } from "./layout.js" */
/** @import { Settings } from "./settings.js" */

/**
 * How many times slower than recorded, to a tenth; 1 where either length is not known.
 *
 * @param {number} duration of the sound, seconds
 * @param {number | undefined} stretch of the recording that it is of, seconds
 */
export const slowness = (duration, stretch) => (stretch ? Math.round((duration / stretch) * 10) / 10 : 1);

/**
 * @param {number} at seconds
 * @param {number} duration seconds
 * @param {number} slow
 */
export function clockText(at, duration, slow) {
  return `${at.toFixed(1)} / ${duration.toFixed(1)} s${slow > 1.05 ? ` (${slow}× slower)` : ""}`;
}

export class ClipSound {
  /** @type {HTMLButtonElement | undefined} */
  previewing;

  /**
   * @param {InspectorParts} parts
   * @param {Settings} settings
   */
  constructor(parts, settings) {
    this.parts = parts;
    this.settings = settings;
    const { audio, preview } = parts;
    for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, () => this.playing());
    for (const name of ["timeupdate", "loadedmetadata"]) audio.addEventListener(name, () => this.tick());
    for (const name of ["pause", "ended"]) preview.addEventListener(name, () => this.previewEnded());
    for (const element of [audio, preview]) element.addEventListener("play", () => hearAlone(this));
    this.stopHear = onHear(this, () => this.pause());
    this.apply(settings);
  }

  get isPlaying() {
    return !this.parts.audio.paused;
  }

  pause() {
    this.parts.audio.pause();
    this.parts.preview.pause();
  }

  stop() {
    this.stopHear();
    this.pause();
  }

  clear() {
    this.parts.audio.removeAttribute("src");
  }

  /**
   * @param {string} url
   * @param {string} fileName of a download
   */
  load(url, fileName) {
    const { audio, download, picture } = this.parts;
    audio.src = url;
    download.href = url;
    download.download = fileName;
    picture.movePlayhead(undefined);
    this.tick();
    this.parts.level.textContent = "";
    this.ready().then(() => this.sayLevel(url));
  }

  /**
   * Say what was done to a sound's level, as long as it is the one that is heard.
   *
   * @param {string} url
   */
  async sayLevel(url) {
    const heard = () => (this.previewing ? this.parts.preview : this.parts.audio).getAttribute("src");
    const note = await soundNote(url, (about) => levelNote(about, this.settings.loudness));
    if (heard() === url) this.parts.level.textContent = note;
  }

  /**
   * Resolves when the sound of the present source is there, or cannot be had. Events of the source before it
   * ("emptied", a late "error") may still come in, so only the element's own state counts.
   *
   * @returns {Promise<void>}
   */
  ready() {
    const { audio } = this.parts;
    return new Promise((resolve) => {
      const settled = new AbortController();
      const look = () => {
        if (audio.readyState < HTMLMediaElement.HAVE_CURRENT_DATA && !audio.error) return;
        settled.abort();
        resolve();
      };
      for (const name of ["loadeddata", "error"])
        audio.addEventListener(name, look, { signal: settled.signal });
      look();
    });
  }

  /** @param {Settings} settings */
  apply({ loop, volume }) {
    const { audio, preview } = this.parts;
    audio.loop = loop;
    audio.volume = preview.volume = volume;
  }

  /** @param {HTMLAudioElement} [audio] */
  play(audio = this.parts.audio) {
    audio.play().catch((error) => {
      if (error.name === "NotAllowedError") this.parts.clock.textContent = "press play to hear it";
    });
  }

  toggle() {
    const { audio, preview } = this.parts;
    preview.pause();
    if (audio.paused) this.play();
    else audio.pause();
  }

  /**
   * Hear a neighbor, or stop it.
   *
   * @param {string} url
   * @param {HTMLButtonElement} button
   */
  preview(url, button) {
    const { audio, preview } = this.parts;
    if (this.previewing === button) return preview.pause();
    preview.pause();
    audio.pause();
    preview.src = url;
    this.previewing = button;
    button.textContent = "❚❚";
    this.play(preview);
    this.sayLevel(url);
  }

  previewEnded() {
    if (this.previewing) this.previewing.textContent = "▶";
    this.previewing = undefined;
    this.sayLevel(this.parts.audio.getAttribute("src") ?? "");
  }

  /** @param {number} fraction of the sound */
  seek(fraction) {
    const { audio } = this.parts;
    if (!Number.isFinite(audio.duration)) return;
    audio.currentTime = Math.min(fraction * audio.duration, audio.duration - 0.01);
    this.tick();
  }

  playing() {
    const { audio, playButton } = this.parts;
    playButton.textContent = audio.paused ? "▶ Play" : "❚❚ Pause";
    const follow = () => {
      this.tick();
      if (!audio.paused) requestAnimationFrame(follow);
    };
    follow();
  }

  /** Sound and picture span the same stretch, so a part of one is the same part of the other at any speed. */
  tick() {
    const { audio, picture, clock } = this.parts;
    const { currentTime: at, duration } = audio;
    if (!Number.isFinite(duration)) return picture.movePlayhead(undefined);
    const stretch = picture.about && picture.about.end_s - picture.about.start_s;
    clock.textContent = clockText(at, duration, slowness(duration, stretch));
    picture.movePlayhead(at / duration);
  }
}
