"""Comparing in a real browser: pick and lasso on one map show on the other, and the report opens by itself."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bioviz import runs
from bioviz.runs.comparison import compute_comparison
from tests.browsing import MAPS, PROJECT, lasso_left_half, on_map, settled

pytestmark = pytest.mark.browser
FOCUS = "[...document.querySelectorAll('.bioviz-map')].map((map) => [...(map.parentElement.biovizMap.isolated ?? [])])"


@pytest.fixture
def page(own_cache, start_app, browser):
    opened = browser.new_page(viewport={"width": 1700, "height": 1400}, accept_downloads=True)
    opened.set_default_timeout(90_000)
    opened.app_url = start_app(PROJECT / "app.py", own_cache)
    return opened


def shot(page, name: str) -> None:
    if os.environ.get("BIOVIZ_SHOTS"):
        page.screenshot(path=str(Path(os.environ["BIOVIZ_SHOTS"]) / f"{name}.png"), full_page=True)


def fills_the_window(page) -> None:
    """The maps are as high as the window lets them, with the sentence, the cards, the legend and the parts in it."""
    for width, height in ((1280, 800), (1440, 900), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(500)
        stages = [stage.bounding_box() for stage in page.locator(".bm-stage").all()]
        assert len({stage["height"] for stage in stages}) == 1
        assert stages[0]["height"] >= max(380, height - 450), f"{width} x {height}: {stages}"
        for part in (".st-key-compare_head h1", ".bv-card", ".bioviz-legend", ".st-key-compare_part"):
            box = page.locator(part).last.bounding_box()
            assert box["y"] >= 0 and box["y"] + box["height"] <= height, f"{part}, {width} x {height}: {box}"
    page.set_viewport_size({"width": 1700, "height": 1400})
    page.wait_for_timeout(500)


def test_two_linked_maps_and_a_report(page, spec, tmp_path):
    found = compute_comparison(replace(spec, k=20, layout="own"))
    left = runs.open_run(spec.left)
    sides = f"model={spec.left.model}&checkpoint=none&other_model={spec.right.model}&other_checkpoint=random"
    page.goto(f"{page.app_url}/compare?dataset={spec.left.dataset}&{sides}&method=pca")
    page.locator(".bioviz-map[data-ready]").nth(1).wait_for()
    page.wait_for_timeout(2500)  # the page settles: the components below the maps push nothing any more
    shot(page, "compare")
    fills_the_window(page)
    before = page.evaluate(MAPS)
    assert before[0]["extent"] == before[1]["extent"], "the axes differ"

    distance = np.linalg.norm(found.left_xy[:, None] - found.left_xy[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    target = int(distance.min(axis=1).argmax())
    page.mouse.click(*on_map(page, found.left_xy[target]))
    page.locator(".bv-inspector[data-state=ready]").wait_for()
    row = int(left.rows[found.left_places[target]])
    assert [side["picked"] for side in page.evaluate(MAPS)] == [row, row]
    page.get_by_text("Nearest on the right").wait_for()

    # One legend for both: what is pressed on it is in focus on either map.
    assert page.locator(".bm-legend:visible").count() == 1
    before = page.locator(".bioviz-legend .bm-name").nth(1).bounding_box()
    page.locator(".bioviz-legend .bm-name").nth(1).click()
    assert page.evaluate(FOCUS) == [[1], [1]]
    assert page.locator(".bioviz-legend .bm-name").nth(1).bounding_box() == before, (
        "it moved away from the pointer"
    )
    page.locator(".bioviz-legend .bm-name").nth(1).click()
    assert page.evaluate(FOCUS) == [[], []]

    inside = lasso_left_half(page, found.left_xy)
    assert 0 < inside.sum() < len(found)
    page.get_by_text(f"{inside.sum()} selected clips").wait_for()
    expected = left.rows[found.left_places[inside]].tolist()
    assert [sorted(side["rows"]) for side in page.evaluate(MAPS)] == [expected, expected]
    shot(page, "compare_lasso")

    settled(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Report (HTML)").click()
    report = tmp_path / "report.html"
    waiting.value.save_as(report)
    asked, errors = [], []
    alone = page.context.browser.new_page()
    alone.on("request", lambda request: asked.append(request.url))
    alone.on("pageerror", lambda error: errors.append(str(error)))
    alone.goto(report.as_uri())
    alone.locator(".js-plotly-plot").nth(3).wait_for()
    alone.locator(".sankey-node").first.wait_for()
    alone.wait_for_timeout(1000)
    shot(alone, "compare_report")
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert errors == []
