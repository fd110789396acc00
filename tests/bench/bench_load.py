"""How long pictures and sound take while ten pages are open, each on the clips of somebody who goes on and on.

    pytest -s tests/bench/bench_load.py

Prints the median and the 95th percentile for each kind of request, and the memory of the server before, at the height
of it and afterwards. The aims, on two cores: pictures within 1 s, sound within 0.5 s.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections import defaultdict
from urllib.parse import urlsplit

import numpy as np
import psutil
import pytest

from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from tests.bench.bench_click import recordings
from tests.browsing import PROJECT

pytestmark = pytest.mark.bench

PAGES, CLIPS = 10, 40
PACES_S = {"a clip every 2 s": 2.0, "without a pause": 0.0}
# What a page asks for when a clip is selected, and for the next ones beforehand.
ASKED = {
    "sound": "{row}.wav?context=1",
    "picture": "{row}.png?w=900&h=256&context=1",
    "levels": "{row}.levels?w=900&h=256&context=1",
    "facts": "{row}.json",
    "thumbnail": "{row}.png?w=160&h=90&thumb=1",
}
AIMS_S = {"sound": 0.5, "picture": 1.0}


def one_page(
    host: str, dataset_id: str, rows: np.ndarray, pace_s: float, times: dict[str, list[float]]
) -> None:
    connection = http.client.HTTPConnection(host, timeout=120)
    for row in rows:
        begun = time.perf_counter()
        for kind, address in ASKED.items():
            sent = time.perf_counter()
            connection.request("GET", f"/bioviz/clip/{dataset_id}/{address.format(row=row)}")
            reply = connection.getresponse()
            reply.read()
            assert reply.status == 200, (kind, reply.status)
            times[kind].append(time.perf_counter() - sent)
        time.sleep(max(0.0, pace_s - (time.perf_counter() - begun)))
    connection.close()


def server_of(port: int) -> psutil.Process:
    for process in psutil.process_iter(["cmdline"]):
        if str(port) in (process.info["cmdline"] or []):
            return process
    raise AssertionError("the server is not found")


def test_pictures_and_sound_with_ten_open_pages(own_cache, tmp_path, start_app):
    dataset = build_dataset(recordings(tmp_path / "field"), options={"width_s": 2.0, "hop_s": 1.0})
    library.save(dataset)
    host = urlsplit(start_app(PROJECT / "app.py", own_cache)).netloc
    server, rng = server_of(urlsplit(f"//{host}").port), np.random.default_rng(0)
    height = before = server.memory_info().rss
    rows = iter(rng.permutation(len(dataset.clips)))
    for pace, seconds in PACES_S.items():
        times: dict[str, list[float]] = defaultdict(list)
        own = [np.array([next(rows) for _ in range(CLIPS)]) for _ in range(PAGES)]
        pages = [
            threading.Thread(target=one_page, args=(host, dataset.id, each, seconds, times), daemon=True)
            for each in own
        ]
        for page in pages:
            page.start()
        while any(page.is_alive() for page in pages):
            height = max(height, server.memory_info().rss)
            time.sleep(0.1)
        print(f"\n{PAGES} pages, {CLIPS} clips each, {pace}:")
        for kind, each in times.items():
            assert len(each) == PAGES * CLIPS, f"a page gave up on {kind}"
            aim = f"  (aim {AIMS_S[kind]:g} s)" if kind in AIMS_S else ""
            print(f"  {kind:10} median {np.median(each):6.3f} s   p95 {np.percentile(each, 95):6.3f} s{aim}")
    time.sleep(5)
    print(
        f"server: {before / 1e6:.0f} MB before, {height / 1e6:.0f} at most, {server.memory_info().rss / 1e6:.0f} after"
    )
