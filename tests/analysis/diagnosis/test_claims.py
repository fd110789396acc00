"""All that a verdict may claim stands in one family, and nothing is claimed that does not stand in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bioviz.analysis.diagnosis.diagnose import Diagnosis
from bioviz.analysis.diagnosis.verdict.claims import allowed, claims
from bioviz.analysis.diagnosis.verdict.verdict import verdict
from bioviz.analysis.scores.leakage import LeakageScore
from tests.analysis.diagnosis.test_diagnosis import masked, planted, run  # noqa: F401  (a fixture)

SURE, UNSURE = 1e-9, 0.9


def nothing_found(d: Diagnosis) -> Diagnosis:
    """Return the diagnosis with every claim tested and none of them held up."""
    return replace(
        d,
        separability=replace(d.separability, p=UNSURE, p_linear=UNSURE, p_leak=UNSURE),
        prediction=replace(d.prediction, p_leak=UNSURE),
        shortcuts=(),
        coarser=(),
        causes=tuple(replace(cause, p=UNSURE) for cause in d.causes),
        confounds=tuple(replace(confound, p=UNSURE) for confound in d.confounds),
        missed=replace(d.missed, p=UNSURE),
        faint=replace(d.faint, p=UNSURE),
    )


@pytest.fixture(scope="module")
def quiet(masked) -> Diagnosis:  # noqa: F811
    return nothing_found(masked[1])


def test_where_no_claim_holds_none_is_allowed(quiet):
    assert {p for p in claims(quiet).values() if p is not None} == {UNSURE}
    assert allowed(quiet) == {}


@pytest.mark.parametrize(
    ("part", "field", "claim"),
    [
        ("separability", "p", "apart"),
        ("separability", "p_linear", "linear"),
        ("separability", "p_leak", ("leak", "background")),
        ("prediction", "p_leak", ("leak", "accuracy")),
        ("missed", "p", "missed"),
        ("faint", "p", "faint"),
    ],
)
def test_every_claim_is_tested_in_the_family(quiet, part, field, claim):
    found = replace(quiet, **{part: replace(getattr(quiet, part), **{field: SURE})})
    assert allowed(found) == {claim: pytest.approx(0.05 / sum(p is not None for p in claims(quiet).values()))}


def test_the_least_p_of_all_causes_and_each_place_stand_for_themselves(quiet):
    causes = (replace(quiet.causes[0], p=SURE), *quiet.causes[1:])
    assert set(allowed(replace(quiet, causes=causes))) == {"cause"}
    places = (replace(quiet.confounds[0], p=SURE), *quiet.confounds[1:])
    assert set(allowed(replace(quiet, confounds=places))) == {("place", quiet.confounds[0].name)}


@pytest.mark.parametrize(
    ("part", "score", "words"),
    [
        ("separability", "neighbor", "telling background by neighbors falls from 0.90 to 0.70"),
        ("prediction", "knn_accuracy", "accuracy by neighbors falls from 0.90 to 0.70"),
    ],
)
def test_what_leaks_through_a_recording_is_said_for_either_score(quiet, part, score, words):
    fallen = {score: LeakageScore(0.9, 0.7), "p_leak": SURE}
    said = verdict(replace(quiet, **{part: replace(getattr(quiet, part), **fallen)}))
    (leak,) = [clause for clause in said if clause.kind == "leak"]
    assert words in leak.text and leak.claim
    unsure = verdict(
        replace(quiet, **{part: replace(getattr(quiet, part), **{score: LeakageScore(0.9, 0.7)})})
    )
    assert "leak" not in {clause.kind for clause in unsure}


def test_a_range_that_leaves_out_guessing_is_not_called_no_better_than_chance(quiet):
    def first(low: float) -> str:
        sure = replace(quiet.separability, low=low, high=0.9)
        return next(c.text for c in verdict(replace(quiet, separability=sure)) if c.kind == "separability")

    assert first(0.45).startswith("The model does not tell background from labelled clips better than chance")
    said = first(0.57)
    assert said.startswith("That the model tells background from labelled clips is not certain")
    assert "0.57 to 0.90" in said and "the range is of this figure alone" in said
