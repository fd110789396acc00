"""The noise experiment in a real browser: start it, see the curve and where labels are lost, hear a mixture."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
import soundfile as sf

from bioviz import runs
from bioviz.experiments.mixtures import mixture
from bioviz.experiments.noise import drawn_for, open_noise
from bioviz.experiments.settings import NoiseSettings
from bioviz.ui.noise.lost import lost_sentence
from bioviz.ui.noise.panel import axis_places
from tests.browser.axe import too_small
from tests.browser.looks import covered_words, cut_names
from tests.browsing import choose, settled, wait
from tests.experiments.sounds import dataset, spec_of

pytestmark = pytest.mark.browser

QUICK = NoiseSettings(snrs_db=(30.0, 27.5, 27.0, 26.5, 20.0, -10.0), k=5, measured="clip")
MODEL = "Acoustic features (no network)"
LINES = """() => {
  const plot = document.querySelector('.st-key-noise_curves .js-plotly-plot');
  return plot.data.filter((d) => d.mode?.includes('lines') && d.name).map((d) => ({ name: d.name, x: d.x, y: d.y }));
}"""


@pytest.fixture
def calls(app, tmp_path, monkeypatch):
    """Two sorts of calls in faint noise, and background: twenty-four clips of half a second."""
    monkeypatch.setenv("BIOVIZ_CACHE", str(app.cache))
    return dataset(tmp_path / "noisy")


def numbers(values) -> np.ndarray:
    """Plotly sends arrays as base64 or as lists."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), dtype=values["dtype"])
    return np.asarray(values, dtype=float)


def test_from_starting_the_experiment_to_hearing_where_a_label_is_lost(page, app, calls):
    page.goto(f"{app.url}/noise?dataset={calls.id}&model=acoustic_features&method=pca")
    ratios = page.get_by_role("textbox", name="Signal-to-noise ratios (dB)")
    ratios.fill("30, 27.5, 27, 26.5, 20, -10")
    ratios.press("Enter")
    page.get_by_text("Number of clips, neighbors and seed").click()
    page.get_by_label("Neighbors looked at (k)", exact=True).fill("5")
    page.get_by_label("Neighbors looked at (k)", exact=True).press("Enter")
    choose(page, "Signal-to-noise ratio of", "Whole clip, all frequencies")
    page.get_by_text("16 clips at 6 ratios (96 mixtures)").wait_for()
    page.get_by_role("button", name="Compute it").click()
    page.get_by_role("heading", name="What added background does").wait_for(timeout=400_000)

    run = runs.open_run(spec_of(calls))
    scores = open_noise(run, QUICK).scores
    page.locator(".st-key-noise_curves .js-plotly-plot .scatterlayer").wait_for()
    check_line(page, scores.separability[:, 0], scores.snrs_db)
    page.get_by_test_id("stButtonGroup").get_by_text("One label told from background", exact=True).click()
    page.get_by_text("How well the label's clips are told from background").wait_for()
    check_line(page, scores.told[:, 0, 0], scores.snrs_db)

    for at, low, high in scores.lost_at_db:
        assert -10 < at < 30 and low <= at <= high  # an end is infinite where it lies beyond the ratios tried
    page.get_by_text(lost_sentence(MODEL, open_noise(run, QUICK), calls.labels)).wait_for()

    slider = page.get_by_role("slider").last
    slider.focus()
    for _ in range(6):
        slider.press("ArrowRight")
    page.get_by_text("Background among its neighbors: 100\u00a0%").wait_for()
    settled(page)  # words come before the sound; that of the ratio before is taken away at the end of the run

    def sound() -> bytes | None:
        reply = page.request.get(page.locator("audio").last.evaluate("a => a.currentSrc || a.src"))
        return reply.body() if reply.ok else None

    heard, rate = sf.read(io.BytesIO(wait(page, sound)), dtype="float32")
    pair = drawn_for(run.spec, QUICK).pairs[0]
    assert rate == pair.rate
    np.testing.assert_allclose(heard, mixture(pair, -10.0), atol=1e-4)  # 16 bits

    assert not covered_words(page)
    label = page.get_by_role("combobox", name="Labels", exact=True)
    label.click()
    label.press("ArrowDown")
    label.press("Enter")
    page.locator("[data-tag] button").first.wait_for()
    label.press("Escape")
    page.set_viewport_size({"width": 1000, "height": 900})  # names of the sidebar's pickers are cut
    settled(page)
    assert not too_small(page) and not cut_names(page)


def check_line(page, values: np.ndarray, snrs_db: np.ndarray) -> None:
    """Wait until the curve drawn is this one."""
    expected = np.stack([axis_places(snrs_db), values])
    for _ in range(100):
        lines = {
            line["name"]: np.stack([numbers(line["x"]), numbers(line["y"])]) for line in page.evaluate(LINES)
        }
        if list(lines) == [MODEL] and np.allclose(lines[MODEL], expected):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"drawn: {lines}, expected: {expected}")
