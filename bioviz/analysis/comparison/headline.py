"""The one sentence of a comparison, and the differences that hold: what a page or a report says first.

Only what the comparison claims is said (`comparison.compare_sides` holds all its claims to one level together).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bioviz.analysis.comparison.comparison import Changes
from bioviz.analysis.comparison.score_differences import ONE_MAP
from bioviz.analysis.diagnosis.verdict.clause import listed
from bioviz.analysis.metric_info import METRIC_INFO

ORDER = (
    "separability_neighbor",
    "label",
    "confused",
    "noise_confusion",
    "knn_accuracy",
    "probe_accuracy",
    "purity",
)
"""What of the differences that hold is said first; "label" is the label that changed most."""
NAMED = 3
_BETTER = {
    "separability_neighbor": ("background is told from calls better", "background is told from calls worse"),
    "confused": ("fewer clips are confused", "more clips are confused"),
    "noise_confusion": ("labels and background are less mixed", "labels and background are more mixed"),
    "knn_accuracy": ("neighbors name labels better", "neighbors name labels worse"),
    "probe_accuracy": ("a linear probe names labels better", "a linear probe names labels worse"),
    "purity": ("neighborhoods are purer", "neighborhoods are less pure"),
}


@dataclass(frozen=True)
class Held:
    """A difference that is larger than its uncertainty.

    Attributes
    ----------
    name
        Of a score, or "label".
    left, right, low, high
        The measure on both sides, and the 95 % interval of right less left.
    is_better
        The right side is the better one.
    targets
        Of a label: it, and the others that changed the same way.

    """

    name: str
    left: float
    right: float
    low: float
    high: float
    is_better: bool
    targets: tuple[int, ...] = ()

    @property
    def difference(self) -> float:
        return self.right - self.left


def held(changes: Changes) -> tuple[Held, ...]:
    """Return the differences that hold, what matters most first."""
    return tuple(sorted(_held(changes), key=lambda each: ORDER.index(each.name)))


def _held(changes: Changes) -> Iterator[Held]:
    for d in changes.scores:
        values = (d.left, d.right, d.low, d.high)
        if d.exceeds and not any(value is None for value in values):
            left, right, low, high = (float(value or 0.0) for value in values)
            yield Held(d.name, left, right, low, high, (right > left) == (METRIC_INFO[d.name].best == "high"))
    labels = changes.labels
    for is_better in (True, False):
        # Background's own confusion is the same difference seen from the other side, so calls come first.
        targets = [int(target) for target in labels.changed(better=is_better)]
        targets.sort(key=lambda target: target == 0)
        if targets:
            first = targets[0]
            left, right, low, high = (
                float(each[first])
                for each in (labels.confusion_left, labels.confusion_right, labels.low, labels.high)
            )
            yield Held("label", left, right, low, high, is_better, tuple(targets))


def headline(changes: Changes) -> str:
    """Return what changed from left to right in one sentence."""
    differences = held(changes)
    if not differences:
        return nothing_held(changes)
    first = differences[0]
    text = f"On the right {said(first, changes)}"
    against = next((each for each in differences if each.is_better != first.is_better), None)
    if against is not None:
        text += f", but {said(against, changes)}"
    return f"{text}."


def said(each: Held, changes: Changes) -> str:
    """Say one difference without its figures."""
    if each.name != "label":
        return _BETTER[each.name][not each.is_better]
    # Background's own confusion is the same difference seen from the other side: it is said where no label's is.
    names = [changes.names[target] for target in each.targets if target]
    shown = names if len(names) <= NAMED else [*names[: NAMED - 1], f"{len(names) - NAMED + 1} more labels"]
    verb = "are" if len(names) > 1 else "is"
    way = "less" if each.is_better else "more"
    return (
        f"{listed(shown)} {verb} {way} mixed with background"
        if names
        else f"background is {way} mixed with calls"
    )


def nothing_held(changes: Changes) -> str:
    """Say that no difference holds, or why that cannot be told."""
    if any(d.exceeds is False for d in changes.scores):
        return "No difference is larger than its uncertainty."
    why = next(
        (d.why for d in changes.scores if d.why and d.why != ONE_MAP), "nothing is defined on both sides"
    )
    return f"Whether anything differs by more than chance cannot be told: {why}."


def not_held(changes: Changes) -> str:
    """Name what was tested and is not larger than its uncertainty, in a sentence; "" for nothing."""
    names = [METRIC_INFO[d.name].title for d in changes.scores if d.exceeds is False]
    labels = changes.labels
    tested = [t for t in range(len(changes.names)) if labels.clips[t] and labels.low[t] == labels.low[t]]
    same = [changes.names[t] for t in tested if not labels.claimed[t]]
    if same:
        some = f"{len(same)} of {len(tested)} labels" if len(same) < len(tested) else "all labels"
        shown = same if len(same) <= NAMED else [some]
        names.append(f"noise confusion of {listed(shown)}")
    return f"Not larger than their uncertainty: {', '.join(names)}." if names else ""
