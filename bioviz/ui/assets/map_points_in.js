// Takes the points of a map from Streamlit and keeps them for the map that is drawn beside. Python sends them
// once a session, then their digest alone; where they are not here (any more), it is asked for them.

const KEPT = 6; // sets of points

export default function ({ data, setStateValue }) {
  const store = (window.biovizPoints ??= new Map());
  if (store.has(data.digest)) return;
  if (!data.rows) {
    setStateValue("missing", { digest: data.digest, stamp: Date.now() });
    return;
  }
  store.set(data.digest, data);
  while (store.size > KEPT) store.delete(store.keys().next().value);
  window.dispatchEvent(new CustomEvent("bioviz:points", { detail: { digest: data.digest } }));
}
