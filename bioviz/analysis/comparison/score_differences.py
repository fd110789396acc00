"""A score on both sides of a comparison, whether they differ, and that in words."""

from __future__ import annotations

from dataclasses import dataclass

from bioviz.analysis.metric_info import METRIC_INFO

ONE_MAP = "it rests on one map and one clustering, whose own chance is not known"


@dataclass(frozen=True)
class Difference:
    """One score on both sides; None where it is undefined.

    Attributes
    ----------
    name : str
        Of `helps.METRIC_INFO`.
    left, right : float or None
        The score.
    difference : float or None
        right - left.
    low, high : float or None
        95 % interval of the difference; None where it cannot be told.
    exceeds : bool or None
        Whether the two differ by more than chance: judged together with everything else that the comparison says, so
        that any false word among all of it is said in 5 of 100 comparisons. None where it cannot be told.
    why : str
        Why it cannot be told, "" otherwise.
    """

    name: str
    left: float | None
    right: float | None
    difference: float | None
    low: float | None = None
    high: float | None = None
    exceeds: bool | None = None
    why: str = ""


def sentence(difference: Difference) -> str:
    """Return the difference in plain words, and whether it is larger than its uncertainty."""
    about = METRIC_INFO[difference.name]
    if difference.difference is None:
        return f"{about.title}: not defined on both sides."
    ends = f"from {difference.left:.3f} to {difference.right:.3f}"
    moved = "rose" if difference.difference > 0 else "fell" if difference.difference < 0 else "stayed"
    if difference.exceeds is None or difference.low is None or difference.high is None:
        return f"{about.title} {moved} {ends}; whether by chance cannot be told: {difference.why or 'no interval'}."
    span = f"({difference.difference:+.3f}, 95 % interval {difference.low:+.3f} to {difference.high:+.3f})"
    if not difference.exceeds:
        return f"{about.title} {moved} {ends} {span}: not larger than its uncertainty."
    good = (difference.difference > 0) == (about.best == "high")
    value = "" if not about.best else "better, and " if good else "worse, and "
    return f"{about.title} {moved} {ends} {span}: {value}larger than its uncertainty."
