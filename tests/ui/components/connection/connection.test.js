// When it is said that the server is gone.

import assert from "node:assert/strict";
import { test } from "node:test";

import { judged } from "../../../../bioviz/ui/components/connection/connection.js";

test("a line that comes back at once is not worth a word, one that stays away is", () => {
  const first = judged("PINGING_SERVER", 1000, undefined);
  assert.deepEqual(first, { since: 1000, shown: false });
  assert.equal(judged("CONNECTING", 2999, first.since).shown, false);
  assert.equal(judged("PINGING_SERVER", 3000, first.since).shown, true);
  assert.equal(judged("DISCONNECTED_FOREVER", 9000, first.since).shown, true);
});

test("the banner goes when the server is back, and waits anew after that", () => {
  assert.deepEqual(judged("CONNECTED", 9000, 1000), { since: undefined, shown: false });
  assert.equal(judged("PINGING_SERVER", 9500, undefined).shown, false);
  assert.equal(
    judged(undefined, 9500, undefined).shown,
    false,
    "nothing is known where Streamlit says nothing",
  );
});
