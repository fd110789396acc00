"""A run's stages on disk, each under its own key: a new setting computes only what depends on it.

    embedding set -> neighbors (all, and of other units of independence) -> projection -> clustering and scores

A stage is a folder cache_dir/runs/<stage>-<key> with checked arrays and meta.json, which is written last: a
stage without it is absent.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from bioviz.analysis.neighbors import cells, knn
from bioviz.analysis.projection import placed
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.config import settings
from bioviz.models.devices import map_epochs
from bioviz.runs.stage_inputs import (
    EmbeddingRows,
    GraphInputs,
    LargeGraphInputs,
    NeighborsInputs,
    ProbableGraphInputs,
    ProjectionInputs,
    SampledProjectionInputs,
    ScoresInputs,
)
from bioviz.store.arrays import load_array, save_array
from bioviz.store.files import Corrupt, read_json, write_json
from bioviz.store.keys import key_of
from bioviz.store.pack import pack, unpack
from bioviz.store.usage import touch

T = TypeVar("T")

# Raise a stage's number when its computation changes, and what is cached is computed anew.
VERSIONS = {"neighbors": 1, "projection": 1, "scores": 2}

CLUSTER_SEED = 42  # the paper's random_state for k-means
SAMPLE_SEED = 0  # of the clips that a map is laid out for, where it is not for all

# Enough for the largest UMAP preset, the inspector and the diagnosis; never more than there are other clips.
NEIGHBORS = 100
# Above so many clips fewer are kept, or two graphs of a million clips would take 1.6 GB; enough for UMAP's usual 50.
MANY_CLIPS, NEIGHBORS_OF_MANY = 200_000, 60


@dataclass(frozen=True)
class Keys:
    """The keys of a run's stages; `scores` names the run as a whole.

    Attributes
    ----------
    embedding
        The rows of the embedding set.
    neighbors
        Both neighbor graphs.
    projection
        The map.
    scores
        Clustering, scores and match with the labels.
    k
        Neighbors kept of each clip.
    approximate
        Whether the graphs are; see `ways_to_search`.
    sampled
        Whether the map is laid out for a sample of the clips.
    on_gpu
        Whether a GPU lays it out; see `ways_to_lay_out`.

    """

    embedding: str
    neighbors: str
    projection: str
    scores: str
    k: int
    approximate: bool
    sampled: bool = False
    on_gpu: bool = False


@dataclass(frozen=True)
class Clips:
    """What a run is over.

    Attributes
    ----------
    dataset
        Id of the dataset.
    set_key
        Of the embedding set.
    rows : (n,)
        Clips of the run;
    groups : (n,)
        Their units of independence;
    targets : (n,)
        Theirs, into `target_names`;
    labels : (n, L) bool
        All of theirs.

    """

    dataset: str
    set_key: str
    rows: np.ndarray
    groups: np.ndarray
    targets: np.ndarray
    labels: np.ndarray
    target_names: tuple[str, ...]


def ways_to_search(clips: int) -> tuple[bool, ...]:
    """Whether the graphs of so many clips are approximate: each that there may be, the better first.

    Up to a size all pairs are looked at everywhere. Above, a GPU looks at all of them and a processor does not: the two
    have keys of their own, so that what rests on one is never taken for what rests on the other.
    """
    return (False,) if clips <= knn.EXACT_UP_TO else (False, True)


def ways_to_lay_out(clips: int, projection: ProjectionSpec) -> tuple[bool, ...]:
    """Whether a GPU lays out the map of so many clips: each that there may be, a processor's map first.

    A GPU rounds in its own way, which the epochs magnify, so that its map has a key of its own; of few clips, and by
    the methods of other packages, the map is always a processor's.
    """
    laid_out = min(clips, placed.LAID_OUT_UP_TO)
    return (False, True) if projection.method == "umap_parallel" and laid_out >= map_epochs.FROM else (False,)


def kept_neighbors(clips: int, projection: ProjectionSpec) -> int:
    """Return how many neighbors of each clip are kept."""
    usual = NEIGHBORS if clips <= MANY_CLIPS else NEIGHBORS_OF_MANY
    # The neighbors of a sampled map are found among the sample.
    drawn = 0 if placed.is_sampled(projection, clips) else int(projection.to_dict().get("n_neighbors", 0))
    return max(1, min(max(usual, drawn), clips - 1))


def keys_for(
    clips: Clips, projection: ProjectionSpec, approximate: bool = False, on_gpu: bool = False
) -> Keys:
    """Name every stage of a run by all that decides it, and by nothing else.

    Parameters
    ----------
    approximate
        One of `ways_to_search`.
    on_gpu
        One of `ways_to_lay_out`.

    """
    k = kept_neighbors(len(clips.rows), projection)
    embedding = key_of("embedding rows", 1, EmbeddingRows(clips.set_key, _ints(clips.rows)))
    # What lies in all recordings has a key of its own: a map rests on it, whatever counts as one recording.
    searched: GraphInputs | LargeGraphInputs | ProbableGraphInputs = GraphInputs(
        embedding, k, projection.metric
    )
    if approximate:
        searched = ProbableGraphInputs(embedding, k, projection.metric, cells.VERSION)
    elif len(ways_to_search(len(clips.rows))) > 1:
        searched = LargeGraphInputs(embedding, k, projection.metric, approximate)
    graph = key_of("graph", VERSIONS["neighbors"], searched)
    neighbors = key_of("neighbors", VERSIONS["neighbors"], NeighborsInputs(graph, _ints(clips.groups)))
    sampled = placed.is_sampled(projection, len(clips.rows))
    drawn: ProjectionInputs | SampledProjectionInputs = ProjectionInputs(
        embedding, None if projection.method == "pca" else graph, projection.key_parts(on_gpu)
    )
    if sampled:
        size, targets = placed.LAID_OUT_UP_TO, _ints(clips.targets)
        drawn = SampledProjectionInputs(
            embedding, graph, projection.key_parts(on_gpu), size, SAMPLE_SEED, placed.VERSION, targets
        )
    picture = key_of("projection", VERSIONS["projection"], drawn)
    # The run's key: the dataset is part of it, so that a copy of a dataset has runs of its own.
    labels = ScoresInputs(
        clips.dataset,
        neighbors,
        picture,
        _ints(clips.targets),
        np.packbits(clips.labels, axis=1),
        clips.target_names,
        CLUSTER_SEED,
    )
    scores = key_of("scores", VERSIONS["scores"], labels)
    return Keys(embedding, neighbors, picture, scores, k, approximate, sampled, on_gpu)


def save(stage: str, key: str, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> None:
    """Store a stage's arrays and its JSON-able `meta`.

    Raises
    ------
    store.files.DiskFull
        There is no room; the stage stays absent.

    """
    folder = _folder(stage, key)
    for name, array in arrays.items():
        save_array(folder / f"{name}.npy", array)
    write_json(folder / "meta.json", dict(meta))


def read_meta(stage: str, key: str) -> dict[str, Any] | None:
    """Return a stage's `meta`, or None when the stage is absent or damaged; notes that the stage was used."""
    path = _folder(stage, key) / "meta.json"
    try:
        meta = read_json(path)
    except FileNotFoundError:
        return None
    except Corrupt:
        drop(stage, key)
        return None
    touch(path)
    return meta


