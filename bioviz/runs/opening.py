"""Opening a finished run by its settings or by its key: nothing is computed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from bioviz.analysis.misclustered.chance import PlacementChance
from bioviz.analysis.scores.matching import ClusterMatch
from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.embedding.stored.sets import EmbeddingSet, open_set
from bioviz.errors import BadInput, Missing
from bioviz.runs import stages
from bioviz.runs.run import SCORES, Run
from bioviz.runs.spec import RunSpec
from bioviz.runs.stages import Keys


def select(dataset: Dataset, valid: np.ndarray, spec: RunSpec) -> np.ndarray:
    """(n,) int64 rows of the clips a run is of: those of its split that have an embedding.

    Raises
    ------
    BadInput
        There is none.

    """
    wanted = np.ones(len(dataset.clips), dtype=bool)
    if spec.split != "all":
        wanted &= dataset.clips.split == spec.split
        if not wanted.any():
            splits = sorted({str(name) for name in np.unique(dataset.clips.split)} - {""}) or ["none"]
            raise BadInput(
                f"{dataset.name} has no clips in the split {spec.split} (it has: {', '.join(splits)})."
            )
    if spec.without_background:
        wanted &= dataset.targets > 0
        if not wanted.any():
            raise BadInput(f"{dataset.name} has only background here; show it with its background.")
    rows = np.flatnonzero(wanted & valid)
    if not len(rows):
        raise BadInput(
            f"None of the {int(wanted.sum())} clips of {dataset.name} could be read; see its report."
        )
    return rows.astype(np.int64)


def keys_of(
    dataset: Dataset,
    embeddings: EmbeddingSet,
    rows: np.ndarray,
    spec: RunSpec,
    approximate: bool = False,
    on_gpu: bool = False,
) -> Keys:
    """Return the stage keys of a run over `rows` of a dataset, computed in one of the ways that `stages` names."""
    clips = stages.Clips(
        dataset=dataset.id,
        set_key=embeddings.key,
        rows=rows,
        groups=dataset.groups[rows],
        targets=dataset.targets[rows],
        labels=dataset.clips.labels[rows],
        target_names=dataset.target_names,
    )
    return stages.keys_for(clips, spec.projection, approximate, on_gpu)


def open_run(spec: RunSpec) -> Run | None:
    """Return the finished run of a spec, or None where it is not (or no longer) complete; start a job then.

    Where there are several, as one was computed on a GPU and one on the processor, one of exact neighbors, and of maps
    the processor's.

    Raises
    ------
    Missing
        No such dataset or model.
    BadInput
        The spec selects no clips.

    """
    return next(_finished(spec), None)


def _finished(spec: RunSpec) -> Iterator[Run]:
    """Yield the finished runs of a spec, the one of exact neighbors first."""
    dataset = library.load(spec.dataset)
    embeddings = open_set(dataset, spec.model, spec.checkpoint, spec.seed)
    if embeddings is None:
        return
    rows = select(dataset, np.asarray(embeddings.valid), spec)
    ways = product(stages.ways_to_search(len(rows)), stages.ways_to_lay_out(len(rows), spec.projection))
    for approximate, on_gpu in ways:
        keys = keys_of(dataset, embeddings, rows, spec, approximate, on_gpu)
        run = _with_keys(spec, dataset, embeddings, rows, keys)
        if run is not None:
            yield run


def _with_keys(
    spec: RunSpec, dataset: Dataset, embeddings: EmbeddingSet, rows: np.ndarray, keys: Keys
) -> Run | None:
    meta = stages.read_meta("scores", keys.scores)
    scored = stages.read("scores", keys.scores, *SCORES)
    drawn = stages.read("projection", keys.projection, "xy")
    if meta is None or scored is None or drawn is None:
        return None
    if stages.read_meta("neighbors", keys.neighbors) is None:
        return None
    clusters, *matched = scored
    return Run(
        key=keys.scores,
        spec=spec,
        target_names=dataset.target_names,
        rows=rows,
        xy=drawn[0],
        targets=dataset.targets[rows],
        clusters=clusters,
        match=ClusterMatch(*matched),
        chance=PlacementChance.from_dict(meta["chance"]),
        scores=meta["scores"],
        provenance=meta["provenance"],
        _keys=keys,
        _set=embeddings,
        _dataset=dataset,
    )


def run_by_key(key: str) -> Run:
    """Return the finished run of this key, for who has just had it open.

    Raises
    ------
    Missing
        It is gone.

    """
    run = open_run_by_key(key)
    if run is None:
        raise Missing("This map is no longer in the cache, or its dataset has changed. Compute it again.")
    return run


def open_run_by_key(key: str) -> Run | None:
    """Return the finished run of this key, or None where it is gone or its dataset or weights have changed since."""
    meta = stages.read_meta("scores", key)
    if meta is None:
        return None
    try:
        return next((run for run in _finished(RunSpec.from_dict(meta["spec"])) if run.key == key), None)
    except Missing:
        return None
