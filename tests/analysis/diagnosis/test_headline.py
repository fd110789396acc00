"""The one sentence of a diagnosis: one that the verdict says, the strongest, and no problem that chance could bring."""

from __future__ import annotations

import pytest

from bioviz.analysis.diagnosis.verdict.clause import Clause
from bioviz.analysis.diagnosis.verdict.headline import headline
from bioviz.analysis.diagnosis.verdict.verdict import NOTHING_WRONG, verdict
from tests.analysis.diagnosis.test_diagnosis import masked, planted, run  # noqa: F401  (a fixture)

TOLD = Clause("Told well: AUROC 0.9.", "separability", claim=True, short="Told well.")
NOT_TOLD = Clause("Not told better than chance: AUROC 0.52.", "separability", short="Not told.")
FINE = Clause("Nothing is wrong: all is apart.", "separability", short=NOTHING_WRONG)
LABELS = Clause("Most mixed: frog (0.3).", "labels", short="Most mixed: frog.")
NO_CAUSE = Clause("No measured property goes with confusion.", "cause")
CAUSE = Clause(
    "Faint clips sit in background: 80 % (in the half).", "cause", claim=True, short="Faint: 80 %."
)
SHORTCUT = Clause("It may be the site: 0.6.", "shortcut", claim=True, short="It may be the site.")
HINT = Clause("Some or all may be the site (by lot in 4 % of cases).", "shortcut")
NOTE = Clause("There is no background.", "note")


@pytest.mark.parametrize(
    ("clauses", "text", "detail"),
    [
        ([TOLD, LABELS, NO_CAUSE], "Told well.", "Most mixed: frog."),
        ([TOLD, LABELS, CAUSE], "Faint: 80 %.", "Told well."),
        ([SHORTCUT, TOLD, LABELS, CAUSE], "It may be the site.", "Told well."),
        ([HINT, TOLD, LABELS], "Told well.", "Most mixed: frog."),
        ([FINE, TOLD, LABELS], NOTHING_WRONG, "Told well."),
        ([NOT_TOLD, LABELS, CAUSE], "Not told.", "Most mixed: frog."),
        ([NOTE, LABELS], "There is no background.", "Most mixed: frog."),
    ],
)
def test_what_matters_most_stands_first(clauses, text, detail):
    head = headline(clauses)
    assert (head.text, head.detail) == (text, detail)


def test_nothing_to_tell_is_a_sentence():
    assert headline([]).text.endswith(".")


def test_a_sentence_of_a_problem_is_a_claim_of_the_verdict(masked):  # noqa: F811
    _, diagnosis = masked
    clauses = verdict(diagnosis)
    head = headline(clauses)
    assert head.backed_by in clauses and head.backed_by.kind == "cause" and head.backed_by.claim
    assert "sit in background" in head.text and "(" not in head.text
    assert head.detail.startswith("The model tells background from labelled clips")


def test_where_nothing_was_planted_no_problem_stands_first():
    found = headline(verdict(run(planted(n=400, mixing=0.0))))
    assert found.backed_by is not None and found.backed_by.kind == "separability"
