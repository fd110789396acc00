// @ts-check
// What Streamlit calls: one instance of a part of the page for each element that it gives, for as long as it is there.

/**
 * What Streamlit hands over at each run.
 *
 * @template Data
 * @typedef {object} Component
 * @property {Data} data
 * @property {HTMLElement} parentElement
 * @property {(name: string, value: unknown) => void} setStateValue
 */

/**
 * @template Data
 * @param {new (parent: HTMLElement) => { update(component: Component<Data>): unknown, stop(): void }} Part
 * @returns {(component: Component<Data>) => () => void} a component's default export
 */
export function mounting(Part) {
  /** @type {WeakMap<HTMLElement, InstanceType<typeof Part>>} */
  const parts = new WeakMap();
  return (component) => {
    const parent = component.parentElement;
    const part = parts.get(parent) ?? new Part(parent);
    parts.set(parent, part);
    part.update(component);
    return () => {
      part.stop();
      parts.delete(parent);
    };
  };
}
