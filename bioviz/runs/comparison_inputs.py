"""All that the comparison of two runs rests on: its key is made of this, and it is computed from nothing else."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.runs.run import Run
from bioviz.store.keys import Stored

SEED = 0


@dataclass(frozen=True, eq=False)
class SideInputs:
    """One of two runs, whole, and which of its clips are compared.

    Attributes
    ----------
    embedding, graph, knn_cross_unit, xy, clusters
        Of the run.
    misclustered : (m,) bool
        Of the run.
    projection
        How its map was drawn.
    places : (n,) int64
        Positions in the run of the clips compared.
    labels : (n, L) bool
        Of those, columns as in the names of the comparison.
    targets : (n,) ints

    """

    embedding: Stored[np.ndarray] | np.ndarray
    graph: Stored[KnnGraph] | KnnGraph
    knn_cross_unit: Stored[KnnGraph] | KnnGraph
    xy: Stored[np.ndarray] | np.ndarray
    clusters: Stored[np.ndarray] | np.ndarray
    misclustered: np.ndarray
    projection: ProjectionSpec
    places: np.ndarray
    labels: np.ndarray
    targets: np.ndarray


@dataclass(frozen=True, eq=False)
class ComparisonInputs:
    """What is compared.

    Attributes
    ----------
    left, right
        The two runs; row i of what is compared is the same clip in both.
    names
        Background first, then the labels of either side.
    recording : (n,) ints
        Units of independence of the clips compared.
    layout
        See `comparison.LAYOUTS`.
    k
        Neighbors looked at.
    seed
        Of folds and resamplings.

    """

    left: SideInputs
    right: SideInputs
    names: tuple[str, ...]
    recording: np.ndarray
    layout: str
    k: int
    seed: int = SEED


def comparison_inputs(left: Run, right: Run, layout: str, k: int) -> ComparisonInputs:
    """All that the comparison of two runs rests on, as it is now."""
    datasets = [library.load(run.spec.dataset) for run in (left, right)]
    places = common_clips(left, right, *datasets)
    names = (*datasets[0].target_names, *(n for n in datasets[1].labels if n not in datasets[0].labels))
    return ComparisonInputs(
        left=_side(left, datasets[0], places[0], names),
        right=_side(right, datasets[1], places[1], names),
        names=names,
        recording=left.groups[places[0]],
        layout=layout,
        k=k,
    )


def _side(run: Run, dataset: Dataset, places: np.ndarray, names: tuple[str, ...]) -> SideInputs:
    column = np.array([names.index(name) for name in dataset.target_names])
    labels = np.zeros((len(places), len(names) - 1), dtype=bool)
    labels[:, column[1:] - 1] = dataset.clips.labels[run.rows[places]]
    return SideInputs(
        embedding=run.stored("embedding"),
        graph=run.stored("graph"),
        knn_cross_unit=run.stored("knn_cross_unit"),
        xy=run.stored("xy"),
        clusters=run.stored("clusters"),
        misclustered=np.asarray(run.misclustered),
        projection=ProjectionSpec.from_dict(
            run.spec.projection.to_dict()
        ),  # without what its method does not use
        places=places,
        labels=labels,
        targets=column[run.targets[places]],
    )


def common_clips(
    left: Run, right: Run, left_dataset: Dataset, right_dataset: Dataset
) -> tuple[np.ndarray, np.ndarray]:
    """((n,), (n,)) int64 positions, in the two runs, of the clips that both have, in the left one's order.

    In one dataset a clip is the same by its row; between two by the content of its recording, its start and end,
    where copies of a recording are told apart by their order.
    """
    if left_dataset is right_dataset or left_dataset.version == right_dataset.version:
        _, a, b = np.intersect1d(left.rows, right.rows, assume_unique=True, return_indices=True)
        return a.astype(np.int64), b.astype(np.int64)
    waiting: dict[tuple, list[int]] = defaultdict(list)
    for row, name in enumerate(_identities(right, right_dataset)):
        waiting[name].append(row)
    pairs = [
        (row, waiting[name].pop(0))
        for row, name in enumerate(_identities(left, left_dataset))
        if waiting.get(name)
    ]
    rows = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return rows[:, 0], rows[:, 1]


def _identities(run: Run, dataset: Dataset) -> list[tuple[str, int, int]]:
    clips, rows = dataset.clips, run.rows
    hashes = [dataset.recordings[i].content_hash for i in clips.recording[rows]]
    micros = [
        np.round(values[rows] * 1e6).astype(np.int64).tolist() for values in (clips.start_s, clips.end_s)
    ]
    return list(zip(hashes, *micros, strict=True))
