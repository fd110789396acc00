"""The app over a small dataset that is mapped, diagnosed and compared; once as it is and once with slow runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bioviz import runs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.datasets.types import Dataset
from bioviz.runs.comparison import ComparisonSpec, compute_comparison
from bioviz.runs.diagnosis import compute_diagnosis
from tests.browsing import PROJECT
from tests.sounds import folder_per_class

APP = PROJECT / "tests" / "ui" / "apps" / "slow_app.py"
SLOW_S = 3.0


@dataclass(frozen=True)
class Site:
    """A dataset with all that the pages show of it, and the cache it is in."""

    dataset: Dataset
    cache: Path
    run: runs.Run
    comparison: object

    def address(self, url: str, page: str, **query: object) -> str:
        wanted = {"dataset": self.dataset.id, "model": "acoustic_features", "method": "pca"}
        if page == "compare":
            wanted |= {"other_model": "alexnet", "other_checkpoint": "random", "section": "moved"}
        wanted |= query
        return f"{url}/{page}?" + "&".join(f"{name}={value}" for name, value in wanted.items())


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Site:
    cache = tmp_path_factory.mktemp("walk-cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIOVIZ_CACHE", str(cache))
        patch.setenv("BIOVIZ_DATA", str(tmp_path_factory.getbasetemp()))
        root = folder_per_class(tmp_path_factory.mktemp("calls"), files=14, seconds=0.5)
        dataset = build_dataset(root, name="calls")
        library.save(dataset)
        pca = ProjectionSpec(method="pca")
        left = runs.RunSpec(dataset.id, "acoustic_features", "none", projection=pca)
        right = replace(left, model="alexnet", checkpoint="random")
        run = runs.compute_run(left)
        compute_diagnosis(run)
        found = compute_comparison(ComparisonSpec(left, right, k=20, layout="own"))
        return Site(dataset, cache, run, found)


@pytest.fixture(scope="module")
def quick(site, start_app) -> str:
    """Where the app runs as it is."""
    return start_app(APP, site.cache, DELAY_S="0")


@pytest.fixture(scope="module")
def slow(site, start_app) -> str:
    """Where each run of a page takes three seconds longer."""
    return start_app(APP, site.cache, DELAY_S=f"{SLOW_S:g}")


@pytest.fixture(autouse=True)
def same_cache(site, monkeypatch) -> None:
    """Tests read the flags that the app writes."""
    monkeypatch.setenv("BIOVIZ_CACHE", str(site.cache))
