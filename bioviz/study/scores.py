"""The long table that everything of a study is computed from: one score a contender, dataset, map, seed and measure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

from bioviz.models.titles import checkpoint_title

Start = Literal["audio", "images", "random", "features", "other"]
STARTS: tuple[Start, ...] = get_args(Start)
Training = Literal["frozen", "fine-tuned"]

MEASURES = ("nmi", "ari", "silhouette", "separability_neighbor", "knn_accuracy", "probe_accuracy")
"""Names of `analysis.metric_info`, those of the paper first."""
CLUSTERING = ("nmi", "ari", "silhouette")
"""Measures of the clusters of a map; the others are of the embedding and know no map."""
TASK = ("separability_neighbor", "knn_accuracy", "probe_accuracy")

NO_MAP = "none"
"""Of scores of the embedding itself."""

_START_WORDS = {"audio": "audio", "images": "ImageNet", "random": "random start", "features": "", "other": ""}


@dataclass(frozen=True, order=True)
class Contender:
    """A model with how its weights came about: a row of a study's table.

    Attributes
    ----------
    model : str
        Name of the registry.
    start : str
        What its weights were trained on before: "audio", "images" (ImageNet) or nothing ("random"); "features" where
        there are no weights, "other" where nobody knows.
    training : str
        "frozen", or "fine-tuned" in the grid, on the training clips of each dataset.
    background : float
        Share of the background clips that the fine-tuning got; 1 where there was none.
    checkpoint : str
        "ft:ID" of one that was fine-tuned before, on whatever; "" for all others.

    """

    model: str
    start: Start
    training: Training = "frozen"
    background: float = 1.0
    checkpoint: str = ""

    def words(self, title: str) -> str:
        """Say what it is, with the model's title."""
        parts = [title, checkpoint_title(self.checkpoint) if self.checkpoint else _START_WORDS[self.start]]
        if self.training != "frozen":
            share = "" if self.background == 1 else f", background share {self.background:g}"
            parts.append(f"fine-tuned{share}")
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Score:
    """One value.

    Attributes
    ----------
    contender : Contender
    dataset : str
        Its name.
    map : str
        Settings of the projection, such as "umap-50-0.1"; "none" for measures of the embedding.
    seed : int
        Of the map and of a random start; 42 of what was published.
    measure : str
        One of `MEASURES`.
    value : float
    low, high : float or None
        Ends of a 95 % interval by units of independence; None where there is none.

    """

    contender: Contender
    dataset: str
    map: str
    seed: int
    measure: str
    value: float
    low: float | None = None
    high: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, for `from_dict`."""
        values = asdict(self)
        if not self.contender.checkpoint:
            del values["contender"]["checkpoint"]  # files of before have none either
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Score:
        """Return what `to_dict` gave."""
        return cls(**{**values, "contender": Contender(**values["contender"])})


@dataclass(frozen=True, eq=False)
class Grid:
    """A measure of every contender on every dataset.

    Attributes
    ----------
    contenders, datasets : tuple
        Rows and columns.
    values : ndarray, shape (contenders, datasets)
        NaN where there is none.

    """

    contenders: tuple[Contender, ...]
    datasets: tuple[str, ...]
    values: np.ndarray

    @property
    def best_first(self) -> Grid:
        """The contenders by their mean rank on the datasets on which they have a value, the best first."""
        known = np.isfinite(self.values)
        ranks = np.where(known, ranks_within(self.values), 0).sum(axis=1)
        mean = np.where(known.any(axis=1), ranks / np.maximum(known.sum(axis=1), 1), np.inf)
        order = np.argsort(mean, kind="stable")
        return replace(self, contenders=tuple(self.contenders[i] for i in order), values=self.values[order])

    @property
    def complete(self) -> Grid:
        """The datasets alone on which every contender has a value."""
        whole = np.asarray(np.isfinite(self.values).all(axis=0), dtype=bool)
        names = tuple(name for name, is_whole in zip(self.datasets, whole.tolist(), strict=True) if is_whole)
        return replace(self, datasets=names, values=self.values[:, whole])


def ranks_within(values: np.ndarray) -> np.ndarray:
    """Return the rank of each value (k, n) in its column: 1 is the highest, equal ones share theirs, NaN has none."""
    higher = (values[None] > values[:, None]).sum(axis=1)
    equal = (values[None] == values[:, None]).sum(axis=1)
    return np.where(np.isfinite(values), higher + (equal + 1) / 2, np.nan)


def grid(scores: Iterable[Score], measure: str, map_name: str | None = None) -> Grid:
    """Return the mean of a measure over seeds, and over maps where none is named.

    Parameters
    ----------
    scores : iterable of Score
    measure : str
    map_name : str or None
        Whose scores alone count, "none" for clusters of the embedding itself, which are in no mean. Task measures are
        of the embedding anyway.

    """
    cells: dict[tuple[Contender, str], list[float]] = {}
    contenders: dict[Contender, None] = {}
    datasets: dict[str, None] = {}
    for score in scores:
        if score.measure != measure:
            continue
        if measure in CLUSTERING and not (score.map == map_name if map_name else score.map != NO_MAP):
            continue
        contenders[score.contender] = datasets[score.dataset] = None
        cells.setdefault((score.contender, score.dataset), []).append(score.value)
    values = np.array(
        [
            [float(np.mean(cells[row, column])) if (row, column) in cells else np.nan for column in datasets]
            for row in contenders
        ],
        dtype=np.float64,
    ).reshape(len(contenders), len(datasets))
    return Grid(tuple(contenders), tuple(datasets), values)


def difference(ours: Sequence[Score], published: Sequence[Score]) -> list[Score]:
    """Return ours less published, of what both have; means over seeds.

    Two scores are of the same thing where contender, dataset, map and measure are.
    """
    theirs: dict[tuple, list[float]] = {}
    for score in published:
        theirs.setdefault(_same(score), []).append(score.value)
    mine: dict[tuple, list[Score]] = {}
    for score in ours:
        mine.setdefault(_same(score), []).append(score)
    return [
        replace(
            scores[0],
            value=float(np.mean([score.value for score in scores]) - np.mean(theirs[key])),
            low=None,
            high=None,
        )
        for key, scores in mine.items()
        if key in theirs
    ]


def _same(score: Score) -> tuple:
    return score.contender, score.dataset, score.map, score.measure


def measures_in(scores: Iterable[Score]) -> list[str]:
    """Return the measures that there are, in the order of `MEASURES`."""
    there = {score.measure for score in scores}
    return [measure for measure in MEASURES if measure in there]


def maps_in(scores: Iterable[Score]) -> list[str]:
    """Return the maps of the clustering scores, in the order in which they come."""
    return list(dict.fromkeys(score.map for score in scores if score.measure in CLUSTERING))
