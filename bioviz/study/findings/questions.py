"""Three open questions put to a table: what goes with task accuracy, what the map changes, and what chance does."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bioviz.study.findings.contrast import Contrast, of_differences
from bioviz.study.scores import CLUSTERING, NO_MAP, TASK, Contender, Grid, Score, grid, maps_in, measures_in

FEWEST_MODELS = 4  # whose ranks are compared


@dataclass(frozen=True)
class Agreement:
    """How alike two columns rank the contenders: mean of the rank correlations within datasets.

    Attributes
    ----------
    first, second : str
        Names of the measures or maps.
    contrast : Contrast
        Its effect is the mean correlation, -1 to 1, and its null 0.
    models : int
        The fewest of a dataset.

    """

    first: str
    second: str
    contrast: Contrast
    models: int


@dataclass(frozen=True)
class Spread:
    """How far a score moves where nothing but a setting changes.

    Attributes
    ----------
    of : str
        What changes: "maps", "seeds" or "models".
    measure : str
    ranges : ndarray, shape (cells,)
        Highest less lowest value of each model and dataset (of each dataset where models change).

    """

    of: str
    measure: str
    ranges: np.ndarray

    @property
    def median(self) -> float:
        return float(np.median(self.ranges))

    @property
    def p90(self) -> float:
        """Nine of ten cells move by less."""
        return float(np.percentile(self.ranges, 90))


def clustering_and_task(scores: Iterable[Score], map_name: str | None = None) -> list[Agreement]:
    """Return Spearman's correlation, over models, of each clustering measure with each task measure."""
    from scipy.stats import spearmanr

    scores = list(scores)
    there = measures_in(scores)
    pairs = [(first, second) for first in CLUSTERING for second in TASK if {first, second} <= set(there)]
    return [
        each
        for first, second in pairs
        if (
            each := _agreement(
                (first, grid(scores, first, map_name)), (second, grid(scores, second)), spearmanr
            )
        )
    ]


def map_agreement(scores: Iterable[Score], measure: str) -> list[Agreement]:
    """Return Kendall's correlation, over models, of a measure on every two maps; "none" is the embedding itself."""
    from scipy.stats import kendalltau

    scores = [score for score in scores if score.measure == measure]
    of = {name: grid(scores, measure, name) for name in maps_in(scores)}
    return [
        each
        for first, second in itertools.combinations(of, 2)
        if (each := _agreement((first, of[first]), (second, of[second]), kendalltau))
    ]


def spreads(scores: Iterable[Score], measure: str) -> list[Spread]:
    """Return how far a measure moves with the settings of UMAP, with the seed, and from model to model."""
    scores = [score for score in scores if score.measure == measure]
    by_map: dict[tuple[Contender, str, int], dict[str, float]] = {}
    by_seed: dict[tuple[Contender, str, str], list[float]] = {}
    for score in scores:
        if score.map.startswith("umap"):
            by_map.setdefault((score.contender, score.dataset, score.seed), {})[score.map] = score.value
        if score.map != NO_MAP or measure in TASK:  # clusters of an embedding move with its weights alone
            by_seed.setdefault((score.contender, score.dataset, score.map), []).append(score.value)
    values = grid(scores, measure).values
    models = [column[np.isfinite(column)] for column in values.T]
    found = {
        "maps": [np.ptp(list(cell.values())) for cell in by_map.values() if len(cell) > 1],
        "seeds": [np.ptp(cell) for cell in by_seed.values() if len(cell) > 1],
        "models": [np.ptp(column) for column in models if len(column) > 1],
    }
    return [Spread(of, measure, np.array(ranges)) for of, ranges in found.items() if ranges]


def _agreement(first: tuple[str, Grid], second: tuple[str, Grid], correlate: object) -> Agreement | None:
    """None where no dataset has `FEWEST_MODELS` models with both."""
    (name, a), (other, b) = first, second
    found: dict[str, float] = {}
    counts = []
    for dataset in (each for each in a.datasets if each in b.datasets):
        columns = [
            {each: table.values[i, table.datasets.index(dataset)] for i, each in enumerate(table.contenders)}
            for table in (a, b)
        ]
        pairs = np.array([[columns[0][each], columns[1][each]] for each in columns[0] if each in columns[1]])
        pairs = pairs[np.isfinite(pairs).all(axis=1)] if len(pairs) else pairs
        if len(pairs) < FEWEST_MODELS or not np.ptp(pairs, axis=0).all():
            continue
        found[dataset] = float(correlate(pairs[:, 0], pairs[:, 1]).statistic)  # pyright: ignore[reportCallIssue]
        counts.append(len(pairs))
    if not found:
        return None
    return Agreement(name, other, of_differences(np.array(list(found.values())), tuple(found)), min(counts))
