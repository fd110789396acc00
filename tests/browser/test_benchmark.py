"""The page Benchmark in a real browser: a click on a cell of the heat map opens that cell's run."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from bioviz.study.grid import compute_study
from bioviz.study.spec import StudySpec
from tests.sounds import saved_calls

pytestmark = pytest.mark.browser

ENTRIES = ("acoustic_features:none", "small_cnn:pretrained")
CELLS = """() => {
  const plot = document.querySelector('.st-key-study_heat_map .js-plotly-plot');
  const { xaxis, yaxis } = plot._fullLayout;
  const area = plot.querySelector('.nsewdrag').getBoundingClientRect();
  const at = (axis) => axis.ticktext.map((_, place) => axis.c2p(place));
  return { left: area.left, top: area.top, x: at(xaxis), y: at(yaxis),
    models: yaxis.ticktext, datasets: xaxis.ticktext };
}"""


@pytest.fixture
def study(app, tmp_path, monkeypatch) -> StudySpec:
    """Two models on two datasets, computed in the app's cache."""
    monkeypatch.setenv("BIOVIZ_CACHE", str(app.cache))
    saved = [saved_calls(tmp_path / name, name, files=files) for name, files in (("frogs", 4), ("owls", 5))]
    spec = StudySpec(tuple(each.id for each in saved), ENTRIES, maps=("pca",), split="all")
    assert len(compute_study(spec).checkpoints) == 4
    return spec


def test_a_click_on_a_cell_opens_that_cells_run(page, app, study):
    page.goto(f"{app.url}/benchmark")
    page.get_by_text("Click a cell to open its map in Explore.").wait_for()
    page.locator(".st-key-study_heat_map .js-plotly-plot .scatterlayer").wait_for()
    cells = page.evaluate(CELLS)
    row = next(i for i, name in enumerate(cells["models"]) if "Small CNN" in name)
    column = cells["datasets"].index("owls")
    page.mouse.click(cells["left"] + cells["x"][column], cells["top"] + cells["y"][row])
    page.get_by_text("Small CNN").and_(page.locator("strong")).wait_for()
    assert page.locator("strong", has_text="owls").is_visible()
    page.get_by_role("button", name="Explore: PCA").click()
    page.wait_for_url("**/explore*")
    page.locator(".bioviz-map[data-ready]").wait_for()
    told = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    assert told["dataset"] == study.datasets[1] and told["model"] == "small_cnn", page.url
    assert told["checkpoint"] == "pretrained" and told["method"] == "pca", page.url
