"""Clips to listen to, worst first: calls that may have been missed, labels that may be wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.analysis.confusion import NoiseConfusion


@dataclass(frozen=True)
class Queue:
    """Clips to go through.

    Attributes:
        rows: (m,) int64, worst first. confusion: (m,) float64 of each.
        looks_like: (m,) int64, the target most of whose clips surround it (0 background).
    """

    rows: np.ndarray
    confusion: np.ndarray
    looks_like: np.ndarray


def queues(confusion: NoiseConfusion, background: np.ndarray, rival: np.ndarray) -> tuple[Queue, Queue]:
    """(background clips that look labelled, labelled clips that look like background), by falling noise confusion.

    Args:
        background: (n,) bool. rival: (n,) target most common among the neighbours besides its own.
    """
    background = np.asarray(background, bool)
    looks_like = np.where(background, rival, 0)
    found = []
    for side in (background, ~background):
        rows = np.flatnonzero(side & confusion.confused)
        rows = rows[np.argsort(-confusion.confusion[rows], kind="stable")]
        found.append(Queue(rows, confusion.confusion[rows], looks_like[rows]))
    return found[0], found[1]
