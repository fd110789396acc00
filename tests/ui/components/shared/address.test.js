// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { ActLog } from "../../../../bioviz/ui/components/shared/acts.js";
import { correctedAddress } from "../../../../bioviz/ui/components/shared/address.js";

const here = new URL("http://localhost:8501/explore?dataset=demo&clip=3&model=m");
const shown = { dataset: "demo", address: { clip: -1, colour: "label" } };

/** @param {Record<string, any>} done */
function logOf(done) {
  const log = new ActLog();
  for (const [kind, value] of Object.entries(done)) log.act(kind, value);
  return log;
}

/**
 * @param {string} address
 * @param {Record<string, any>} done
 */
const corrected = (address, done) => correctedAddress(address, shown, logOf(done), here, "/explore");

test("an address of the page gets the newest clip and colour, and keeps the rest", () => {
  const address = corrected(here.href, { clip: ["demo", 8], colour: "flags" });
  assert.equal(address, "http://localhost:8501/explore?dataset=demo&clip=8&model=m&colour=flags");
});

test("usual values are left out", () => {
  const address = corrected("?dataset=demo&clip=3&colour=flags", { clip: ["demo", -1], colour: "label" });
  assert.equal(address, "http://localhost:8501/explore?dataset=demo");
});

test("what was never done here is left out too, and a clip of another dataset is none", () => {
  assert.equal(corrected("/explore?dataset=demo&clip=3", {}), "http://localhost:8501/explore?dataset=demo");
  const other = corrected("/explore?dataset=demo&clip=3", { clip: ["field", 4] });
  assert.equal(other, "http://localhost:8501/explore?dataset=demo");
});

test("other addresses stay as they are, letter by letter", () => {
  for (const address of [
    "/diagnose?dataset=demo&clip=3",
    "/explore?dataset=field&clip=3",
    "/explore",
    "https://example.org/explore?dataset=demo&clip=3",
    "/explore?dataset=demo&clip=8", // right already
  ]) {
    assert.equal(corrected(address, { clip: ["demo", 8] }), address);
  }
});
