"""A run's settings go through a URL and a job's parameters unharmed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioviz.analysis.projection import ProjectionSpec
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
def test_url_round_trip(spec):
    again, messages = RunSpec.from_query(spec.to_query())
    assert again == spec and messages == []


@given(specs)
def test_dict_round_trip_keeps_what_matters(spec):
    again = RunSpec.from_dict(spec.to_dict())
    assert again.to_dict() == spec.to_dict()
    assert again.projection.method == spec.projection.method


def test_usual_values_make_a_short_link():
    spec = RunSpec("demo", "resnet18", "random")
    assert spec.to_query() == {"dataset": "demo", "model": "resnet18", "checkpoint": "random"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("method", "magic"),
        ("n_neighbors", "1"),
        ("n_neighbors", "1e9"),
        ("n_neighbors", "many"),
        ("min_dist", "nan"),
        ("min_dist", "-1"),
        ("seed", "-1"),
        ("model_seed", "1.5"),
        ("split", "everything"),
        ("without_background", "yes"),
        ("dataset", "../../etc/passwd"),
        ("model", "<script>"),
        ("perplexity", "inf"),
        ("metric", ""),
    ],
)
def test_a_bad_value_is_ignored_with_a_message(name, value):
    query = {**RunSpec("demo", "resnet18", "random").to_query(), "unrelated": "1"}
    expected, _ = RunSpec.from_query({key: text for key, text in query.items() if key != name})
    spec, messages = RunSpec.from_query({**query, name: value})
    assert spec == expected
    assert len(messages) == 1 and f"link's {name}" in messages[0]


@given(st.dictionaries(st.sampled_from([*RunSpec("a", "b", "c").to_query(), "seed", "min_dist"]), st.text()))
def test_no_link_breaks_the_page(query):
    spec, _ = RunSpec.from_query(query)
    assert isinstance(spec, RunSpec)


@pytest.mark.parametrize("change", [{"nonsense": 1}, {"projection": {"method": "magic"}}, {"split": "rest"}])
def test_job_parameters_are_checked(change):
    with pytest.raises(BadInput):
        RunSpec.from_dict({"dataset": "demo", "model": "resnet18", "checkpoint": "random", **change})


def test_job_parameters_must_name_the_run():
    with pytest.raises(BadInput):
        RunSpec.from_dict({"dataset": "demo"})