def metas(stage: str) -> Iterator[dict[str, Any]]:
    """Yield the `meta` of everything that is stored of a stage, without counting as use."""
    for path in (settings().cache_dir / "runs").glob(f"{stage}-*/meta.json"):
        with contextlib.suppress(FileNotFoundError, Corrupt):
            yield read_json(path)


def read(stage: str, key: str, *names: str) -> tuple[np.ndarray, ...] | None:
    """Arrays of a stage, memory-mapped read-only; None when the stage is absent or damaged (then it is dropped)."""
    if read_meta(stage, key) is None:
        return None
    folder = _folder(stage, key)
    try:
        return tuple(load_array(folder / f"{name}.npy", mmap=True) for name in names)
    except (Corrupt, FileNotFoundError):
        drop(stage, key)
        return None


def save_result(stage: str, key: str, result: object, about: Mapping[str, Any] | None = None) -> None:
    """Store a dataclass of arrays and numbers (see `analysis.pack`), with more JSON-able facts in its meta.

    Raises
    ------
    store.files.DiskFull
        There is no room; the stage stays absent.

    """
    arrays, rest = pack(result)
    numbered = {f"a{i}": array for i, array in enumerate(arrays.values())}
    save(stage, key, numbered, {"arrays": list(arrays), "rest": rest, **(about or {})})


def read_result(kind: type[T], stage: str, key: str) -> T | None:
    """Return the `kind` that `save_result` stored, its arrays memory-mapped; None when it is absent or damaged."""
    meta = read_meta(stage, key)
    if meta is None:
        return None
    names = meta["arrays"]
    arrays = read(stage, key, *(f"a{i}" for i in range(len(names))))
    return None if arrays is None else unpack(kind, dict(zip(names, arrays, strict=True)), meta["rest"])


def last_change() -> int:
    """When a stage of any run was last stored or dropped, as a number that grows; -1 before the first.

    For who remembers whether something is computed, where telling it by its key takes long.
    """
    try:
        return (settings().cache_dir / "runs").stat().st_mtime_ns
    except FileNotFoundError:
        return -1


def drop(stage: str, key: str) -> None:
    """Forget a stage."""
    shutil.rmtree(_folder(stage, key), ignore_errors=True)


def _folder(stage: str, key: str) -> Path:
    return settings().cache_dir / "runs" / f"{stage}-{key}"


def _ints(values: np.ndarray) -> np.ndarray:
    return np.asarray(values, dtype=np.int64)
