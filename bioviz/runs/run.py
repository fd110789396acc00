"""A finished run, and opening one: nothing is computed, large arrays are mapped when they are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from bioviz.analysis.misclustered.chance import PlacementChance
from bioviz.analysis.misclustered.placement import (
    LISTS,
    Evidence,
    Placement,
    evidence,
    placement,
    worst_first,
)
from bioviz.analysis.neighbors.knn import CHECKED, KnnGraph
from bioviz.analysis.projection import placed
from bioviz.analysis.rows import positions
from bioviz.analysis.scores.matching import ClusterMatch
from bioviz.counts import counted
from bioviz.datasets.independence import Unit
from bioviz.datasets.types import Dataset, Problem
from bioviz.embedding.acoustic import open_acoustic
from bioviz.embedding.stored.sets import EmbeddingSet
from bioviz.errors import Missing
from bioviz.percent import percent
from bioviz.runs import stages
from bioviz.runs.spec import RunSpec
from bioviz.runs.stages import Keys
from bioviz.store.files import Corrupt
from bioviz.store.keys import Stored, key_of

# Names of the arrays of the stages "neighbors" and "scores".
ALL = ("all_indices", "all_distances")
ELSEWHERE = ("elsewhere_indices", "elsewhere_distances")
SCORES = ("clusters", "table", "assigned")


@dataclass(frozen=True, eq=False)
class Run:
    """One embedding set with its map, clustering and scores. Row i of every (n, ...) array is clip `rows[i]`.

    Attributes
    ----------
    key
        Names the run; the same for the same settings and data.
    spec
        What it is of.
    target_names : ("background", *labels)
    rows : (n,)
    int64, increasing
        Rows of its clips in the dataset; none without an embedding.
    xy : (n, 2) float32
        The map.
    targets : (n,) int64
        0 for background, else label column + 1.
    clusters : (n,) int32
    match
        The one-to-one matching of clusters and labels, for the paper-style figure alone.
    chance
        How many clips would lie in the wrong cluster if the labels meant nothing to the clusters.
    scores
        {"nmi", "ari", "silhouette": float or None, "k": int, "notes": {...}}.
    provenance
        Settings, versions, seeds, counts and times (JSON-able).

    """

    key: str
    spec: RunSpec
    target_names: tuple[str, ...]
    rows: np.ndarray
    xy: np.ndarray
    targets: np.ndarray
    clusters: np.ndarray
    match: ClusterMatch
    chance: PlacementChance
    scores: dict[str, Any]
    provenance: dict[str, Any]
    _keys: Keys
    _set: EmbeddingSet
    _dataset: Dataset

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, row: int) -> bool:
        """Whether the dataset's clip `row` is in this run."""
        return bool(positions(self.rows, np.array([row]))[0] >= 0)

    @cached_property
    def graph(self) -> KnnGraph:
        """Neighbors of each clip, as positions in this run, those of its own recording or unit among them."""
        return self._graph(ALL, grouped=False)

    @cached_property
    def knn_cross_unit(self) -> KnnGraph:
        """Neighbors of each clip in other units of independence only: what a unit's own noise cannot fake."""
        return self._graph(ELSEWHERE, grouped=True)

    @cached_property
    def placement(self) -> Placement:
        """Which label each cluster stands for, and where each clip lies."""
        return placement(self.clusters, self._labels)

    def evidence(self, places: np.ndarray) -> Evidence:
        """Return what their neighbors say against the clips at (m,) positions.

        Neighbors of other units of independence are asked, or all where there is one only.
        """
        several = len(self.groups) > 0 and (self.groups != self.groups[0]).any()
        graph = self.knn_cross_unit if several else self.graph
        return evidence(graph, self._labels, self.placement, places)

    @property
    def _labels(self) -> np.ndarray:
        labels = self._dataset.clips.labels
        return labels if len(self.rows) == len(labels) else labels[self.rows]

    @cached_property
    def groups(self) -> np.ndarray:
        """(n,) int64 unit of independence of each clip: what is left out, drawn and folded together."""
        return self._dataset.groups[self.rows]

    @property
    def unit(self) -> Unit:
        """What `groups` are: files, sessions, sites ..."""
        return self._dataset.independence.unit

    @property
    def notes(self) -> tuple[str, ...]:
        """What of this run is estimated or sampled, as there are so many clips; in sentences."""
        notes = ()
        if self._keys.sampled:
            notes += (placed.sampled_note(placed.LAID_OUT_UP_TO, len(self)),)
        if self._keys.on_gpu:
            notes += (ON_GPU,)
        elif because := (self.provenance.get("layout") or {}).get("because"):
            notes += (str(because),)
        if self._keys.approximate:
            notes += (approximate_note(self._keys.k, self._recall, min(CHECKED, len(self))),)
        return notes

    @cached_property
    def _recall(self) -> float | None:
        recall = (stages.read_meta("neighbors", self._keys.neighbors) or {}).get("recall")
        return recall if isinstance(recall, float) else None

    @property
    def embedding(self) -> np.ndarray:
        """(n, D) float32, or float16 where it is stored so: the memory map itself when the run holds all clips."""
        matrix = self._set.matrix
        return matrix if len(self.rows) == len(matrix) else matrix[self.rows]

    @property
    def misclustered(self) -> np.ndarray:
        """(n,) bool, the clip's cluster stands for another label, or it is on the wrong side of the background."""
        return self.placement.misclustered

    def misclustered_list(self, name: str) -> np.ndarray:
        """(m,) int64 positions of the clips of a list of `analysis.placement.LISTS`, the worst first."""
        return self._worst[name]

    @cached_property
    def _worst(self) -> dict[str, np.ndarray]:
        """Every list of misclustered clips, read-only: pages ask for all of them at every act."""
        lists = {}
        for name in LISTS:
            listed = np.flatnonzero(self.placement.members(name))
            lists[name] = listed[worst_first(self.evidence(listed))]
            lists[name].flags.writeable = False
        return lists

    @property
    def table(self) -> np.ndarray:
        """(k, n_targets) int64, clips of each cluster and label."""
        return self.match.table

    @property
    def failures(self) -> tuple[Problem, ...]:
        """What of the dataset could not be embedded, and why."""
        return self._set.failures

    @cached_property
    def acoustic(self) -> dict[str, np.ndarray]:
        """Acoustic column (`audio.measures.columns.NAMES`) to (n,) float32; empty while they are not measured."""
        columns = open_acoustic(self._dataset) or {}
        if len(self.rows) == len(self._dataset.clips):
            return columns
        return {name: column[self.rows] for name, column in columns.items()}

    @cached_property
    def state(self) -> str:
        """Another one as soon as anything that a page shows of this run may be another: for what a page remembers."""
        return key_of("run state", 1, _State(self.key, self._dataset.version, self.acoustic))

    def stored(self, name: str) -> Stored:
        """`embedding`, `graph`, `knn_cross_unit`, `xy` or `clusters`, by key, and loaded only when needed."""
        keys = {
            "embedding": self._keys.embedding,
            "graph": self._keys.neighbors,
            "knn_cross_unit": self._keys.neighbors,
            "xy": self._keys.projection,
            "clusters": self._keys.scores,
        }
        return Stored(f"{name} {keys[name]}", lambda: getattr(self, name))

    def position(self, row: int) -> int:
        """Where the dataset's clip `row` stands in this run.

        Raises
        ------
        Missing
            It is not in it.

        """
        return int(self.positions(np.array([row]))[0])

    def positions(self, rows: np.ndarray) -> np.ndarray:
        """(m,) int64, where the dataset's clips `rows` (m,) stand in this run.

        Raises
        ------
        Missing
            One is not in it.

        """
        at = positions(self.rows, rows)
        absent = np.flatnonzero(at < 0)
        if len(absent):
            raise Missing(f"Clip {rows[absent[0]]} is not in this map (split {self.spec.split}).")
        return at

    def _graph(self, names: tuple[str, str], grouped: bool) -> KnnGraph:
        arrays = stages.read("neighbors", self._keys.neighbors, *names)
        if arrays is None:
            raise Corrupt("The stored neighbors of this map are damaged or gone. Compute the map again.")
        indices, distances = arrays
        return KnnGraph(indices, distances, self.spec.projection.metric, grouped, self._keys.approximate)


@dataclass(frozen=True, eq=False)
class _State:
    run: str
    dataset: str
    acoustic: dict[str, np.ndarray]


ON_GPU = "The map was laid out on a GPU: laid out by a processor its clips lie elsewhere, as they do with another seed."


def approximate_note(k: int, recall: float | None, checked: int) -> str:
    """Say that neighbors were found without looking at all pairs, and how many of the true ones are among them."""
    text = f"The {k} nearest neighbors of each clip were found without looking at all pairs"
    if recall is None:
        return f"{text}: some are missed."
    clips = counted(checked, "clip")
    if recall >= 1:
        return f"{text}; on {clips} that were checked none was missed."
    share = percent(recall, 1) if recall < 0.9995 else f"more than {percent(0.999, 1)}"
    return f"{text}: {share} of the true ones are among them (checked on {clips})."
