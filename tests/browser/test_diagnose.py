"""From the verdict to the cure, in a real browser: worst label, cell, clip, flag, cleaned dataset, new scores."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import numpy as np
import pytest
import soundfile as sf

from bioviz import runs
from bioviz.datasets import library
from bioviz.flags import load_flags
from bioviz.runs.diagnosis import open_diagnosis
from tests.browser.axe import serious, too_small
from tests.browser.looks import covered_words
from tests.browsing import settled, wait

pytestmark = pytest.mark.browser

QUERY = "dataset={}&model=small_cnn"
MAP = ".bioviz-map[data-ready]"
INSPECTOR = ".bv-inspector"
READY = f"{INSPECTOR}[data-state=ready]"
CELL = """([x, y]) => {
  const plot = [...document.querySelectorAll('.js-plotly-plot')].find((p) => p.data?.some((d) => d.type === 'heatmap'));
  const { xaxis, yaxis } = plot._fullLayout, box = plot.querySelector('.nsewdrag').getBoundingClientRect();
  return [box.left + xaxis.d2p(x), box.top + yaxis.d2p(y)];
}"""


@pytest.fixture
def diagnosed(app, demo, page, monkeypatch):
    """The demo's first map and its diagnosis, computed from the page, which stays open on its verdict."""
    monkeypatch.setenv("BIOVIZ_CACHE", str(app.cache))
    page.add_init_script("localStorage.setItem('bioviz:user', 'Anna')")
    page.goto(f"{app.url}/diagnose?{QUERY.format('demo')}")
    page.get_by_role("button", name="Compute it").click()
    page.locator(MAP).wait_for(timeout=240_000)
    run = runs.open_run(runs.tasks.DEMO)
    return run, open_diagnosis(run, 20)


def test_from_the_verdict_to_the_scores_of_a_cleaned_dataset(page, app, demo, diagnosed):
    run, found = diagnosed
    worst = found.labels.ranking[0]
    name = demo.target_names[worst]

    # The page opens on the worst label with its worst clip in the inspector, and its card leads there too.
    every = int(demo.clips.labels[run.rows][:, worst - 1].sum())
    page.get_by_role("heading", name=f"{every} clips of {name}", exact=True).wait_for()
    page.locator(f"{READY}[data-row='{worst_clip(demo, run, found, worst)}']").wait_for()
    check_opening(page)
    second = found.labels.ranking[1]
    page.locator(f"[data-card=labels] [data-line='{second}']").click()
    page.locator(f"{READY}[data-row='{worst_clip(demo, run, found, second)}']").wait_for()
    page.get_by_test_id("stButtonGroup").get_by_text("In words", exact=True).click()
    show_clause(page, f"Most mixed with background: {name} ")
    page.get_by_role("heading", name=f"{every} clips of {name}", exact=True).wait_for()

    click_cell(page, of=worst, among=0)
    rows = clips_of_cell(run, of=worst, among=0)
    page.get_by_role("heading", name=f"{len(rows)} clips of {name} among background", exact=True).wait_for()

    # What the server has drawn follows the theme.
    assert ink(page) < 120
    page.emulate_media(color_scheme="dark")
    wait(page, lambda: ink(page) > 200)
    page.emulate_media(color_scheme="light")
    wait(page, lambda: ink(page) < 120)

    # The clips of that cell are gone through and heard, and flagged by a click and by a key.
    page.get_by_role("button", name="Next").first.click()
    page.locator(f"{READY}[data-row='{rows[0]}']").wait_for()
    check_heard(page, demo, rows[0])
    page.locator(".bv-flag-bar").get_by_role("button", name="Should be background").click()
    page.locator(".bv-flag-status", has_text="should be background by you").wait_for()
    page.keyboard.press("ArrowRight")
    page.locator(f"{READY}[data-row='{rows[1]}']").wait_for()
    page.keyboard.press("x")
    page.locator(".bv-flag-status", has_text="bad audio by you").wait_for()
    stored = load_flags(demo)
    assert {row: stored.of(row).kind for row in stored.rows} == {rows[0]: "background", rows[1]: "bad_audio"}

    page.get_by_text("Flags and the cleaned dataset", exact=True).click()
    page.get_by_role("button", name="Make a cleaned dataset").click()
    page.get_by_role("button", name="Open Demo (cleaned 1)").click()
    page.get_by_role("button", name="Compute it").click()
    page.locator("[data-card=told] [data-line=neighbors]").wait_for(timeout=240_000)
    cleaned = check_cleaned(demo, removed=rows[1], emptied=rows[0])
    assert f"dataset={cleaned.id}" in page.url

    # Its scores stand beside those of the original.
    new = runs.open_run(replace(run.spec, dataset=cleaned.id))
    assert open_diagnosis(new, 20) is not None
    page.get_by_role("link", name="Explore").click()
    page.get_by_text("Arrows: the change from Demo, before the flags.").wait_for()
    shown = headline(page)
    for title, score in (("NMI", "nmi"), ("ARI", "ari"), ("Silhouette", "silhouette")):
        change = new.scores[score] - run.scores[score]
        assert shown[title] == [f"{new.scores[score]:.3f}", f"{change:+.3f}"]
    assert shown["Clips"] == [f"{len(run) - 1}", "-1"]
    assert shown["Background"][1] == "+1 clips"


