"""Which annotated calls the clips of a dataset are held against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MAX_TEMPLATES, MAX_OF_LABEL, MIN_OF_LABEL = 120, 30, 8
"""Of all labels; of one, from all its units in turn; where labels are many, fewer of each, and the commonest alone."""
BEST = 5
"""A clip's score is the mean over the templates that fit best."""
MIN_UNITS = 3
"""A label boxed in fewer units has no templates: what is left without a clip's own would be one evening."""
_LONGER = 1.4
"""A template holds so many times the median length of the label's boxes."""
_SHORTEST_S, _LONGEST_S, _WIDER = 0.3, 2.0, 1.2


@dataclass(frozen=True, eq=False)
class LabelTemplates:
    """Templates of a label.

    Attributes
    ----------
    label : int
        Column of the label.
    low_hz, high_hz : float
        Band looked at: what its boxes usually span, a little wider; all where they have no frequencies.
    length_s : float
        Of a template.
    boxes : ndarray of int, shape (t,)
    """

    label: int
    low_hz: float
    high_hz: float
    length_s: float
    boxes: np.ndarray


def chosen_templates(
    boxes: np.ndarray, labels: np.ndarray, units: np.ndarray, width_s: float
) -> tuple[LabelTemplates, ...]:
    """Choose boxes to make templates of.

    Parameters
    ----------
    boxes : ndarray, shape (b, 4)
        start_s, end_s, low_hz, high_hz; NaN unknown.
    labels, units : ndarray of int, shape (b,)
        Column of the label, and unit of independence, of each.
    width_s : float
        Of a clip: a template is shorter.

    Returns
    -------
    tuple of LabelTemplates
        Of the labels with boxes enough, the one with the most first.
    """
    usable = []
    for label in np.unique(labels):
        own = np.flatnonzero(labels == label)
        if len(own) > BEST and len(np.unique(units[own])) >= MIN_UNITS:
            usable.append((len(own), int(label), own))
    usable.sort(key=lambda each: (-each[0], each[1]))
    usable = usable[: MAX_TEMPLATES // MIN_OF_LABEL]
    most = min(MAX_OF_LABEL, MAX_TEMPLATES // max(len(usable), 1))
    return tuple(_of_label(boxes, label, own, units[own], most, width_s) for _, label, own in usable)


def _of_label(
    boxes: np.ndarray, label: int, own: np.ndarray, units: np.ndarray, most: int, width_s: float
) -> LabelTemplates:
    low, high = boxes[own, 2], boxes[own, 3]
    banded = np.isfinite(low) & np.isfinite(high)
    band = (
        (float(np.median(low[banded])) / _WIDER, float(np.median(high[banded])) * _WIDER)
        if banded.any()
        else (0.0, np.inf)
    )
    length = _LONGER * float(np.median(boxes[own, 1] - boxes[own, 0]))
    length = float(np.clip(length, _SHORTEST_S, min(_LONGEST_S, 0.6 * width_s)))
    return LabelTemplates(label, *band, length, own[_in_turn(units)[:most]])


def _in_turn(units: np.ndarray) -> np.ndarray:
    """(n,) positions: the first of every unit, then the second of every unit, and so on."""
    order = np.argsort(units, kind="stable")
    first = np.concatenate([[True], np.diff(units[order]) != 0])
    starts = np.flatnonzero(first)
    turn = np.arange(len(units)) - np.repeat(starts, np.diff(np.append(starts, len(units))))
    return order[np.argsort(turn, kind="stable")]
