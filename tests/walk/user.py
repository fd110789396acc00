"""A scripted user: steps through clips, flags, recolours, and looks whether all of the page agrees."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.browsing import settled

WHOLE = bool(os.environ.get("BIOVIZ_WALK"))
"""Whether everything is tried on the slow server too, and at every pace; else some."""

# What ring(s), inspector and address say, read in one go so that nothing changes in between.
SEEN = """() => ({
  rings: [...document.querySelectorAll('.bioviz-map')].map((root) => {
    const map = root.parentElement.biovizMap;
    return map.picked < 0 ? null : map.points.rows[map.picked];
  }),
  drawn: [...document.querySelectorAll('.bioviz-map')].map((root) =>
    root.querySelectorAll('circle.bm-ring:not(.bm-halo):not(.bm-hovered):not(.bm-linked)').length),
  colours: [...document.querySelectorAll('.bioviz-map')].map((root) => root.querySelector('.bm-colour select').value),
  row: WHICH,
  address: location.href,
})"""
WHICH = """(() => {
  const find = (root) => {
    const here = root.querySelector('.bv-inspector');
    if (here) return here;
    for (const part of root.querySelectorAll('*')) {
      const inner = part.shadowRoot && find(part.shadowRoot);
      if (inner) return inner;
    }
    return null;
  };
  const row = find(document)?.dataset.row;
  return row === undefined ? null : Number(row);
})()"""
FLAG_KEYS = {"x": "bad_audio", "f": "fine", "u": "unsure", "b": "background"}
MAP = ".bioviz-map[data-ready]"


@dataclass
class Seen:
    """What the parts of a page say at one moment."""

    rings: list[int | None]
    drawn: list[int]
    colours: list[str]
    row: int | None
    address: dict[str, str]

    @property
    def clip(self) -> int | None:
        """The clip that all parts of the page agree on; fails where they do not."""
        told = {self.row, *self.rings, int(self.address["clip"]) if "clip" in self.address else None}
        assert len(told) == 1, f"the page does not agree with itself: {self}"
        return self.row


def look(page) -> Seen:
    found = page.evaluate(SEEN.replace("WHICH", WHICH))
    query = {name: values[-1] for name, values in parse_qs(urlsplit(found["address"]).query).items()}
    return Seen(found["rings"], found["drawn"], found["colours"], found["row"], query)


@dataclass
class User:
    """One tab of a listener; `flags` is what this user said of which clip, last."""

    page: object
    colour_field: str = "colour"
    flags: dict[int, str] = field(default_factory=dict)

    def opens(self, address: str, maps: int) -> None:
        self.page.set_default_timeout(240_000)
        self.page.goto(address)
        self.page.locator(MAP).nth(maps - 1).wait_for()
        self.page.locator(".bv-inspector").wait_for()
        self.settles()

    def settles(self) -> None:
        """Until the page has done what it does after opening."""
        settled(self.page)

    def names_itself(self, name: str) -> None:
        self.page.evaluate("name => localStorage.setItem('bioviz:user', name)", name)

    def steps(self, key: str = "ArrowRight") -> int:
        """Press Next; all of the page has to say the same at once, without the server."""
        before = self.clip()
        self.page.keyboard.press(key)
        after = look(self.page)
        assert after.clip != before, "Next did not step on"
        assert after.drawn == [1] * len(after.rings), f"not one ring a map: {after}"
        return after.clip

    def clip(self) -> int | None:
        return look(self.page).clip

    def stays(self, seconds: float, clip: int, every_s: float = 0.25) -> None:
        """Listen for a while; nothing may move meanwhile."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            assert self.clip() == clip, "the page moved on its own"
            self.page.wait_for_timeout(1000 * min(every_s, max(0.02, until - time.monotonic())))

    def flags_by(self, key: str, clip: int) -> None:
        self.page.keyboard.press(key)
        self.flags[clip] = FLAG_KEYS[key]

    def recolours(self, colour: str) -> None:
        self.page.get_by_label("Colour by").locator("visible=true").first.select_option(colour)
        self.check_colour(colour)

    def check_colour(self, colour: str) -> None:
        seen = look(self.page)
        assert set(seen.colours) == {colour}, f"{colour} was chosen: {seen.colours}"
        usual = {"colour": "label", "measure": "confusion"}[self.colour_field]
        assert seen.address.get(self.colour_field, usual) == colour

    def stored(self) -> None:
        """Wait until the bar says that all is stored."""
        self.page.locator(".bv-flag-bar[data-queue='0']").wait_for()
        assert not self.page.get_by_role("alert").filter(has_text=re.compile("not flagged")).count()
