"""A newcomer walks the guided tour in Chromium: `python -m tests.browser.newcomer [FOLDER FOR PICTURES]`.

On a fresh cache, or on that of `BIOVIZ_CACHE`. Prints the seconds to the first map, the first sound, the first cause,
and the comparison; only that each is reached is asserted.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.browsing import PROJECT, chromium, serve, settled

MINUTES = 60_000
BAR = """(what) => {
  const look = (root) => {
    const here = root.querySelector('.bt-bar');
    if (here) return here;
    for (const part of root.querySelectorAll('*')) {
      const inner = part.shadowRoot && look(part.shadowRoot);
      if (inner) return inner;
    }
    return null;
  };
  const bar = look(document);
  if (!bar) return null;
  return {
    title: bar.querySelector('.bt-title').textContent,
    text: bar.querySelector('.bt-text').textContent,
    button: bar.querySelector('.bt-buttons button').hidden ? '' : bar.querySelector('.bt-buttons button').textContent,
    busy: !bar.querySelector('.bt-progress').hidden,
    height: bar.offsetHeight,
  };
}"""
PLAYS = """() => {
  const sounds = (root) => [
    ...root.querySelectorAll('audio'),
    ...[...root.querySelectorAll('*')].flatMap((part) => (part.shadowRoot ? sounds(part.shadowRoot) : [])),
  ];
  return sounds(document).some((sound) => !sound.paused && sound.currentTime > 0);
}"""


class Newcomer:
    """Somebody who clicks what the tour offers, and looks at the clock."""

    def __init__(self, page: object, pictures: Path | None) -> None:
        self.page, self.pictures = page, pictures
        self.started = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def reached(self, what: str) -> None:
        self.seconds[what] = time.perf_counter() - self.started
        print(f"{what}: {self.seconds[what]:.1f} s", flush=True)

    def look(self, name: str, after_ms: int = 0) -> None:
        """Take a picture, once what moves stands still; nobody waits where none is wanted."""
        if self.pictures:
            self.page.wait_for_timeout(after_ms)
            self.page.screenshot(path=self.pictures / f"{name}.png")

    def bar(self) -> dict:
        return self.page.evaluate(BAR) or {"title": "", "text": "", "button": "", "busy": False, "height": 0}

    def waits(self, title: str, timeout: float = 10 * MINUTES) -> dict:
        """Wait until the bar is at the step of this title and says something that is computed."""
        deadline = time.monotonic() + timeout / 1000
        while time.monotonic() < deadline:
            bar = self.bar()
            if bar["title"] == title and bar["text"] and "being computed" not in bar["text"]:
                return bar
            self.page.wait_for_timeout(200)
        raise AssertionError(f"the tour did not reach “{title}”: {self.bar()}")

    def clicks(self, name: str) -> None:
        self.page.get_by_label("Guided tour").get_by_role("button", name=name, exact=name == "Next").click()


def walk(url: str, page: object, pictures: Path | None = None) -> dict[str, float]:
    """Walk the tour; returns the seconds after which each thing was reached."""
    user = Newcomer(page, pictures)
    page.set_default_timeout(10 * MINUTES)
    page.goto(url)
    page.get_by_role("button", name="Open the demo").wait_for()
    user.reached("start page")
    user.look("start")
    page.get_by_role("button", name="Open the demo").click()
    page.locator(".bioviz-map[data-ready]").wait_for()
    user.reached("first map")
    said = user.waits("What the model sees")
    print(f"  {said['text']} [{said['button']}]")
    user.look("1")
    user.clicks("Hear ")
    page.wait_for_function(PLAYS)
    user.reached("first sound")
    user.look("1-heard", 500)
    user.clicks("Next")
    said = user.waits("Why")
    user.reached("first cause")
    print(f"  {said['text']} [{said['button']}]")
    page.locator(".bioviz-map[data-ready]").wait_for()
    user.clicks("Show what it rests on")
    settled(page)
    user.look("2", 3000)
    user.clicks("Next")
    said = user.waits("At which noise it fails")
    user.reached("lost in noise")
    settled(page)
    print(f"  {said['text']} [{said['button']}]")
    user.look("3", 3000)
    user.clicks("Next")
    said = user.waits("Fine-tune")
    user.look("4-before")
    if said["button"]:  # else it is trained, in a cache that was used before
        user.clicks("Fine-tune it")
        page.locator(".be-map").first.wait_for()
        user.reached("map moves")
        user.look("4")
        page.get_by_text("The training is done").wait_for()
        user.reached("fine-tuned")
    said = user.waits("Fine-tune")
    print(f"  {said['text']}")
    user.look("4-after", 2000)
    user.clicks("Next")
    said = user.waits("Before and after")
    page.locator(".bioviz-map[data-ready]").nth(1).wait_for()
    user.reached("comparison")
    print(f"  {said['text']} [{said['button']}]")
    user.clicks("Show rescued and broken")
    settled(page)
    user.look("5", 3000)
    return user.seconds


def main() -> None:
    """Walk on a fresh cache, or on that of `BIOVIZ_CACHE`."""
    pictures = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        environment = {"BIOVIZ_CACHE": os.environ.get("BIOVIZ_CACHE", f"{scratch}/cache")}
        with serve(PROJECT / "app.py", environment, Path(scratch) / "log") as url, chromium() as browser:
            walk(url, browser.new_page(viewport={"width": 1440, "height": 900}), pictures)


if __name__ == "__main__":
    main()
