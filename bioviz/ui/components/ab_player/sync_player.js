// @ts-check
// Plays several sounds in step and lets one of them through: swapping changes what is heard, not where.

import { Kept, aboutOf, fetchChecked } from "../shared/media.js";

/** @typedef {{ about: { gain_db: number, loudness_db: number | null }, buffer: AudioBuffer }} Sound */

const FADE_S = 0.006; // long enough not to click
const START_AFTER_S = 0.03; // one moment for all
/** @type {AudioContext | undefined} */
let sharedContext;

function audioContext() {
  sharedContext ??= new AudioContext();
  return sharedContext;
}

/** @type {Kept<Sound>} what the server did to a clip, and its samples */
export const keptSounds = new Kept(async (url, ahead) => {
  const reply = await fetchChecked(url, ahead);
  return { about: aboutOf(reply), buffer: await audioContext().decodeAudioData(await reply.arrayBuffer()) };
}, 24);

/**
 * Seconds within the loop.
 *
 * @param {number} from where it began
 * @param {number} since seconds since it began, negative just before
 * @param {number} duration
 */
export const loopPosition = (from, since, duration) => (from + Math.max(0, since)) % duration;

export class SyncPlayer {
  /** @type {(AudioBuffer | undefined)[]} */
  buffers = [];
  /** @type {AudioBufferSourceNode[]} */
  sources = [];
  /** @type {GainNode[]} */
  gains = [];
  /** @type {GainNode | undefined} */
  master;
  heard = 0;
  loop = true;
  volume = 0.8;
  at = 0; // seconds, where it goes on
  began = 0; // in the time of the audio context
  duration = 0; // seconds

  /** @param {() => void} changed called when playing starts or ends */
  constructor(changed) {
    this.changed = changed;
  }

  /**
   * Buffers of unequal length are filled up with silence, or they would fall out of step when they loop.
   *
   * @param {(AudioBuffer | undefined)[]} buffers
   */
  load(buffers) {
    this.stop();
    this.at = 0;
    const context = audioContext();
    const length = Math.max(0, ...buffers.map((buffer) => buffer?.length ?? 0));
    this.duration = length / context.sampleRate;
    this.buffers = buffers.map((buffer) => {
      if (!buffer || !length) return undefined;
      const filled = context.createBuffer(1, length, context.sampleRate);
      filled.copyToChannel(buffer.getChannelData(0), 0);
      return filled;
    });
  }

  get playing() {
    return this.sources.length > 0;
  }

  /** Seconds within the loop. */
  get position() {
    if (!this.playing) return this.at;
    return loopPosition(this.at, audioContext().currentTime - this.began, this.duration);
  }

  async play() {
    if (this.playing || !this.duration) return;
    const context = audioContext();
    if (context.state !== "running") await context.resume();
    if (this.playing) return;
    const master = new GainNode(context, { gain: this.volume });
    master.connect(context.destination);
    this.master = master;
    this.began = context.currentTime + START_AFTER_S;
    this.gains = this.buffers.map((_, i) => new GainNode(context, { gain: i === this.heard ? 1 : 0 }));
    this.buffers.forEach((buffer, i) => {
      if (!buffer) return;
      const source = new AudioBufferSourceNode(context, { buffer, loop: this.loop });
      source.connect(this.gains[i]).connect(master);
      source.start(this.began, this.at);
      this.sources.push(source);
    });
    const [first] = this.sources;
    first.addEventListener("ended", () => this.sources[0] === first && this.ended()); // not when it was stopped
    this.changed();
  }

  ended() {
    this.stop();
    this.at = 0;
    this.changed();
  }

  pause() {
    if (!this.playing) return;
    this.at = this.position;
    this.stop();
    this.changed();
  }

  stop() {
    const { sources, master } = this;
    this.sources = [];
    for (const source of sources) source.stop();
    if (sources.length) master?.disconnect();
  }

  /** @param {number} index */
  hear(index) {
    this.heard = index;
    if (!this.playing) return;
    const now = audioContext().currentTime;
    this.gains.forEach((gain, i) => gain.gain.setTargetAtTime(i === index ? 1 : 0, now, FADE_S));
  }

  /** @param {boolean} loop */
  setLoop(loop) {
    this.loop = loop;
    for (const source of this.sources) source.loop = loop;
  }

  /** @param {number} volume from 0 to 1 */
  setVolume(volume) {
    this.volume = volume;
    if (this.playing && this.master) this.master.gain.value = volume;
  }
}
