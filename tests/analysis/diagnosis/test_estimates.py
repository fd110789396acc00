"""What is estimated is said, with the numbers that are computed with; what is not estimated is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bioviz.analysis.diagnosis.diagnose import diagnose
from bioviz.analysis.diagnosis.estimates import Sizes, estimates
from bioviz.analysis.diagnosis.inputs import DiagnosisInputs
from bioviz.analysis.diagnosis.shortcuts import confounds
from bioviz.analysis.scores import call_score, matched_filter
from bioviz.analysis.statistics import shared_attribute
from tests.analysis.planted import planted

SMALL = Sizes(
    clips=2000, units=100, background=1000, unit="file", has_projection=True, has_coarser=True, graph_k=100,
    sides=((1000, 0.5), (1000, 0.5)),
)  # fmt: skip


def test_nothing_is_said_of_few_clips():
    assert estimates(SMALL) == ()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"clips": 2001}, "Estimated from some of the 2,001 clips, drawn by lot: trustworthiness (2,000)."),
        ({"clips": 60_000, "has_projection": False, "has_coarser": False}, "silhouettes (10,000)."),
        ({"clips": 4001, "has_projection": False}, "comparisons with coarser units (4,000)."),
        ({"background": 5001}, "what background is like, for the matched filter (5,000)."),
        ({"clips": 10_001}, "Background is ranked by one way of making folds instead of 5."),
        ({"units": 101}, "Intervals and p of the 101 files leave out several files at a time."),
        ({"units": 301}, "P of shortcuts are of 300 files, drawn by lot."),
        ({"units": 1001}, "P of acoustic causes take several files as one."),
        ({"sides": ((50_000, 0.5), (9000, 0.5))}, "fewer shuffles: clips that stand out (40)."),
        (
            {"clips": 1_000_000, "graph_k": 60, "sides": ((900_000, 0.05),)},
            "Clips that stand out are told by 60 neighbors instead of 100.",
        ),
    ],
)
def test_each_estimate_is_one_sentence(change: dict, sentence: str):
    (note,) = estimates(replace(SMALL, **change))
    assert sentence in note


def test_neighbors_are_enough_where_more_of_them_are_searched_for():
    assert estimates(replace(SMALL, graph_k=20, sides=((1000, 0.05),))) == ()


def test_a_diagnosis_says_what_its_figures_were_estimated_from(monkeypatch: pytest.MonkeyPatch):
    p = planted(mixing=0.1)
    inputs = DiagnosisInputs(
        p.x,
        *p.graphs,
        p.targets,
        p.labels,
        p.names,
        p.recording,
        k=10,
        projection=p.x[:, :2],
        seconds_per_clip=3,
    )
    exact = diagnose(inputs)
    said = " ".join(exact.notes)
    assert "Estimated" not in said and "shuffles" not in said and "folds" not in said
    monkeypatch.setattr(shared_attribute, "MAX_COMPARED", 0)
    monkeypatch.setattr(matched_filter, "MAX_BACKGROUND", 50)
    monkeypatch.setattr(call_score, "MANY", 100)
    few = diagnose(inputs)
    said = " ".join(few.notes)
    assert "matched filter (50)" in said and "one way of making folds" in said
    assert [each.shuffles for each in few.confounds if each.p is not None] == [
        shared_attribute.MIN_PERMUTATIONS for each in few.confounds if each.p is not None
    ]
    assert f"({shared_attribute.MIN_PERMUTATIONS})" in said
    assert {each.shuffles for each in exact.confounds} == {confounds.PERMUTATIONS}
