"""What an ecologist does first, in a real browser on the real app: demo, map, click, hear, lasso, export, reload."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import numpy as np
import pytest
import soundfile as sf

from tests.browsing import on_map, settled, wait

pytestmark = pytest.mark.browser

MAP = ".bioviz-map[data-ready]"
INSPECTOR = ".bv-inspector"
FRAME = """() => {
  const map = document.querySelector('.bioviz-map').parentElement.biovizMap;
  const plot = map.toPixels().box, box = map.stage.getBoundingClientRect();
  return { left: box.left + plot.left, top: box.top + plot.top, width: plot.width, height: plot.height };
}"""


def open_map(page, app, query: str = "dataset=demo&model=small_cnn") -> None:
    page.goto(f"{app.url}/explore?{query}")
    page.locator(MAP).wait_for()
    page.wait_for_timeout(1500)  # the page settles: the components below the map push nothing any more


def shown_row(page) -> int:
    page.locator(f"{INSPECTOR}[data-state=ready]").wait_for()
    return int(page.locator(INSPECTOR).get_attribute("data-row"))


def loneliest(xy: np.ndarray) -> int:
    """The point whose nearest other point is farthest: a click cannot mean another."""
    distance = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    return int(distance.min(axis=1).argmax())


@pytest.fixture
def xy(app, demo, monkeypatch):
    """Rows and places of the demo's first map."""
    from bioviz import runs

    monkeypatch.setenv("BIOVIZ_CACHE", str(app.cache))
    run = runs.open_run(runs.tasks.DEMO)
    return run.rows, run.xy


def test_a_click_plays_the_clip_clicked_and_shows_its_spectrogram(page, app, demo, xy):
    rows, places = xy
    open_map(page, app)
    target = loneliest(places)
    page.mouse.click(*on_map(page, places[target]))
    assert shown_row(page) == rows[target]
    print(f"\nclick to sound and spectrogram: {page.locator(INSPECTOR).get_attribute('data-shown-ms')} ms")

    source = page.locator(f"{INSPECTOR} audio").first.evaluate("a => a.currentSrc || a.src")
    served = page.request.get(source)
    assert served.ok
    heard, rate = sf.read(io.BytesIO(served.body()), dtype="float32")
    row, clips = int(rows[target]), demo.clips
    recording = demo.recordings[clips.recording[row]]
    first = round(clips.start_s[row] * recording.sample_rate)
    expected, _ = sf.read(recording.path, start=first, frames=len(heard), dtype="float32")
    assert rate == recording.sample_rate
    assert len(heard) == round((clips.end_s[row] - clips.start_s[row]) * rate)
    assert np.abs(heard - expected).max() < 2e-4  # 16 bits

    picture = page.locator(f"{INSPECTOR} img").first
    assert picture.evaluate("i => i.complete && i.naturalWidth") > 100
    assert recording.name in page.locator(INSPECTOR).inner_text()
    assert page.locator(f"{INSPECTOR} audio").first.evaluate("a => a.error") is None


def test_keys_step_through_the_worst_misclustered_clips_first(page, app, demo, xy, monkeypatch):
    from bioviz import runs

    monkeypatch.setenv("BIOVIZ_CACHE", str(app.cache))
    run = runs.open_run(runs.tasks.DEMO)
    wrong = run.rows[run.misclustered_list("labelled_among_background")]
    open_map(page, app, f"dataset=demo&model=small_cnn&clip={wrong[0]}")
    assert shown_row(page) == wrong[0]
    page.keyboard.press("ArrowRight")
    page.locator(f"{INSPECTOR}[data-row='{wrong[1]}']").wait_for()
    page.keyboard.press("ArrowLeft")
    page.locator(f"{INSPECTOR}[data-row='{wrong[0]}']").wait_for()


def test_recolouring_keeps_the_picked_clip(page, app, demo, xy):
    rows, places = xy
    open_map(page, app)
    target = loneliest(places)
    page.mouse.click(*on_map(page, places[target]))
    assert shown_row(page) == rows[target]
    page.get_by_label("Colour by").select_option(label="Labelled or background")
    page.get_by_text("labelled", exact=True).first.wait_for()
    assert shown_row(page) == rows[target]
    page.wait_for_url(re.compile("colour=background"))


def test_a_lasso_round_all_points_lists_and_exports_them(page, app, demo, xy):
    rows, _ = xy
    open_map(page, app)
    page.get_by_role("button", name=re.compile("lasso", re.I)).first.click()
    at = page.evaluate(FRAME)
    left, top = at["left"] + 2, at["top"] + 2
    right, bottom = at["left"] + at["width"] - 2, at["top"] + at["height"] - 2
    page.mouse.move(left, top)
    page.mouse.down()
    for corner in ((right, top), (right, bottom), (left, bottom), (left, top)):
        page.mouse.move(*corner, steps=5)
    page.mouse.up()
    page.get_by_role("tab", name=f"Selected {len(rows)}").wait_for()
    page.get_by_role("heading", name=f"Selected: {len(rows)}").wait_for()  # Python has heard
    # While a run is under way, what it moves is there twice.
    downloads = "() => [...document.querySelectorAll('button')].filter((b) => b.innerText.endsWith('CSV')).length === 1"
    page.wait_for_function(downloads)

    settled(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV", exact=True).click()
    lines = list(csv.DictReader(waiting.value.path().read_text().splitlines()))
    assert [int(line["clip"]) for line in lines] == rows.tolist()
    labels = {line["label"] for line in lines}
    assert "background" in labels and len(labels) > 5

    settled(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Raven tables").click()
    with zipfile.ZipFile(waiting.value.path()) as archive:
        assert len(archive.namelist()) == len(demo.recordings)
        first = archive.read(archive.namelist()[0]).decode().splitlines()
    assert "Begin Time (s)" in first[0].split("\t")


def test_reloading_a_link_opens_the_same_view(page, app, demo, xy):
    rows, places = xy
    open_map(page, app)
    target = loneliest(places)
    page.mouse.click(*on_map(page, places[target]))
    page.wait_for_url(re.compile(f"clip={rows[target]}"))
    page.get_by_label("Colour by").select_option(label="Recording")
    page.wait_for_url(re.compile("colour=recording"))
    page.reload()
    page.locator(MAP).wait_for()
    assert shown_row(page) == rows[target]
    assert page.get_by_label("Colour by").evaluate("s => s.selectedOptions[0].textContent") == "Recording"


def test_a_network_is_computed_from_the_page(page, app, demo):
    page.goto(f"{app.url}/explore?dataset=demo&model=alexnet&checkpoint=random&method=pca&split=test")
    page.get_by_role("button", name="Compute it").click()
    page.get_by_role("button", name="Cancel").wait_for()
    page.locator(MAP).wait_for(timeout=240_000)
    wait(page, lambda: page.get_by_test_id("stMetric").count() == 6)


def test_the_first_page_loads_the_drawing_library_ahead(app, page):
    page.goto(app.url)
    page.wait_for_function("() => window.Plotly?.version", timeout=60_000)
    assert not page.locator(".bioviz-map").count()
