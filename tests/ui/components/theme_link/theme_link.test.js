import assert from "node:assert/strict";
import test from "node:test";

import { wanted } from "../../../../bioviz/ui/components/theme_link/theme_link.js";

test("Python is asked once where the theme is another than the one it drew in", () => {
  assert.equal(wanted(true, false, undefined), true);
  assert.equal(wanted(true, false, true), undefined); // asked already, and not there yet
  assert.equal(wanted(true, true, undefined), undefined);
  assert.equal(wanted(false, true, undefined), false); // and back
  assert.equal(wanted(false, false, true), undefined); // back before Python came to it
});
