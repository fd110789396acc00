// What Python says about the clip in hand is hidden as soon as another one is, until Python speaks of that one.

const marks = new WeakMap();

export default function ({ data, parentElement }) {
  marks.get(parentElement)?.();
  const log = actLog(data.group);
  const part = parentElement.closest(`.st-key-${data.part}`);
  const look = () => part?.classList.toggle("bv-of-another-clip", log.clip(data.dataset) !== data.row);
  look();
  const stop = log.on((kind) => kind === "clip" && look());
  marks.set(parentElement, stop);
  return () => {
    stop();
    marks.delete(parentElement);
  };
}
