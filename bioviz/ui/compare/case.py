"""What the parts of the Compare page work on, and how they choose clips."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.datasets.types import Dataset
from bioviz.reports.comparison import OwnScore
from bioviz.runs import Run
from bioviz.runs.comparison import Comparison


@dataclass(frozen=True)
class Case:
    """What every section works on; `places` are positions among the clips compared."""

    comparison: Comparison
    left: Run
    right: Run
    dataset: Dataset  # of the left run, whose rows name the clips
    titles: tuple[str, str]
    dark: bool
    selected: np.ndarray | None  # places inside the lasso that was drawn last
    tested: tuple[OwnScore, ...] = ()  # the fine-tuned sides' own classifiers

    @property
    def names(self) -> tuple[str, ...]:
        return self.comparison.changes.names

    @property
    def targets(self) -> np.ndarray:
        return self.comparison.changes.left.targets

    @property
    def change(self) -> np.ndarray:
        """(n,) confusion on the right less that on the left."""
        changes = self.comparison.changes
        return changes.right.confusion.confusion - changes.left.confusion.confusion


@dataclass(frozen=True)
class Chosen:
    """Clips to go through, most striking first, and what they are."""

    places: np.ndarray
    name: str
