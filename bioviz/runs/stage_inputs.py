"""What each stage of a run follows from: of these its key is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class EmbeddingRows:
    """(n,) rows of an embedding set."""

    set_key: str
    rows: np.ndarray


@dataclass(frozen=True)
class GraphInputs:
    """What the neighbors in all recordings follow from."""

    embedding: str
    k: int
    metric: str


@dataclass(frozen=True)
class LargeGraphInputs:
    """As `GraphInputs`, of so many clips that it depends on the device whether all pairs are looked at."""

    embedding: str
    k: int
    metric: str
    approximate: bool


@dataclass(frozen=True)
class ProbableGraphInputs:
    """As `LargeGraphInputs`, of neighbors found without looking at all pairs, and by which version of that search."""

    embedding: str
    k: int
    metric: str
    search: int


@dataclass(frozen=True, eq=False)
class NeighborsInputs:
    """What both graphs follow from: the one of all recordings, and (n,) unit of independence of each clip."""

    graph: str
    groups: np.ndarray


@dataclass(frozen=True)
class ProjectionInputs:
    """What a map follows from: embedding, neighbors (where the method reads them) and the method's settings."""

    embedding: str
    graph: str | None
    settings: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class SampledProjectionInputs:
    """What a map follows from that is laid out for a sample by label: also its size, its seed and (n,) the labels."""

    embedding: str
    graph: str
    settings: Mapping[str, Any]
    size: int
    seed: int
    version: int
    targets: np.ndarray


@dataclass(frozen=True, eq=False)
class ScoresInputs:
    """What clustering and scores follow from, and what else names the run as a whole."""

    dataset: str
    neighbors: str
    projection: str
    targets: np.ndarray
    labels: np.ndarray
    target_names: tuple[str, ...]
    cluster_seed: int