def check_opening(page) -> None:
    """The legend is in the window, the causes of a clip are read whole, and what follows keeps its place."""
    page.set_viewport_size({"width": 1440, "height": 900})
    legend = page.locator(".bm-legend").bounding_box()
    assert legend["y"] + legend["height"] <= 900
    assert legend["y"] >= page.locator(".bm-stage").bounding_box()["height"], "below the map, not beside it"
    why = page.locator(".st-key-diagnose_why")
    assert why.inner_text().strip() and why.evaluate("box => getComputedStyle(box).overflowY") == "visible"
    said = page.locator(".st-key-diagnose_cause [data-testid=stAlert]").bounding_box()
    assert said["y"] + said["height"] <= page.locator(INSPECTOR).bounding_box()["y"]
    assert not serious(page) and not too_small(page) and not covered_words(page)
    places = []
    for _ in range(3):
        settled(page)
        places.append(page.locator(INSPECTOR).bounding_box()["y"])
        page.keyboard.press("ArrowRight")
    assert len(set(places)) == 1, f"the inspector moves with what is said above it: {places}"
    page.set_viewport_size({"width": 1500, "height": 1200})
    settled(page)


def ink(page) -> int:
    """How light the numbers on the axis of the page's chart are, 0 to 255."""
    text = page.locator(".js-plotly-plot .xtick text").first  # waited for while a chart is drawn anew
    fill = text.evaluate("text => getComputedStyle(text).fill")  # "none" while it is drawn anew
    return max(map(int, re.findall(r"\d+", fill)[:3]), default=128)


def headline(page) -> dict[str, list[str]]:
    """Title of each figure at the top, and its value and change."""
    texts = (
        [line for line in text.split("\n") if line]
        for text in page.get_by_test_id("stMetric").all_inner_texts()
    )
    return {title: figures for title, *figures in texts}


def show_clause(page, start: str) -> None:
    """Open the evidence of the sentence that starts so."""
    clause = page.get_by_text(re.compile(f"^{re.escape(start)}"))
    clause.wait_for()
    height = clause.bounding_box()["y"]
    buttons = page.get_by_role("button", name="Evidence")
    away = [abs(buttons.nth(i).bounding_box()["y"] - height) for i in range(buttons.count())]
    buttons.nth(int(np.argmin(away))).click()


def worst_clip(demo, run, found, target: int) -> int:
    """Row of the clip of a label that is most confused with background."""
    member = np.flatnonzero(demo.clips.labels[run.rows][:, target - 1])
    confusion = np.nan_to_num(found.clips.judged.confusion[member], nan=-1.0)
    return int(run.rows[member[np.argmax(confusion)]])


def click_cell(page, of: int, among: int) -> None:
    """Open the confusion matrix and click a cell of it."""
    page.get_by_test_id("stButtonGroup").get_by_text("Confusion matrix", exact=True).click()
    page.locator(".js-plotly-plot .heatmaplayer").wait_for()
    page.wait_for_timeout(1000)  # the chart slides into its place
    page.mouse.click(*page.evaluate(CELL, [int(among), int(of)]))


def clips_of_cell(run, of: int, among: int) -> list[int]:
    """Clips of a label with neighbors of another in other recordings, those with the most first."""
    shares = {}
    for place in np.flatnonzero(run.targets == of):
        near = [i for i in run.knn_cross_unit.indices[place][:20] if i >= 0]
        if share := np.mean([run.targets[i] == among for i in near]):
            shares[place] = share
    return [int(run.rows[place]) for place in sorted(shares, key=lambda place: (-shares[place], place))]


def check_heard(page, demo, row: int) -> None:
    """What plays is the clip itself, as its recording has it."""
    audio = page.locator(f"{INSPECTOR} audio").first
    served = page.request.get(audio.evaluate("a => a.currentSrc || a.src"))
    assert served.ok and audio.evaluate("a => a.error") is None
    heard, rate = sf.read(io.BytesIO(served.body()), dtype="float32")
    clips = demo.clips
    recording = demo.recordings[clips.recording[row]]
    first = round(clips.start_s[row] * rate)
    expected, native = sf.read(recording.path, start=first, frames=len(heard), dtype="float32")
    assert rate == native and len(heard) == round((clips.end_s[row] - clips.start_s[row]) * rate)
    assert np.abs(heard - expected).max() < 2e-4  # 16 bits


def check_cleaned(demo, *, removed: int, emptied: int):
    """The cleaned dataset is another one, with just these two clips changed, and the original is as it was."""
    (summary,) = (each for each in library.list_datasets() if each.id.startswith("demo-clean-"))
    cleaned = library.load(summary.id)
    assert cleaned.version != demo.version == library.load(demo.id).version
    expected = demo.targets.copy()
    expected[emptied] = 0
    names, before = cleaned.target_names, demo.target_names
    assert [names[t] for t in cleaned.targets] == [before[t] for t in np.delete(expected, removed)]
    return cleaned
