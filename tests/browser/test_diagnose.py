"""From the verdict to the cure, in a real browser: worst label, cell, clip, flag, cleaned dataset, new scores."""

from __future__ import annotations

import re

import pytest

from bioviz import flags
from bioviz.datasets import library

pytestmark = pytest.mark.browser

MAP = ".bioviz-map[data-ready]"
INSPECTOR = ".bv-inspector"


def test_from_the_verdict_to_new_scores(page, app, demo, monkeypatch):
    monkeypatch.setenv("BIOVIZ_CACHE", str(app.cache))
    page.goto(f"{app.url}/diagnose?dataset=demo&model=acoustic_features&method=pca")
    page.get_by_role("button", name="Compute it").click()
    page.locator(MAP).wait_for(timeout=240_000)
    page.get_by_text(re.compile("tells background from labelled clips")).wait_for()

    # The clause on the worst labels opens its figure; a bar of it opens the label's clips.
    clause = page.get_by_text(re.compile("Most mixed with background"))
    worst = re.search(r"background: ([\w ]+?) \(", clause.inner_text()).group(1)
    page.get_by_role("button", name="Show").nth(_place_of(page, clause)).click()
    page.get_by_role("heading", name=re.compile(f"clips of {worst}")).wait_for()

    # A cell of the confusion matrix opens its clips.
    page.get_by_role("button", name="Confusion matrix").click()
    heat = page.locator(".stPlotlyChart .nsewdrag").first
    heat.wait_for()
    cells = len(demo.target_names)
    box = heat.bounding_box()
    at = demo.target_names.index(worst)
    page.mouse.click(box["x"] + 0.5 * box["width"] / cells, box["y"] + (at + 0.5) * box["height"] / cells)
    page.get_by_role("heading", name=re.compile(f"clips of {worst} among background")).wait_for()

    # The first clip of that list is heard and flagged.
    page.get_by_role("button", name=re.compile("Next")).first.click()
    page.locator(f"{INSPECTOR}[data-state=ready]").wait_for()
    row = int(page.locator(INSPECTOR).get_attribute("data-row"))
    assert demo.target_names[demo.targets[row]] == worst
    page.get_by_role("button", name=re.compile("Should be background")).click()
    page.wait_for_function("() => true")
    page.get_by_text("Flags and the cleaned dataset").click()
    page.get_by_role("button", name="Make a cleaned dataset").click()
    page.get_by_text(re.compile(r"Demo \(cleaned")).first.wait_for()
    assert flags.load_flags(demo).by_row[row][0].kind == "background"

    # The cleaned dataset opens like any other and is scored beside the original.
    cleaned = next(s.id for s in library.list_datasets() if s.id != "demo")
    page.goto(f"{app.url}/explore?dataset={cleaned}&model=acoustic_features&method=pca")
    page.get_by_role("button", name="Compute it").click()
    page.locator(MAP).wait_for(timeout=120_000)
    made = library.load(cleaned)
    assert made.targets[row] == 0 and made.version != demo.version
    assert (made.targets == 0).sum() == (demo.targets == 0).sum() + 1


def _place_of(page, clause) -> int:
    """Which of the verdict's buttons stands beside the clause."""
    wanted = clause.bounding_box()
    buttons = page.get_by_role("button", name="Show")
    heights = [buttons.nth(i).bounding_box()["y"] for i in range(buttons.count())]
    return min(range(len(heights)), key=lambda i: abs(heights[i] - wanted["y"]))
