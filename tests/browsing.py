"""Starting an app and a browser for tests of what only a browser shows."""

from __future__ import annotations

import atexit
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import numpy as np
import pytest

PROJECT = Path(__file__).resolve().parent.parent
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-gpu-compositing",  # only WebGL runs on SwiftShader: pages put together there took five times as long
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]

MAPS = """() => [...document.querySelectorAll('.bioviz-map')].map((root) => {
  const map = root.parentElement.biovizMap, mask = map.selection?.mask;
  const rows = mask ? [...map.points.rows].filter((row, i) => mask[i]) : null;
  return { picked: map.picked < 0 ? null : map.points.rows[map.picked], rows, extent: map.points.extent };
})"""  # what is picked and selected on every map of a page
_PLACE = """([side, x, y]) => {
  const map = document.querySelectorAll('.bioviz-map')[side].parentElement.biovizMap;
  const to = map.toPixels(), box = map.stage.getBoundingClientRect();
  return [box.left + x * to.ax + to.bx, box.top + y * to.ay + to.by];
}"""


def on_map(page, xy, side: int = 0) -> tuple[float, float]:
    """Pixels, in the window, of a place (x, y) on the page's map number `side`."""
    return tuple(page.evaluate(_PLACE, [side, *map(float, xy)]))


def lasso_left_half(page, places: np.ndarray) -> np.ndarray:
    """Draw a lasso on the page's first map round the clips left of the middle; (n,) bool which these are.

    Args:
        places: (n, 2) of the clips on that map.
    """
    page.get_by_role("button", name=re.compile("lasso", re.I)).first.click()
    middle, low, high = np.median(places[:, 0]), places.min(axis=0), places.max(axis=0)
    room = 0.03 * (high - low)
    corners = [(low[0] - room[0], low[1] - room[1]), (middle, low[1] - room[1])]
    corners += [(middle, high[1] + room[1]), (low[0] - room[0], high[1] + room[1])]
    pixels = [on_map(page, xy) for xy in (*corners, corners[0])]
    page.mouse.move(*pixels[0])
    page.mouse.down()
    for pixel in pixels[1:]:
        page.mouse.move(*pixel, steps=5)
    page.mouse.up()
    return places[:, 0] < middle


def settled(page, timeout: float = 180_000) -> None:
    """Wait until the server has answered what was typed or chosen last: half a second without a run of the page."""
    page.wait_for_function(
        """() => {
          const busy = document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState !== 'notRunning';
          const now = performance.now();
          if (busy || window.biovizQuietSince === undefined) window.biovizQuietSince = now;
          return !busy && now - window.biovizQuietSince > 500;
        }""",
        timeout=timeout,
    )
    page.evaluate("delete window.biovizQuietSince")


def wait(page, condition, seconds: float = 60):
    """Wait until a function returns something true, and return that."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        page.wait_for_timeout(50)
    return value


def choose(page, box: str, option: str) -> None:
    """Choose in a select box: a run of the page closes an open list, so it is opened again until the choice holds."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        settled(page)
        page.get_by_role("combobox", name=box).click()
        try:
            page.get_by_role("option", name=option).click(timeout=5_000)
            return settled(page)
        except Exception as error:  # Playwright is imported only where there is a browser
            if type(error).__name__ != "TimeoutError":
                raise
            page.keyboard.press("Escape")
    raise AssertionError(f"“{option}” could not be chosen in “{box}”")


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(
    command: Sequence[str | Path], url: str, log: Path, environment: Mapping[str, str], folder: Path = PROJECT
) -> Iterator[str]:
    """Run a command that serves the app until the block ends; gives its address once it answers.

    Args:
        environment: all of it.
        folder: in which it is typed.

    Raises:
        RuntimeError: it did not come up in two minutes; the message ends with its log.
    """
    with log.open("wb") as sink:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=sink, stderr=sink, start_new_session=True
        )
    try:
        wait_until_up(url, server, log)
        yield url
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


@contextmanager
def serve(
    script: Path, environment: Mapping[str, str], log: Path, base: str = "", port: int = 0
) -> Iterator[str]:
    """Run `streamlit run script` until the block ends; gives its address. Tests take the fixture `start_app`.

    Args:
        environment: beside that of this process.
        base: path below which everything is served, such as "/lab".
        port: that it listens on; a free one where it is 0.

    Raises:
        RuntimeError: it did not come up in two minutes; the message ends with its log.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    command += ["--server.headless", "true", "--server.fileWatcherType", "none"]
    command += ["--server.baseUrlPath", base] if base else []
    own = {"PYTHONPATH": str(PROJECT), "OMP_NUM_THREADS": "1"}  # the apps of tests import tests
    with running(command, f"http://localhost:{port}{base}", log, {**os.environ, **own, **environment}) as url:
        yield url


def wait_until_up(url: str, server: subprocess.Popen, log: Path) -> None:
    """Return once the server answers.

    Raises:
        RuntimeError: it did not come up in two minutes; the message ends with its log.
    """
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"The app did not start:\n{log.read_text(errors='replace')[-4000:]}")


@cache
def _playwright() -> object:
    """Playwright, started once: a second start in the same process is refused while the first one runs."""
    from playwright.sync_api import sync_playwright

    started = sync_playwright().start()
    atexit.register(started.stop)
    return started


@contextmanager
def chromium() -> Iterator[object]:
    """A headless Chromium; the test skips where it is not installed, and fails where `CI` is set."""
    if not CHROMIUM.exists():
        missing = f"chromium is not installed at {CHROMIUM} (apt install chromium)"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    browser = _playwright().chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
    try:
        yield browser
    finally:
        browser.close()
