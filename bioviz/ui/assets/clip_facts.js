// The words about a clip, and its nearest neighbors.

const seconds = (value) => `${Number(value.toFixed(2))} s`;
const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;
const signed = (value, digits = 0) => value.toFixed(digits).replace("-", "−");
const kilohertz = (rate) => `${Number((rate / 1000).toFixed(2))} kHz`;

function labelChip(label, colourOf) {
  const dot = el("span", { class: "bv-dot", style: `background:${colourOf(label)}` });
  return el("span", { class: "bv-chip" }, dot, el("span", { text: label }));
}

function factRows(facts) {
  const length = facts.end_s - facts.start_s;
  const padding = facts.end_s - facts.recording_s;
  const rows = [
    ["Recording", facts.recording],
    ["Clip", `${seconds(facts.start_s)} to ${seconds(facts.end_s)} of ${seconds(facts.recording_s)} (at ${clock(facts.start_s)})`],
    ["Padded", padding > 0.005 && `the last ${seconds(Math.min(padding, length))} of the window are silence after the recording's end`],
    ["Time", facts.time && `${facts.time} ${facts.zone || "(zone not stated)"}`],
    ["Site", facts.site],
    ["Split", facts.split],
    ["Sample rate", kilohertz(facts.rate)],
    ["Cluster", facts.cluster !== undefined && clusterText(facts)],
    ["Level", Number.isFinite(facts.level_dbfs) && `${signed(facts.level_dbfs, 1)} dBFS`],
    ["Signal to noise", Number.isFinite(facts.snr_db) ? `${signed(facts.snr_db, 1)} dB in its box` : facts.snr_unknown && `unknown: ${facts.snr_unknown}`],
    ["Loudest sound", Number.isFinite(facts.loudest_db) ? `${signed(facts.loudest_db, 1)} dB above the noise, the animal's or not` : facts.loudest_unknown && `unknown: ${facts.loudest_unknown}`],
  ];
  return rows.filter(([, value]) => value);
}

function clusterText(facts) {
  // Counted from 1, as in tables and on the map.
  return facts.cluster < 0 ? "none" : `${facts.cluster + 1}, which stands for ${facts.cluster_label}`;
}

function factList(facts) {
  const list = el("dl", { class: "bv-facts" });
  for (const [name, value] of factRows(facts)) {
    list.append(el("dt", { text: name }), el("dd", { text: value, title: value }));
  }
  return list;
}

// The picture's address waits in data-src until the inspector has time for it.
// `actions` is {source, thumb, jump(row), play(row, button), colourOf}.
function neighborCard(neighbor, actions) {
  const { row, label, distance, recording, same_recording: same } = neighbor;
  const about = `${label}, ${recording}${same ? " (same recording)" : ""}`;
  const jump = el(
    "button",
    { type: "button", class: "bv-jump", title: `Show ${about}`, onclick: () => actions.jump(row) },
    el("img", { "data-src": clipUrl(actions.source, row, "png", actions.thumb), alt: "", loading: "lazy" }),
    labelChip(label, actions.colourOf),
    el("span", { class: "bv-muted", text: `distance ${distance.toPrecision(3)}${same ? " · same recording" : ""}` }),
  );
  const play = el("button", { type: "button", class: "bv-play-small", text: "▶", "aria-label": `Play ${about}` });
  play.addEventListener("click", () => actions.play(row, play));
  return el("div", { class: "bv-neighbor", "data-row": row }, jump, play);
}

function neighborList(facts, apart, actions) {
  const shown = apart ? facts.neighbors_apart : facts.neighbors;
  if (shown.length) return el("div", { class: "bv-neighbors" }, ...shown.map((n) => neighborCard(n, actions)));
  const text = apart ? "All near clips are from the same recording." : "This clip has no neighbors in this run.";
  return el("p", { class: "bv-muted", text });
}
