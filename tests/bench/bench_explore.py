"""What opening Explore of very many clips takes of server and browser: seconds, processors and memory.

    python -m tests.bench.bench_explore FOLDER

FOLDER is one that `tests.bench.bench_million ... --keep FOLDER` left. The run is opened twice (the second time from
what the server remembers), then the list of all clips is chosen and a clip flagged. Beside each stands what the server
needs in memory, and what of that is its own: pages of files that are mapped can be dropped by the system at any time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from tests.bench.bench_opening import MAP, processor_s
from tests.browsing import PROJECT, chromium, serve, settled


def listening_on(port: int) -> psutil.Process:
    """Return the process that listens on a port."""
    ports = [each for each in psutil.net_connections("tcp") if each.status == psutil.CONN_LISTEN]
    return psutil.Process(next(each.pid for each in ports if each.laddr and each.laddr.port == port))


class Watched:
    """A server whose memory is printed after each step, with the seconds that the step took."""

    def __init__(self, server: psutil.Process) -> None:
        self.server = server
        self.began, self.busy, self.served = time.perf_counter(), processor_s(), sum(server.cpu_times()[:2])

    def told(self, what: str) -> None:
        """Print what a step took since the one before."""
        seconds, busy = time.perf_counter() - self.began, processor_s() - self.busy
        served = sum(self.server.cpu_times()[:2]) - self.served
        memory = self.server.memory_info()
        print(
            f"    {what:<40}{seconds:7.1f} s, of processors {served:6.1f} s server, {busy - served:6.1f} s browser; "
            f"server {memory.rss / 2**20:6.0f} MB, {(memory.rss - memory.shared) / 2**20:6.0f} MB its own",
            flush=True,
        )
        self.began, self.busy, self.served = (
            time.perf_counter(),
            processor_s(),
            sum(self.server.cpu_times()[:2]),
        )


def open_explore(folder: Path, method: str, picture: Path | None) -> None:
    cache = folder / "cache"
    environment = {"BIOVIZ_DATA": str(folder / "data"), "BIOVIZ_CACHE": str(cache)}
    listed = json.loads(
        subprocess.run(
            [sys.executable, "-m", "bioviz", "datasets", "--json"],
            env=os.environ | environment, capture_output=True, text=True, check=True,
        ).stdout
    )  # fmt: skip
    dataset = (listed["datasets"] if isinstance(listed, dict) else listed)[0]["id"]
    model = min((path.name for path in (cache / "imported").iterdir()), key=lambda name: "made_1" in name)
    address = f"explore?dataset={dataset}&model={model}&checkpoint=imported&method={method}"
    with (
        chromium() as browser,
        serve(PROJECT / "app.py", environment, folder / "server.log") as url,
    ):
        opened: Any = browser  # Playwright is imported only where there is a browser
        page = opened.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(600_000)
        watched = Watched(listening_on(int(url.rsplit(":", 1)[1])))
        page.goto(url, wait_until="commit")
        page.get_by_role("heading", level=1).first.wait_for()
        settled(page, 600_000)
        watched.told("start page")
        for turn in ("first visit", "from what is remembered"):
            page.goto(f"{url}/{address}", wait_until="commit")
            page.locator(MAP).first.wait_for()
            watched.told(f"{turn}: map")
            settled(page, 600_000)
            watched.told(f"{turn}: at rest")
        page.goto(f"{url}/{address}&list=all", wait_until="commit")
        page.locator(MAP).first.wait_for()
        settled(page, 600_000)
        watched.told("list of all clips: at rest")
        page.get_by_role("button", name="Bad audio").first.click()
        page.get_by_label("Your name, for flags").fill("Ann")  # asked for before the first flag
        page.get_by_role("button", name="Flag as this").click()
        page.wait_for_timeout(500)
        settled(page, 600_000)
        watched.told("a clip flagged")
        if picture is not None:
            page.screenshot(path=picture)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--method", default="umap_parallel")
    parser.add_argument("--picture", type=Path, help="where a picture of the last page is written")
    arguments = parser.parse_args()
    open_explore(arguments.folder, arguments.method, arguments.picture)


if __name__ == "__main__":
    main()
