// What is cut says the whole of it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { whole } from "../../../../bioviz/ui/components/whole_names/whole_names.js";

test("what is cut is told whole, what has room is not told twice", () => {
  const name = "● BirdNET 2.4, fine-tuned on four sites";
  const picker = { scrollWidth: 300, clientWidth: 200, value: name, textContent: "" };
  assert.equal(whole(picker, "ellipsis"), name);
  assert.equal(whole({ ...picker, scrollWidth: 200 }, "ellipsis"), "");
  assert.equal(whole(picker, "clip"), "", "a field that is typed in scrolls");
  assert.equal(
    whole({ scrollWidth: 9, clientWidth: 8, textContent: " Zebra finch " }, "ellipsis"),
    "Zebra finch",
  );
  for (const value of ["", 3])
    // of a button, and of a line of a list
    assert.equal(
      whole({ scrollWidth: 9, clientWidth: 8, value, textContent: "Hear it" }, "ellipsis"),
      "Hear it",
    );
});
