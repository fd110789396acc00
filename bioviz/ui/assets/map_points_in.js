// Takes the points of a map from Streamlit and keeps them for the map that is drawn beside.

export default function ({ data }) {
  const store = (window.biovizPoints ??= new Map());
  if (store.has(data.digest)) return;
  store.set(data.digest, data);
  while (store.size > 6) store.delete(store.keys().next().value);
  window.dispatchEvent(new CustomEvent("bioviz:points", { detail: { digest: data.digest } }));
}
