"""What the sections of the Diagnose page work on, and how they choose clips."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.analysis.diagnosis.diagnose import Diagnosis
from bioviz.datasets.types import Dataset
from bioviz.runs import Run


@dataclass(frozen=True)
class Case:
    """What every section works on: `places` are positions in the run."""

    run: Run
    dataset: Dataset
    diagnosis: Diagnosis
    dark: bool

    @property
    def confusion(self) -> np.ndarray:
        return self.diagnosis.clips.judged.confusion

    def of_label(self, target: int) -> np.ndarray:
        """(n,) bool, the clips that carry a label, whatever else they carry; target 0 is background."""
        labels = self.dataset.clips.labels[self.run.rows]
        return labels[:, target - 1] if target else ~np.any(labels, axis=1)


@dataclass(frozen=True)
class Chosen:
    """Clips to go through: positions in the run, worst first, and what they are.

    `blind`: what the model makes of them is not shown beside them.
    """

    places: np.ndarray
    name: str
    blind: bool = False


def worst_first(case: Case, chosen: np.ndarray, name: str) -> Chosen:
    """Return the chosen clips ((n,) bool, or positions), the most confused first."""
    places = np.flatnonzero(chosen) if chosen.dtype == bool else chosen
    confusion = np.nan_to_num(case.confusion[places], nan=-1.0)
    return Chosen(places[np.argsort(-confusion, kind="stable")], name)


def neighbor_share(case: Case, target: int) -> np.ndarray:
    """(n,) share of each clip's neighbors that are of `target`; of those in other recordings, if there are any."""
    # The rule by which `analysis.diagnosis` judges; identity of its parts does not outlive the cache.
    cross_unit = np.isfinite(case.diagnosis.clips.cross_unit.confusion).any()
    graph = case.run.knn_cross_unit if cross_unit else case.run.graph
    near = np.asarray(graph.indices[:, : case.diagnosis.k])
    known = near >= 0
    hit = known & (case.run.targets[np.where(known, near, 0)] == target)
    return hit.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
