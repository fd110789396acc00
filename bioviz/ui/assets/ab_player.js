// Plays several sounds in step and lets one of them through: swapping changes what is heard, not where.

const FADE_S = 0.006; // long enough not to click
let sharedContext;

function audioContext() {
  sharedContext ??= new AudioContext();
  return sharedContext;
}

// {about, buffer}: what the server did to the clip, and its samples.
const keptSounds = new Kept(async (url, ahead) => {
  const reply = await fetchChecked(url, ahead);
  const about = JSON.parse(reply.headers.get("X-Bioviz-About"));
  return { about, buffer: await audioContext().decodeAudioData(await reply.arrayBuffer()) };
}, 24);

class SyncPlayer {
  // `changed()` is called when playing starts or ends.
  constructor(changed) {
    Object.assign(this, { changed, buffers: [], sources: [], heard: 0, loop: true, volume: 0.8, at: 0 });
  }

  // Buffers of unequal length are filled up with silence, or they would fall out of step when they loop.
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

  // Seconds within the loop.
  get position() {
    if (!this.playing) return this.at;
    const since = Math.max(0, audioContext().currentTime - this.began);
    return (this.at + since) % this.duration;
  }

  async play() {
    if (this.playing || !this.duration) return;
    const context = audioContext();
    if (context.state !== "running") await context.resume();
    if (this.playing) return;
    this.master = new GainNode(context, { gain: this.volume });
    this.master.connect(context.destination);
    this.began = context.currentTime + 0.03; // one moment for all
    this.gains = this.buffers.map((_, i) => new GainNode(context, { gain: i === this.heard ? 1 : 0 }));
    this.buffers.forEach((buffer, i) => {
      if (!buffer) return;
      const source = new AudioBufferSourceNode(context, { buffer, loop: this.loop });
      source.connect(this.gains[i]).connect(this.master);
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
    if (sources.length) master.disconnect();
  }

  hear(index) {
    this.heard = index;
    const now = this.playing && audioContext().currentTime;
    if (this.playing) this.gains.forEach((gain, i) => gain.gain.setTargetAtTime(i === index ? 1 : 0, now, FADE_S));
  }

  setLoop(loop) {
    this.loop = loop;
    for (const source of this.sources) source.loop = loop;
  }

  setVolume(volume) {
    this.volume = volume;
    if (this.playing) this.master.gain.value = volume;
  }
}
