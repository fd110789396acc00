"""Two groups of a real run on the page: pictures with their counts, the job for more, words, empty states."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bioviz import runs
from bioviz.analysis.groups.effects import Effect
from bioviz.analysis.groups.words import difference_text, lines, q_text, sentences
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.plots.group_figures import (
    MIN_DIFFERENCE_DB,
    RANGE_DB,
    colour_limits,
    difference_bound,
    mean_spectrograms,
)

APP = Path(__file__).parent / "apps" / "groups_app.py"


def effect(feature="level_dbfs", difference=6.0, delta=0.8, q=0.0001, low=4.0, high=8.0) -> Effect:
    return Effect(feature, -30.0, -36.0, difference, low, high, delta, 0.6, 0.9, q, q, 50, 60)


def test_sentences_are_in_words_with_units_and_only_of_what_chance_does_not_explain():
    found = sentences([effect(), effect("snr_db", delta=0.2, q=0.3)], ("wren", "background"))
    assert found == [
        "Level is 6.0 dB higher in wren than in background (95 % interval +4.0 to +8.0 dB): of two clips, one of "
        "each, that of wren has the higher value in 90 of 100 (Cliff's delta +0.80, q < 0.001)."
    ]
    lower = sentences([effect("peak_hz", -2_000.0, -0.5, 0.02, -2_500.0, -900.0)], ("wren", "rest"))[0]
    assert lower.startswith("Peak frequency is 2.0 kHz lower in wren than in rest")
    assert "that of rest has the higher value in 75 of 100" in lower
    assert "q = 0.020" in lower
    odd = sentences([effect(difference=0.0)], ("A", "B"))[0]
    assert odd.startswith("Level tends to be higher in A than in B: ")
    assert sentences([effect(q=0.2)], ("A", "B")) == [
        "Nothing that is measured tells A from B beyond chance."
    ]
    assert "fewer than 8 recordings" in sentences([effect(q=None, low=None, high=None)], ("A", "B"))[0]
    assert sentences([], ("A", "B")) == []


def test_lines_have_units():
    (line,) = lines([effect("clipped_share", 0.25, low=None, high=None)], ("A", "B"))
    assert line["difference"] == "+25 percentage points"
    assert line["95 % interval"] == "unknown"
    assert difference_text("level_dbfs", -3.0, signed=True) == "−3.0 dB"
    assert (q_text(None), q_text(0.00001), q_text(0.04), q_text(0.5)) == (
        "unknown",
        "< 0.001",
        "0.040",
        "0.50",
    )


def test_pictures_share_one_scale_and_the_difference_is_centred_on_zero():
    rng = np.random.default_rng(0)
    a, b = rng.normal(-60, 2, (8, 10)), rng.normal(-70, 2, (8, 10))
    a[:, -1] = np.nan
    a[0, :3] = b[0, 3:6] = -140.0  # digital silence
    figure = mean_spectrograms(a, b, np.arange(8) * 1_000.0, np.arange(10) / 10, ("<b>", "rest"))
    first, second, apart = figure.data
    low, high = colour_limits(a, b)
    assert high >= np.nanmax(a) and high - low == RANGE_DB
    assert first.coloraxis == second.coloraxis != apart.coloraxis
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (low, high)
    assert np.allclose(np.asarray(apart.z)[1:], (np.maximum(a, low) - np.maximum(b, low))[1:], equal_nan=True)
    assert np.nanmax(np.abs(apart.z)) <= high - low
    scale = figure.layout.coloraxis2
    assert scale.cmin == -scale.cmax <= -np.nanmax(np.abs(apart.z))
    assert np.allclose(first.y, np.arange(8))  # kHz
    assert "&lt;b&gt;" in figure.layout.annotations[0].text
    moved = mean_spectrograms(a, b, np.arange(8), np.arange(10), ("A", "B"), offset_db=10.0).data[2]
    assert np.allclose(np.asarray(moved.z), np.asarray(apart.z) - 10, equal_nan=True)


def test_scales_of_nothing_and_of_hardly_anything():
    nothing = np.full((2, 2), np.nan)
    assert colour_limits(nothing, nothing)[0] < colour_limits(nothing, nothing)[1]
    assert difference_bound(nothing) == difference_bound(np.full((2, 2), 0.1)) == MIN_DIFFERENCE_DB


@pytest.fixture(scope="module")
def compared(tmp_path_factory, start_app, browser):
    """A run over calls at 3 kHz and quieter background, and the address of the page that compares them."""
    root, cache = tmp_path_factory.mktemp("calls"), tmp_path_factory.mktemp("app-cache")
    rng, t = np.random.default_rng(3), np.arange(16_000) / 16_000
    for label, hz, level in (("wren", 3_000.0, 0.05), ("background", None, 0.01)):
        (root / label).mkdir()
        for i in range(14):
            call = 0.2 * np.sin(2 * np.pi * hz * t) * ((t > 0.3) & (t < 0.7)) if hz else 0
            noise = rng.normal(0, level * (1 + 0.1 * i), len(t))
            soundfile.write(root / label / f"{label}_{i}.wav", (call + noise).astype(np.float32), 16_000)
    environment = {"BIOVIZ_CACHE": str(cache), "BIOVIZ_DATA": str(tmp_path_factory.getbasetemp())}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        dataset = build_dataset(root, name="calls")
        library.save(dataset)
        spec = runs.RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec(method="pca"))
        run = runs.compute_run(spec)
    url = start_app(APP, cache)

    def opened(query: str, dark: bool = False):
        scheme = "dark" if dark else "light"
        context = browser.new_context(color_scheme=scheme, viewport={"width": 1400, "height": 1000})
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{url}/?run={run.key}&{query}")
        return page

    return opened


def shot(page, name: str) -> None:
    if "BIOVIZ_SHOTS" in os.environ:
        page.wait_for_timeout(1_500)
        page.screenshot(path=f"{os.environ['BIOVIZ_SHOTS']}/{name}.png")


@pytest.mark.browser
def test_two_labels_are_told_apart_in_pictures_words_and_a_table(compared):
    page = compared("a=wren&b=background")
    page.get_by_text("wren minus background").wait_for()
    page.get_by_text("14 of 14 clips of the first group and 14 of 14 of the second").wait_for()
    page.get_by_text("Level is", exact=False).wait_for()
    assert "dB higher in wren than in background" in page.get_by_text("Level is").inner_text()
    page.get_by_test_id("stDataFrame").wait_for()
    assert page.get_by_role("button", name="Average 14").count() == 0
    shot(page, "groups_light")
    page.get_by_text("Take the overall level out").click()
    page.get_by_text("dB were taken off everywhere").wait_for()
    page.context.close()
    page = compared("a=wren&b=background", dark=True)
    page.get_by_text("wren minus background").wait_for()
    shot(page, "groups_dark")
    page.context.close()


@pytest.mark.browser
def test_a_smaller_sample_comes_first_and_a_job_averages_the_rest(compared):
    page = compared("a=wren&b=0,1,2,3,4,5,6,7&quick=3")
    page.get_by_text("3 of 14 clips of the first group and 3 of 8 of the second").wait_for()
    page.get_by_role("button", name="Average 14 and 8 clips").click()
    page.get_by_text("14 of 14 clips of the first group and 8 of 8 of the second").wait_for()
    assert page.get_by_role("button", name="Average 14").count() == 0
    page.context.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("a=wren", "There are no clips in B"),
        ("a=wren&b=wren", "hold the same clips"),
        ("a=wren&b=14,15", "so none is left to compare with"),
        ("a=wren&b=0,14", "1 clips are in both groups"),
    ],
)
def test_groups_that_cannot_be_compared_say_why(compared, query, said):
    page = compared(query)
    page.get_by_text(said).wait_for()
    assert page.get_by_test_id("stException").count() == 0
    page.context.close()
