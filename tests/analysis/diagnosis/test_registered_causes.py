"""A cause is one file that registers itself; triage only puts them together."""

from __future__ import annotations

import numpy as np
import pytest

from bioviz.analysis.diagnosis import causes
from bioviz.analysis.diagnosis.causes import Cause, Sign, register, registered, unregister
from bioviz.analysis.diagnosis.inputs import DiagnosisInputs
from bioviz.analysis.diagnosis.triage import UNEXPLAINED
from bioviz.analysis.diagnosis.triage_words import compared, summary
from tests.analysis.diagnosis.test_triage import boxed, judge, sunk


@pytest.fixture
def loud():
    """A throw-away cause of somebody else: the clip is loud."""

    def sign(evidence):
        return evidence.labelled & (evidence.sound["level_dbfs"] > -10)

    cause = Cause(
        "loud",
        "clip is loud",
        15,
        lambda words: f"Level {words.say('level_dbfs')}.",
        Sign("loud", "loud", sign),
    )
    yield register(cause)
    unregister("loud")


def test_a_cause_from_outside_is_found_compared_and_said(loud):
    p, x, rows = sunk()
    columns = boxed(p, 900)
    columns["level_dbfs"][rows[:30]] = -3.0
    result = judge(x, p, columns)
    assert result.of("loud")[rows[:30]].all() and not result.of("loud")[rows[30:]].any()
    assert result.evidence(int(rows[0]), p.names) == "Level -3.0 dBFS."
    assert result.titles(int(rows[0])) == "clip is loud" and "clip is loud (30" in summary(result)
    assert "loud" in {each.sign for each in compared(result)}
    assert result.all_titles[result.cause[rows[0]]] == "clip is loud"


def test_a_cause_from_outside_needs_its_excess_too(loud):
    p, x, rows = sunk()
    columns = boxed(p, 900)
    columns["level_dbfs"][:] = -3.0
    result = judge(x, p, columns)
    assert not result.of("loud").any() and result.of(UNEXPLAINED)[rows].all()


def test_another_set_of_causes_is_another_diagnosis(loud):
    (default,) = [f for f in DiagnosisInputs.__dataclass_fields__.values() if f.name == "causes"]
    assert "loud" in default.default_factory()
    unregister("loud")
    assert "loud" not in default.default_factory()


def test_every_file_of_the_folder_is_a_cause_or_what_causes_need():
    import pkgutil

    files = {module.name for module in pkgutil.iter_modules(causes.__path__)}
    names = {cause.name for cause in registered()}
    assert len(names) == len(files - {"registry", "evidence", "words"})
    assert len({cause.order for cause in registered()}) == len(names)
    assert all(np.char.isalpha(cause.title[0]) for cause in registered())


def test_a_sign_counts_from_the_level_that_chance_does_not_explain(loud):
    # One thing is there in nearly every clip and tells nothing; two of them only in clips that are confused.
    p, x, rows = sunk()
    shown = np.ones(len(x), dtype=np.int64)
    shown[rows[:30]] = 2

    def by_levels(*levels):
        sign = Sign("loud", "loud", lambda e: np.where(e.labelled, shown, 0), levels)
        register(Cause("loud", "clip is loud", 15, lambda words: "", sign))
        return judge(x, p, boxed(p, 900)).of("loud")

    assert not by_levels(1).any()
    for levels in ((2,), (1, 2), (2, 3)):
        assert by_levels(*levels)[rows[:30]].all() and by_levels(*levels).sum() == 30
    shown[:], shown[rows] = 0, 1
    shown[rows[:30]] = 2
    assert by_levels(1, 2)[rows].all(), "the least level that is sure says a cause of most clips"
