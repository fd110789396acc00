"""Seconds until pages are there, in a browser: the app's start, the first visit to a run after it, and later visits.

The demo is computed first, in a cache of its own, and each turn begins with a server that has just started:
python -m tests.bench.bench_opening. Beside each time stands what server and browser took of the processors, much the
same while others work on the machine, and the aim; at the end what the server needs in memory.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
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


def processor_s() -> float:
    """Seconds that server and browser, all processes below this one, have taken of the processors."""
    total = 0.0
    for each in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            total += sum(each.cpu_times()[:2])
    return total


@contextmanager
def told(what: str, aim: float) -> Iterator[None]:
    """Print how long the block took."""
    began, busy = time.perf_counter(), processor_s()
    yield
    seconds, busy = time.perf_counter() - began, processor_s() - busy
    missed = "" if seconds < aim else "MISSED"
    print(
        f"    {what:<44} {seconds:5.2f} s, of processors {busy:5.2f} s, aim {aim:.0f} s {missed}", flush=True
    )


def visit(page, what: str, url: str, selector: str, aim: float) -> None:
    """Open a page until it shows what it is for, then wait until it has come to rest."""
    with told(what, aim):
        page.goto(url, wait_until="commit")
        page.locator(selector).first.wait_for(timeout=120_000)
    settled(page)


def turn(browser, environment: dict[str, str], log: Path, first: tuple[str, str, str, float]) -> None:
    """Start a server, open the start page, then `first`, then all pages once more."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    with ExitStack() as running:
        with told("from nothing to the start page", 3):
            url = running.enter_context(serve(PROJECT / "app.py", environment, log))
            page.goto(url, wait_until="commit")
            page.get_by_role("heading", level=1).first.wait_for()
        settled(page)
        what, path, selector, aim = first
        visit(page, f"{what}, first visit after the start", f"{url}/{path}", selector, aim)
        for what, path, selector, aim in PAGES:
            visit(page, f"{what}, from the cache", f"{url}/{path}", selector, aim)
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
        environment = {"BIOVIZ_CACHE": cache, "BIOVIZ_DATA": cache}
        subprocess.run([sys.executable, "-c", PREPARE], env=os.environ | environment, check=True)
        for first in PAGES:
            print(f"load {os.getloadavg()[0]:.1f}, first {first[0]}", flush=True)
            turn(browser, environment, Path(cache) / "server.log", first)


if __name__ == "__main__":
    main()
