"""Flagging in a browser: by key, on the selected clip, through to a cleaned dataset."""

from __future__ import annotations

import os
import time

import pytest

from bioviz import runs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.flags import load_flags
from tests.browsing import PROJECT, settled
from tests.sounds import folder_per_class

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory, start_app):
    """A dataset with a finished map, and the app that shows it."""
    cache = tmp_path_factory.mktemp("app-cache")
    environment = {"BIOVIZ_CACHE": str(cache), "BIOVIZ_DATA": str(tmp_path_factory.getbasetemp())}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        dataset = build_dataset(folder_per_class(tmp_path_factory.mktemp("calls")), name="calls")
        library.save(dataset)
        spec = runs.RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec(method="pca"))
        runs.compute_run(spec)
    url = start_app(PROJECT / "app.py", cache)
    return f"{url}/explore?dataset={dataset.id}&method=pca&clip=4", dataset, cache


@pytest.fixture
def current(site, monkeypatch):
    """The flags on the disk that the app writes to."""
    monkeypatch.setenv("BIOVIZ_CACHE", str(site[2]))
    return lambda: load_flags(site[1])


@pytest.fixture(scope="module")
def page(site, browser):
    opened = browser.new_page(viewport={"width": 1500, "height": 1400})
    opened.set_default_timeout(30_000)
    opened.add_init_script("localStorage.setItem('bioviz:user', 'me')")
    opened.goto(site[0])
    opened.locator(".bv-flag-bar").wait_for(timeout=150_000)
    opened.locator(".bv-flag-status", has_text="not flagged").wait_for()
    return opened


def until(condition, seconds: float = 30.0):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)
    return found


def steps_to(page, row: int) -> None:
    """Wait until the inspector has clip `row`."""
    page.locator(f'.bv-root[data-row="{row}"]').wait_for()


def test_a_key_flags_the_clip_in_hand_and_undo_takes_it_back(page, current):
    page.keyboard.press("x")
    until(lambda: current().of(4))
    page.locator(".bv-flag-status", has_text="bad audio by you").wait_for()
    assert page.locator(".bv-flags button[aria-pressed=true]").inner_text().startswith("Bad audio")
    page.keyboard.press("z")
    page.locator(".bv-flag-status", has_text="not flagged").wait_for()
    assert len(current()) == 0


def test_buttons_and_sound_are_seen_without_scrolling_on_a_small_screen(page, site):
    small = page.context.browser.new_page(viewport={"width": 1280, "height": 800})
    small.goto(site[0])
    for part in (".bv-flag-bar", ".bv-play"):
        small.locator(part).wait_for(timeout=60_000)
    small.locator(".bv-inspector[data-state=ready]").wait_for()
    small.wait_for_timeout(1000)
    for part in (".bv-flag-bar", ".bv-play"):
        box = small.locator(part).bounding_box()
        assert box["y"] > 0 and box["y"] + box["height"] < 800, part
    small.close()


def test_a_new_label_and_a_note_can_be_typed(page, current):
    page.locator(".bv-flag-note").fill("wing beat? x")
    page.locator(".bv-flag-bar button", has_text="Wrong label").click()
    page.keyboard.type("snipe")
    page.keyboard.press("Enter")
    flag = until(lambda: current().of(4))
    assert (flag.kind, flag.label, flag.note, flag.user) == ("wrong_label", "snipe", "wing beat? x", "me")
    page.locator(".bv-flag-status", has_text="wrong label: it is snipe by you: wing beat? x").wait_for()


def test_a_flag_made_right_after_stepping_on_goes_to_the_clip_that_is_seen(page, current):
    page.get_by_role("tab", name="All 12").click()
    page.locator(".bv-position", has_text="5 of 12").wait_for()
    page.locator(".bv-flag-status").click()
    before = set(current().rows.tolist())
    for key in ("f", "b", "u"):  # without waiting for Python
        page.keyboard.press("ArrowRight")
        page.keyboard.press(key)
    until(lambda: len(current()) == len(before) + 3)
    assert {r: current().of(r).kind for r in (5, 6, 7)} == {5: "fine", 6: "background", 7: "unsure"}
    page.locator(".bv-flag-status", has_text="unsure by you").wait_for()


def test_a_clip_picked_in_the_table_stays_in_hand(page):
    page.get_by_text("Flags and the cleaned dataset", exact=True).click()
    page.get_by_role("button", name="Make a cleaned dataset").wait_for()
    page.get_by_role("tab", name="Flagged 4").wait_for()
    settled(page)  # a table that is drawn anew loses its click
    table = (
        page.get_by_test_id("stExpander")
        .filter(has_text="Make a cleaned dataset")
        .get_by_test_id("stDataFrame")
    )
    table.click(position={"x": 14, "y": 52})  # the box before the first line
    steps_to(page, 4)
    page.locator(".bv-flag-status", has_text="wrong label").wait_for()
    page.wait_for_timeout(1500)  # what the inspector told before must not come back
    steps_to(page, 4)


def test_the_map_shows_the_flags_and_a_cleaned_dataset_is_a_click_away(page, current, site):
    page.get_by_test_id("stMetric").filter(has_text="Wrong label").get_by_text("1").wait_for()
    if shots := os.environ.get("BIOVIZ_SHOTS"):
        page.screenshot(path=f"{shots}/flags.png", full_page=True)
    page.get_by_role("button", name="Make a cleaned dataset").click()
    page.get_by_role("button", name="Open calls (cleaned 1)").click()
    page.get_by_text("This map is not computed yet").wait_for()
    names = {s.name: s for s in library.list_datasets()}
    assert set(names) == {"calls", "calls (cleaned 1)"}
    assert "snipe" in names["calls (cleaned 1)"].labels
    compute = page.get_by_role("button", name="Compute it")
    compute.wait_for(timeout=120_000)  # the first time, the models' library is imported
    page.wait_for_url(f"**dataset={names['calls (cleaned 1)'].id}*")
    compute.click()
    page.get_by_test_id("stMetric").filter(has_text="NMI").wait_for(timeout=120_000)
