"""A small dataset compared under two models, in seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.datasets.types import Dataset
from bioviz.runs import RunSpec
from bioviz.runs.comparison import ComparisonSpec
from tests.sounds import saved_calls

PCA = ProjectionSpec(method="pca")


@pytest.fixture
def calls(tmp_path: Path) -> Dataset:
    """36 registered clips: two kinds of calls and background."""
    return saved_calls(tmp_path / "calls", files=12, seconds=0.5)


@pytest.fixture
def spec(calls: Dataset) -> ComparisonSpec:
    """Acoustic features against an untrained AlexNet, on PCA."""
    left = RunSpec(calls.id, "acoustic_features", "none", projection=PCA)
    return ComparisonSpec(left, RunSpec(calls.id, "alexnet", "random", projection=PCA), k=5)
