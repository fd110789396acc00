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


def queues(
    confusion: NoiseConfusion, background: np.ndarray, rival: np.ndarray, touched: np.ndarray | None = None
) -> tuple[Queue, Queue]:
    """(background clips that look labelled, labelled clips that look like background), by falling noise confusion.

    Args:
        background: (n,) bool. rival: (n,) target most common among the neighbours besides its own.
        touched: (n,) bool, clips that an annotated call reaches into, too little to give them its label: nobody
            missed that call, so background of this kind is left out.
    """
    background = np.asarray(background, bool)
    looks_like = np.where(background, rival, 0)
    found = []
    unknown = background if touched is None else background & ~np.asarray(touched, bool)
    for side in (unknown, ~background):
        rows = np.flatnonzero(side & confusion.confused)
        rows = rows[np.argsort(-confusion.confusion[rows], kind="stable")]
        found.append(Queue(rows, confusion.confusion[rows], looks_like[rows]))
    return found[0], found[1]
