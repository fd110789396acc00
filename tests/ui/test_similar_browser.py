"""Find similar, in a browser: the whole dataset ranked, ticked, told how precise, and flagged and annotated in bulk."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from bioviz import runs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.annotations import load_annotations
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.flags import load_flags
from tests.browsing import wait
from tests.sounds import folder_per_class

pytestmark = pytest.mark.browser

APP = Path(__file__).parent / "apps" / "inspector_app.py"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    cache = tmp_path_factory.mktemp("app-cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIOVIZ_CACHE", str(cache))
        patch.setenv("BIOVIZ_DATA", str(tmp_path_factory.getbasetemp()))
        dataset = build_dataset(
            folder_per_class(tmp_path_factory.mktemp("calls") / "calls", files=6), name="calls"
        )
        library.save(dataset)
        spec = runs.RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec(method="pca"))
        yield dataset, runs.compute_run(spec), cache


@pytest.fixture(scope="module")
def page(browser, made, start_app):
    dataset, run, cache = made
    url = start_app(APP, cache)
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{url}/?dataset={dataset.id}&run={run.key}&clip=0")
    page.wait_for_selector('.bv-inspector[data-row="0"][data-state="ready"]', timeout=120_000)
    yield page
    page.context.close()
    assert errors == []


def rows(page) -> list[int]:
    return [int(card.get_attribute("data-row")) for card in page.locator(".bv-similar-card").all()]


def test_all_other_clips_are_ranked_as_the_embedding_ranks_them(page, made):
    dataset, run, _ = made
    page.keyboard.press("s")
    page.wait_for_selector(".bv-similar-card", timeout=60_000)
    e = np.asarray(run.embedding, dtype=np.float64)
    e /= np.linalg.norm(e, axis=1, keepdims=True)
    order = [int(i) for i in np.argsort(-(e @ e[0]), kind="stable") if i != 0]
    assert rows(page) == order
    assert len(order) == len(dataset.clips) - 1
    assert f"{len(order)} clips, labelled or not" in page.locator(".bv-similar").inner_text()


def test_ticks_give_a_precision_and_are_remembered(page):
    cards = page.locator(".bv-similar-card")
    for i in range(3):
        cards.nth(i).get_by_text("Right").click()
    cards.nth(3).get_by_text("Wrong").click()
    said = page.locator(".bv-precision").inner_text()
    assert re.match(
        r"3 of the first 4 right: 75\s% \(95\s% interval 30\s% to 95\s%, counted as 4 files\)", said
    ), said
    page.keyboard.press("Escape")
    page.wait_for_selector(".bv-similar:popover-open", state="hidden")
    page.locator(".bv-box-buttons").get_by_text("Find similar").click()
    wait(page, lambda: page.locator(".bv-precision").inner_text() == said)


def test_what_is_ticked_right_is_flagged_and_annotated_in_bulk(page, made, monkeypatch):
    dataset, _, cache = made
    monkeypatch.setenv("BIOVIZ_CACHE", str(cache))
    first = rows(page)[:3]
    page.get_by_label("What to do with ticked clips").select_option("annotation")
    page.get_by_label("Label for ticked clips").fill("whistle")
    page.locator(".bv-similar-bulk button").click()
    wait(page, lambda: "Say who you are" in page.locator(".bv-similar-bulk").inner_text())
    page.evaluate("localStorage.setItem('bioviz:user', 'Ada')")
    page.locator(".bv-similar-bulk button").click()
    wait(page, lambda: "3 annotated." in page.locator(".bv-similar-bulk").inner_text())
    drawn = load_annotations(dataset)
    assert sorted(drawn.by_recording) == sorted(int(dataset.clips.recording[row]) for row in first)
    assert {a.label for of in drawn.by_recording.values() for a in of} == {"whistle"}
    page.get_by_label("What to do with ticked clips").select_option("missed")
    page.locator(".bv-similar-bulk button").click()
    wait(page, lambda: "3 flagged." in page.locator(".bv-similar-bulk").inner_text())
    flags = load_flags(dataset)
    assert sorted(flags.by_row) == sorted(first)
    assert {flag.text for flag in flags.deciding} == {"missed call: whistle"}
    page.get_by_label("What to do with ticked clips").select_option("unsure")
    page.locator(".bv-similar-bulk button").click()
    wait(page, lambda: "1 flagged." in page.locator(".bv-similar-bulk").inner_text())
    assert load_flags(dataset).of(rows(page)[3]).kind == "unsure"


def test_other_recordings_only(page, made):
    dataset, _, _ = made
    page.locator(".bv-similar-head input[type=checkbox]").check()
    groups = dataset.groups
    wait(page, lambda: rows(page) and all(groups[row] != groups[0] for row in rows(page)))
    page.locator(".bv-similar-card button.bv-jump").first.click()
    page.wait_for_selector(f'.bv-inspector[data-row="{rows(page)[0]}"][data-state="ready"]', timeout=60_000)
