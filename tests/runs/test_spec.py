"""A run's settings go through a job's parameters unharmed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.errors import BadInput
from bioviz.runs.spec import METHODS, METRICS, SPLITS, RunSpec

projections = st.builds(
    ProjectionSpec,
    method=st.sampled_from(METHODS),
    n_neighbors=st.integers(2, 1000),
    min_dist=st.floats(0, 1),
    perplexity=st.floats(1, 1000),
    seed=st.integers(0, 2**31 - 1),
    metric=st.sampled_from(METRICS),
)
names = st.text("abcXYZ019._-:+", min_size=1, max_size=40)
specs = st.builds(
    RunSpec,
    dataset=names,
    model=names,
    checkpoint=names,
    split=st.sampled_from(SPLITS),
    seed=st.integers(0, 2**31 - 1),
    projection=projections,
    without_background=st.booleans(),
)


@given(specs)
def test_dict_round_trip_keeps_what_matters(spec):
    again = RunSpec.from_dict(spec.to_dict())
    assert again.to_dict() == spec.to_dict()
    assert again.projection.method == spec.projection.method


@pytest.mark.parametrize("change", [{"nonsense": 1}, {"projection": {"method": "magic"}}, {"split": "rest"}])
def test_job_parameters_are_checked(change):
    with pytest.raises(BadInput):
        RunSpec.from_dict({"dataset": "demo", "model": "resnet18", "checkpoint": "random", **change})


def test_job_parameters_must_name_the_run():
    with pytest.raises(BadInput):
        RunSpec.from_dict({"dataset": "demo"})
