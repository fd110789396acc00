"""From a fine-tuning to what it changed, in a real browser: train, compare, select, hear, report."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bioviz import runs
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.datasets.demo import dataset as sounds
from bioviz.models import checkpoints
from bioviz.progress import Silent
from bioviz.reports.comparison_parts import label_of_arrows
from bioviz.runs import RunSpec
from bioviz.runs.comparison import open_comparison
from tests.browser.axe import serious, too_small
from tests.browser.looks import covered_words
from tests.browsing import MAPS, lasso_left_half, on_map, settled

pytestmark = pytest.mark.browser

DRAWN = """() => [...document.querySelectorAll('.js-plotly-plot')].map((plot) => {
  const box = plot.getBoundingClientRect();
  return { traces: plot._fullData.length, title: plot.layout.title?.text ?? '', width: box.width };
})"""


@pytest.fixture
def calls(app, tmp_path, monkeypatch):
    """The demo's sites, calls and noises, twenty recordings of ten seconds: 100 clips of a second."""
    monkeypatch.setenv("BIOVIZ_CACHE", str(app.cache))
    monkeypatch.setattr(sounds, "SECONDS", 10)
    monkeypatch.setattr(sounds, "TIMES", sounds.TIMES[:5])
    sounds.write_demo(tmp_path / "calls", Silent())
    options = {"width_s": 1.0, "hop_s": 2.0, "split_seed": 5}
    made = build_dataset(tmp_path / "calls", name="Calls", reader="raven", options=options)
    library.save(made)
    return made


def train(page, app, dataset_id: str, epochs: int) -> None:
    """Start a quick training of a ResNet-18 and wait until it is done."""
    page.goto(f"{app.url}/finetune?dataset={dataset_id}&model=resnet18")
    page.get_by_text("Settings (the preset").click()
    page.get_by_label("Epochs", exact=True).fill(str(epochs))
    page.get_by_label("Epochs", exact=True).press("Enter")
    page.get_by_label("Name of the result").fill("two epochs")
    page.get_by_label("Name of the result").press("Enter")
    page.get_by_role("button", name="Start training").click()
    page.get_by_role("button", name="Cancel").wait_for()
    page.get_by_text("The training is done").wait_for(timeout=420_000)
    page.locator(".js-plotly-plot").nth(1).wait_for()  # loss and metric over the epochs


def click_place(page, side: int, xy) -> None:
    page.mouse.click(*on_map(page, xy, side))


def loneliest(xy: np.ndarray) -> int:
    """The clip whose nearest other one is farthest: a click cannot mean another."""
    distance = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    return int(distance.min(axis=1).argmax())


def test_from_a_quick_training_to_the_report_of_what_it_changed(page, app, calls, browser, tmp_path):
    train(page, app, calls.id, epochs=2)
    (made,) = checkpoints.list_checkpoints()
    assert made.usable and made.title == "two epochs"
    assert [len(trial["epochs"]) for trial in made.record.curves] == [2]
    curves = page.evaluate(DRAWN)
    assert [plot["traces"] for plot in curves[:2]] == [2, 1]  # training and validation loss; the metric

    page.get_by_role("button", name="Compare with its start").click()
    page.get_by_role("button", name="Compare them").click(timeout=60_000)
    page.locator(".bioviz-map[data-ready]").nth(1).wait_for(timeout=300_000)
    page.wait_for_timeout(2500)  # the page settles: the components below the maps push nothing any more
    assert page.get_by_text("Left: ResNet-18, random start (untrained)").is_visible()
    assert not serious(page) and not too_small(page) and not covered_words(page)
    assert page.get_by_text("Right: ResNet-18, fine-tuned: two epochs").is_visible()

    frozen = RunSpec(calls.id, "resnet18", "random", split="test")
    left, right = (runs.open_run(spec) for spec in (frozen, replace(frozen, checkpoint=made.name)))
    found = open_comparison(left, right, k=20)
    rows = left.rows[found.left_places]
    assert set(calls.clips.split[rows]) == {"test"}

    inside = lasso_left_half(page, found.left_xy)
    page.get_by_text(f"{inside.sum():,} selected clips").wait_for()
    assert [sorted(side["rows"]) for side in page.evaluate(MAPS)] == [rows[inside].tolist()] * 2

    target = loneliest(found.right_xy)
    click_place(page, 1, found.right_xy[target])
    page.locator(f".bv-inspector[data-state=ready][data-row='{rows[target]}']").wait_for()
    assert [side["picked"] for side in page.evaluate(MAPS)] == [rows[target]] * 2
    page.get_by_text("Nearest on the right").wait_for()

    settled(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Report (HTML)").click()
    report = tmp_path / "report.html"
    waiting.value.save_as(report)
    moved = found.changes.names[label_of_arrows(found, "")]
    check_report(browser, report, made.record.test, moved)


def check_report(browser, report, tested, moved: str) -> None:
    """Open it without a network: everything is there, and nothing was asked for."""
    context = browser.new_context(offline=True)
    asked, errors = [], []
    context.on("request", lambda request: asked.append(request.url))
    alone = context.new_page()
    alone.on("pageerror", lambda error: errors.append(str(error)))
    alone.goto(report.as_uri())
    alone.locator(".sankey-node").first.wait_for()
    headings = alone.locator("h2").all_inner_texts()
    assert {
        "Maps",
        f"Old and new places of {moved}",
        "Scores",
        "Rescued and broken clips",
        "Flow",
        "Settings and provenance",
    } <= set(headings)
    plots = alone.evaluate(DRAWN)
    assert len(plots) >= 5 and all(plot["traces"] and plot["width"] > 200 for plot in plots)
    assert alone.locator("table").count() >= 2
    for table in alone.locator("table").all():
        assert table.locator("tbody tr").count() > 0
    own = alone.get_by_role(
        "row", name="Own classifier: test average precision"
    ).first  # the next is as BEANS counts
    assert f"{tested['macro_ap']:.3f}" in own.inner_text()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert errors == []
    context.close()
