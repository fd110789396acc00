"""From a click to sound and spectrogram on screen, in a browser, on a warm dataset of 5,000 clips.

    pytest -s tests/bench/bench_click.py

Prints the median and the slowest of clicks on clips not seen before, in haste and at a listener's pace, and the time
to open the finished run.
"""

from __future__ import annotations

import time

import numpy as np
import pytest
import soundfile as sf

from bioviz import runs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from tests.browsing import PROJECT, on_map

pytestmark = [pytest.mark.bench, pytest.mark.browser]

HASTE_MS, LISTENING_MS = 300, 1500
RECORDINGS, SECONDS, RATE = 50, 101, 22_050


def recordings(folder):
    """Field-like recordings: coloured noise with a whistle every few seconds, and their table."""
    rng = np.random.default_rng(0)
    folder.mkdir()
    t = np.arange(SECONDS * RATE) / RATE
    lines = ["path,start_s,end_s,label"]
    for i in range(RECORDINGS):
        noise = np.cumsum(rng.normal(size=len(t)))
        noise = 0.05 * (noise - noise.mean()) / np.abs(noise).max()
        call = 0.1 * np.sin(2 * np.pi * rng.uniform(1500, 5000) * t) * (np.sin(2 * np.pi * t / 7) > 0.95)
        sf.write(folder / f"r{i:02d}.flac", (noise + call + rng.normal(scale=0.01, size=len(t))), RATE)
        lines.append(f"r{i:02d}.flac,1.5,2.0,whistle")
    (folder / "annotations.csv").write_text("\n".join(lines))
    return folder


def test_click_to_sound_and_spectrogram(own_cache, tmp_path, start_app, browser):
    dataset = build_dataset(recordings(tmp_path / "field"), options={"width_s": 2.0, "hop_s": 1.0})
    library.save(dataset)
    spec = runs.RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec())
    run = runs.compute_run(spec)
    assert len(run) == RECORDINGS * (SECONDS - 1)
    url = start_app(PROJECT / "app.py", own_cache)
    page = browser.new_page(viewport={"width": 1500, "height": 1200})
    link = f"{url}/explore?dataset={dataset.id}&model=acoustic_features"
    opened = []
    for _ in range(3):
        started = time.perf_counter()
        page.goto(link)
        page.locator(".bioviz-map[data-ready]").wait_for(timeout=120_000)
        opened.append(time.perf_counter() - started)
    chosen = []
    for _ in range(3):
        page.goto(url)
        page.get_by_test_id("stMainBlockContainer").get_by_role("button", name="Explore").wait_for(
            timeout=60_000
        )
        page.wait_for_timeout(1500)
        started = time.perf_counter()
        page.get_by_test_id("stMainBlockContainer").get_by_role("button", name="Explore").click()
        page.locator(".bioviz-map[data-ready]").wait_for(timeout=120_000)
        chosen.append(time.perf_counter() - started)
    page.goto(link)
    page.locator(".bioviz-map[data-ready]").wait_for(timeout=120_000)
    page.wait_for_timeout(3000)
    times, inspector = [], page.locator(".bv-inspector")
    pauses = [HASTE_MS] * 21 + [LISTENING_MS] * 20
    places = np.random.default_rng(1).choice(len(run), len(pauses), replace=False)
    for place, pause in zip(places, pauses, strict=True):
        x, y = on_map(page, run.xy[place])
        before = inspector.get_attribute("data-row")
        page.mouse.click(x, y)
        page.wait_for_function(
            "b => { const i = document.querySelector('.bioviz-map') && [...document.querySelectorAll('*')]"
            ".map(e => e.shadowRoot?.querySelector('.bv-inspector')).find(Boolean);"
            " return i && i.dataset.state === 'ready' && i.dataset.row !== b; }",
            arg=before,
            timeout=60_000,
        )
        times.append(float(inspector.get_attribute("data-shown-ms")))
        page.wait_for_timeout(pause)
    print(
        f"\n{len(run):,} clips: run opened to its map in {min(opened):.2f} s (first visit {opened[0]:.2f} s)"
    )
    print("opened from the start page:", ", ".join(f"{seconds:.2f}" for seconds in chosen), "s")
    print(f"the very first click: {times[0]:.0f} ms")
    for name, part in ((f"{HASTE_MS} ms", times[1:21]), (f"{LISTENING_MS} ms", times[21:])):
        print(
            f"click to sound and spectrogram, the next {name} after: "
            f"median {np.median(part):.0f} ms, slowest {max(part):.0f} ms"
        )
