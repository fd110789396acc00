"""All that a diagnosis rests on. Its key is made of this object, and `diagnose` gets nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bioviz.analysis.diagnosis.causes import registered
from bioviz.analysis.diagnosis.rules import Rules
from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.scores.clustering import Clustering
from bioviz.errors import BadInput
from bioviz.store.keys import Stored, value_of

K = 20


@dataclass(frozen=True, eq=False)
class DiagnosisInputs:
    """What `diagnose` reads. What lies in the cache already may be `Stored`.

    Attributes
    ----------
    embedding : ndarray, shape (n, d)
        NaN rows for clips without one.
    knn_all, knn_cross_unit : KnnGraph
        Neighbors everywhere and in other units of independence, of the same rows.
    targets : ndarray of int, shape (n,)
        0 for background, else the first label + 1.
    label_matrix : ndarray of bool, shape (n, L)
        All labels of each clip.
    names : tuple of str, length L + 1
        Background first.
    recording : ndarray of int, shape (n,)
        The unit of independence of each clip: its recording, or what several recordings are cut from.
    file : ndarray of int, shape (n,), optional
        The file of each clip, where units hold several: what a clip is compared with for missed calls.
    site, hour : ndarray, shape (n,), optional
        Ints or strings, unknown -1, NaN or "".
    acoustic : mapping of str to ndarray, shape (n,), optional
        Columns by name (`features.FEATURES`; others are taken by their name), NaN unknown.
    attributes : mapping of str to ndarray, shape (n,), optional
        More that may confound, such as the recorder; as `site`.
    unit : str
        Noun of the unit of independence.
    coarser : mapping of str to ndarray of int, shape (n,), optional
        Coarser units by name, each of which holds several of it.
    nuisances : mapping of str to ndarray, shape (n,), optional
        What may tell background without any call (see `shortcuts.shortcuts`).
    projection : ndarray, shape (n, 2), optional
        For the scores that rest on it.
    seconds_per_clip : float, optional
        Time in seconds that each clip stands for (the step between windows), for false alarms per hour.
    k : int
        Neighbors looked at, at most the graphs'.
    clusterings : tuple of str
        Methods tried on projection and embedding.
    rules : Rules, optional
        Thresholds of the triage.
    alike : ndarray, shape (n, L, 2), optional
        How much each clip sounds like the annotated calls of other units, a label each, and like these backwards
        (`template_scores.template_scores`).
    causes : tuple of str
        Names of the causes that are registered.
    n_folds : int
        Folds of the linear probe.
    seed : int
        Of folds, permutations and what else is drawn.
    """

    embedding: np.ndarray | Stored[np.ndarray]
    knn_all: KnnGraph | Stored[KnnGraph]
    knn_cross_unit: KnnGraph | Stored[KnnGraph]
    targets: np.ndarray
    label_matrix: np.ndarray
    names: tuple[str, ...]
    recording: np.ndarray
    site: np.ndarray | None = None
    hour: np.ndarray | None = None
    acoustic: Mapping[str, np.ndarray] | None = None
    attributes: Mapping[str, np.ndarray] | None = None
    unit: str = "recording"
    coarser: Mapping[str, np.ndarray] | None = None
    nuisances: Mapping[str, np.ndarray] | None = None
    projection: np.ndarray | Stored[np.ndarray] | None = None
    seconds_per_clip: float | None = None
    k: int = K
    clusterings: tuple[Clustering, ...] = ("kmeans",)
    rules: Rules | None = None
    n_folds: int = 5
    seed: int = 0
    file: np.ndarray | None = None
    alike: np.ndarray | Stored[np.ndarray] | None = None
    causes: tuple[str, ...] = field(default_factory=lambda: tuple(cause.name for cause in registered()))

    def check(self) -> None:
        """Check that everything is of the same clips; nothing may be `Stored` any more.

        Raises
        ------
        BadInput
            Lengths do not agree.
        """
        lengths = {
            "labels": len(self.label_matrix),
            "targets": len(self.targets),
            "recordings": len(self.recording),
            "neighbors": len(value_of(self.knn_all).indices),
            "neighbors in other units": len(value_of(self.knn_cross_unit).indices),
        }
        if self.file is not None:
            lengths["files"] = len(self.file)
        if self.alike is not None:
            lengths["resemblances to annotated calls"] = len(value_of(self.alike))
        n = len(value_of(self.embedding))
        for name, length in lengths.items():
            if length != n:
                raise BadInput(f"There are {name} of {length} clips for an embedding of {n}.")
        n_labels = self.label_matrix.shape[1]
        if len(self.names) != n_labels + 1:
            raise BadInput(f"{len(self.names)} names were given for background and {n_labels} labels.")
