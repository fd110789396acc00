"""Seconds until pages are there, in a browser: the app's start, the first visit to a run after it, and later visits.

The demo is computed first, in a cache of its own, and each turn begins with a server that has just started:
python -m tests.bench.bench_opening. Beside each time stands the aim, and what the server needs in memory at the end.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.browsing import PROJECT, chromium, serve, settled

PREPARE = """
from bioviz.progress import Silent
from bioviz.runs import RunSpec, compute_run, demo_job
from bioviz.runs.comparison import ComparisonSpec, compute_comparison
from bioviz.runs.diagnosis import compute_diagnosis
from bioviz.runs.tasks import DEMO
demo_job({}, Silent())
compute_diagnosis(compute_run(DEMO))
compute_comparison(ComparisonSpec(DEMO, RunSpec("demo", "acoustic_features", "none")))
"""
RUN = "dataset=demo&model=small_cnn"
MAP = ".bioviz-map[data-ready]"
PAGES = (
    ("a run", f"explore?{RUN}", MAP, 2.0),
    ("its diagnosis", f"diagnose?{RUN}", "[data-card]", 2.0),
    (
        "a comparison",
        f"compare?{RUN}&other_dataset=demo&other_model=acoustic_features&other_checkpoint=none",
        f":nth-match({MAP}, 2)",
        2.0,
    ),
)


def tell(what: str, seconds: float, aim: float) -> None:
    """Print one line."""
    print(
        f"    {what:<44} {seconds:5.2f} s  (aim {aim:.0f} s)  {'' if seconds < aim else 'MISSED'}", flush=True
    )


def visit(page, url: str, selector: str) -> float:
    """Return the seconds until a page shows what it is for."""
    began = time.perf_counter()
    page.goto(url)
    page.locator(selector).first.wait_for(timeout=120_000)
    return time.perf_counter() - began


def turn(browser, environment: dict[str, str], log: Path, first: tuple[str, str, str, float]) -> None:
    """Start a server, open the start page, then `first`, then all pages once more."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    began = time.perf_counter()
    with serve(PROJECT / "app.py", environment, log) as url:
        page.goto(url)
        page.get_by_role("heading", level=1).first.wait_for()
        tell("from nothing to the start page", time.perf_counter() - began, 3)
        settled(page)
        what, path, selector, aim = first
        tell(f"{what}, first visit after the start", visit(page, f"{url}/{path}", selector), aim)
        settled(page)
        for what, path, selector, aim in PAGES:
            tell(f"{what}, from the cache", visit(page, f"{url}/{path}", selector), aim)
            settled(page)
        port = int(url.rsplit(":", 1)[1])
        listening = [each for each in psutil.net_connections("tcp") if each.status == psutil.CONN_LISTEN]
        server = psutil.Process(
            next(each.pid for each in listening if each.laddr and each.laddr.port == port)
        )
        print(f"    the server: {server.memory_info().rss / 2**20:.0f} MB")
    context.close()


def main() -> None:
    """Compute the demo, then visit its pages once after each of several starts."""
    with tempfile.TemporaryDirectory() as cache, chromium() as browser:
        environment = {"BIOVIZ_CACHE": cache}
        subprocess.run([sys.executable, "-c", PREPARE], env=os.environ | environment, check=True)
        for first in PAGES:
            print(f"load {os.getloadavg()[0]:.1f}, first {first[0]}", flush=True)
            turn(browser, environment, Path(cache) / "server.log", first)


if __name__ == "__main__":
    main()
