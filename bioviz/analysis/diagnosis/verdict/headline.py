"""The one sentence of a diagnosis: the strongest of its verdict's clauses, and the figure that stands beside it.

Nothing is said here that the verdict does not say: claims keep the level that they hold at together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bioviz.analysis.diagnosis.verdict.clause import Clause

PROBLEMS = ("shortcut", "cause", "place", "leak", "queue")
"""Kinds of claims that say what is wrong, the one that an ecologist should know first before the others."""


@dataclass(frozen=True)
class Headline:
    """What stands above everything else.

    Attributes
    ----------
    text
        One sentence.
    detail
        The next sentence, with figures; "" for none.
    backed_by
        The clause that the sentence is of, None where there is none.

    """

    text: str
    detail: str = ""
    backed_by: Clause | None = None


def headline(clauses: Sequence[Clause]) -> Headline:
    """Return the sentence of a verdict.

    That nothing is wrong, or that background is not told at all, stands first where it is so; then what of the claims
    says what is wrong; else how well background is told. Without any of these it is the verdict's own first sentence.
    """
    if not clauses:
        return Headline("There is nothing to tell.")
    said = [clause for clause in clauses if clause.kind != "note"]
    if clauses[0].kind == "note":  # why background is not told from labels
        return Headline(clauses[0].head, said[0].head if said else "")
    separability = [clause for clause in said if clause.kind == "separability"]
    first = (problems(clauses) or separability or said)[0]
    labels = [clause for clause in said if clause.kind == "labels"]
    others = [clause for clause in (*separability[:2], *labels) if clause is not first]
    return Headline(first.head, others[0].head if others else "", first)


def problems(clauses: Sequence[Clause]) -> list[Clause]:
    """Return the claims that say what is wrong, what should be known first before the others.

    None where background is not told from labels by more than chance: what goes with confusion says nothing then.
    """
    separability = [clause for clause in clauses if clause.kind == "separability"]
    if separability and not separability[0].claim:
        return []
    wrong = (clause for clause in clauses if clause.claim and clause.kind in PROBLEMS)
    return sorted(
        wrong, key=lambda clause: PROBLEMS.index(clause.kind)
    )  # stable: the verdict's order among equals
