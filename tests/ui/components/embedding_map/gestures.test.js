// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import {
  Gestures,
  contains,
  dragged,
  pressed,
} from "../../../../bioviz/ui/components/embedding_map/gestures.js";

/** @import { Pixel } from "../../../../bioviz/ui/components/embedding_map/view_box.js" */

/**
 * @param {"lasso" | "box" | null} tool
 * @param {...Pixel} path
 */
function drag(tool, start = /** @type {Pixel} */ ([0, 0]), ...path) {
  return path.reduce(dragged, pressed(start, tool));
}

test("a press that hardly moves is still a click", () => {
  assert.equal(drag("lasso", [10, 10], [12, 12], [13, 10]).moved, false);
  assert.equal(drag("lasso", [10, 10], [14, 10]).moved, true);
  assert.equal(drag("lasso", [10, 10], [14, 10], [10, 10]).moved, true); // there and back is no click
});

test("a lasso has a corner every few pixels", () => {
  const { corners } = drag("lasso", [0, 0], [5, 0], [6, 0], [7, 1], [9, 1]);
  assert.deepEqual(corners, [
    [0, 0],
    [5, 0],
    [9, 1],
  ]);
});

test("a box spans from where it began to where the pointer is, however it got there", () => {
  const { corners } = drag("box", [10, 20], [50, 5], [30, 60]);
  assert.deepEqual(corners, [
    [10, 20],
    [30, 20],
    [30, 60],
    [10, 60],
  ]);
});

test("without a tool that selects there is no outline", () => {
  assert.deepEqual(drag(null, [0, 0], [50, 50]).corners, [[0, 0]]);
});

test("the plot's edge belongs to it, and without a plot nothing does", () => {
  const box = { left: 10, top: 20, width: 100, height: 50 };
  assert.ok(contains(box, [10, 20]) && contains(box, [110, 70]) && !contains(box, [9, 30]));
  assert.equal(contains(undefined, [10, 20]), false);
});

/** A stage that is no element, and what its gestures did. */
function stage(/** @type {"lasso" | "box" | null} */ tool) {
  Object.assign(globalThis, {
    window: new EventTarget(),
    document: { activeElement: null },
    HTMLElement: class {},
    Node: EventTarget,
    requestAnimationFrame: (/** @type {() => void} */ answer) => {
      answer();
      return 1;
    },
    cancelAnimationFrame: () => {},
  });
  /** @type {any[]} */
  const done = [];
  const note =
    (/** @type {string} */ name) =>
    (/** @type {any[]} */ ...args) =>
      done.push([name, ...args]);
  const element = Object.assign(new EventTarget(), {
    getBoundingClientRect: () => ({ left: 100, top: 200 }),
    contains: () => true,
    focus: note("focus"),
  });
  const gestures = new Gestures(/** @type {any} */ (element), {
    box: () => ({ left: 0, top: 0, width: 300, height: 300 }),
    selecting: () => tool,
    click: note("click"),
    hover: note("hover"),
    leave: () => {},
    outline: () => {},
    selected: note("selected"),
    doubleClick: note("doubleClick"),
    escape: note("escape"),
    arrow: note("arrow"),
  });
  /** @type {(target: EventTarget, type: string, more?: object) => unknown} */
  const send = (target, type, more) => target.dispatchEvent(Object.assign(new Event(type), more));
  return {
    done,
    gestures,
    element,
    down: (/** @type {number} */ x, /** @type {number} */ y, button = 0) =>
      send(element, "pointerdown", { clientX: 100 + x, clientY: 200 + y, button }),
    move: (/** @type {number} */ x, /** @type {number} */ y) =>
      send(globalThis.window, "pointermove", { clientX: 100 + x, clientY: 200 + y }),
    up: (pointerType = "mouse") => send(globalThis.window, "pointerup", { pointerType }),
    cancel: () => send(globalThis.window, "pointercancel"),
    key: (/** @type {string} */ key) => send(element, "keydown", { key }),
    doubleClick: (/** @type {number} */ x, /** @type {number} */ y) =>
      send(element, "dblclick", { clientX: 100 + x, clientY: 200 + y }),
  };
}

for (const tool of /** @type {const} */ ([null, "lasso", "box"])) {
  test(`a click is a click with every tool: ${tool}`, () => {
    const { done, down, move, up } = stage(tool);
    down(50, 60);
    move(52, 61);
    up("touch");
    assert.deepEqual(done.at(-1), ["click", [50, 60], true]);
    assert.ok(!done.some(([name]) => name === "selected"));
  });
}

test("a drag with the lasso selects, and clicks nothing", () => {
  const { done, down, move, up } = stage("lasso");
  down(10, 10);
  move(50, 10);
  move(50, 50);
  up();
  const selected = done.filter(([name]) => name !== "focus" && name !== "hover");
  assert.deepEqual(selected, [
    [
      "selected",
      [
        [10, 10],
        [50, 10],
        [50, 50],
      ],
    ],
  ]);
});

test("a drag that moves the map selects and clicks nothing, nor does a stroke of two corners", () => {
  for (const tool of /** @type {const} */ ([null, "lasso"])) {
    const { done, down, move, up } = stage(tool);
    down(10, 10);
    move(50, 10);
    up();
    assert.deepEqual(
      done.filter(([name]) => name === "selected" || name === "click"),
      [],
    );
  }
});

test("presses beside the plot, with another button or called off do nothing", () => {
  const { done, down, up, cancel } = stage(null);
  down(-5, 10);
  up();
  down(10, 10, 2);
  up();
  down(10, 10);
  cancel();
  up();
  assert.deepEqual(done, []);
});

test("keys step and call off, and nothing is heard after the end", () => {
  const { done, key, doubleClick, gestures } = stage(null);
  key("ArrowUp");
  key("Escape");
  key("a");
  doubleClick(10, 10);
  doubleClick(-10, 10);
  assert.deepEqual(done, [["arrow", [0, -1]], ["escape"], ["doubleClick"]]);
  gestures.destroy();
  key("ArrowUp");
  assert.equal(done.length, 3);
});
