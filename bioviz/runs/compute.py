"""Computing a run: what is missing of it, stage by stage, so that a cancelled run goes on from there."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np

from bioviz.analysis.misclustered.chance import placement_chance
from bioviz.analysis.misclustered.placement import placement
from bioviz.analysis.neighbors.knn import KnnGraph, is_approximate, knn_both
from bioviz.analysis.projection import placed
from bioviz.analysis.projection.layouts import UMAPS, ProjectionSpec, project
from bioviz.analysis.projection.parallel_umap import device_for
from bioviz.analysis.rows import float32_rows
from bioviz.analysis.scores.matching import match
from bioviz.analysis.scores.paper import paper_scores
from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.embedding.pipeline import embed_dataset, measure_missing
from bioviz.embedding.stored.sets import EmbeddingSet
from bioviz.errors import BiovizError
from bioviz.models.devices.map_epochs import DeviceFull
from bioviz.progress import Progress, Silent
from bioviz.runs import stages
from bioviz.runs.opening import keys_of, open_run, select
from bioviz.runs.run import ALL, ELSEWHERE, SCORES, Run
from bioviz.runs.spec import RunSpec
from bioviz.runs.stages import CLUSTER_SEED, Keys
from bioviz.runs.warm import wait_for, warm_up
from bioviz.store.versions import versions_of

_LIBRARIES = (
    "numpy",
    "scipy",
    "scikit-learn",
    "umap-learn",
    "numba",
    "openTSNE",
    "torch",
    "torchaudio",
    "soxr",
)


@dataclass
class _Clock:
    """Seconds that each stage took in this computation; a stage found in the cache has none."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[stage] = round(time.perf_counter() - started, 3)


def compute_run(spec: RunSpec, progress: Progress | None = None, device: str | None = None) -> Run:
    """Compute what is missing of a run, and open it.

    Embeds (recording by recording), finds neighbors, draws the map, clusters and scores it; each
    step is kept on its own, so that another projection embeds nothing.

    Parameters
    ----------
    spec
        What to compute.
    progress
        Told of every stage.
    device
        Where the model runs; the best there is if None.

    Raises
    ------
    Missing
        No such dataset, model or weights.
    BadInput
        The spec selects no clips that could be read.
    Cancelled
        Through `progress`; what was computed is kept.

    """
    progress = progress or Silent()
    dataset = library.load(spec.dataset)
    run = open_run(spec)
    if run is not None and not run.failures:  # a recording that failed may be readable by now
        measure_missing(dataset, progress)
        return run
    clock = _Clock()
    method = spec.projection.method
    warm = warm_up(method, spec.projection.metric) if method in UMAPS else None
    with clock.time("embedding"):
        embeddings = embed_dataset(
            dataset, spec.model, spec.checkpoint, seed=spec.seed, device=device, progress=progress
        )
    rows = select(dataset, np.asarray(embeddings.valid), spec)
    gpu, why_none = map_device(len(rows), spec.projection, device)
    keys = _keys(dataset, embeddings, rows, spec, gpu is not None)
    x = float32_rows(embeddings.matrix, rows)
    if warm is not None:
        wait_for(warm, progress)
    graph = _neighbors(x, dataset.groups[rows], keys, spec.projection, progress, clock)
    drawn_from = x, graph, dataset.targets[rows]
    try:
        xy = _projection(*drawn_from, keys, spec.projection, progress, clock, gpu)
    except DeviceFull as full:
        why_none, keys = str(full), keys_of(dataset, embeddings, rows, spec, keys.approximate)
        xy = _projection(*drawn_from, keys, spec.projection, progress, clock)
    _scores(x, xy, dataset, rows, keys, spec, embeddings, progress, clock, why_none)
    run = open_run(spec)
    if run is None:
        raise BiovizError("What was just computed is gone: is the cache being emptied? Start again.")
    return run


def map_device(clips: int, spec: ProjectionSpec, wanted: str | None) -> tuple[str | None, str]:
    """Return the GPU that is to lay out the map of so many clips or None, and why not if one is there but is full."""
    if len(stages.ways_to_lay_out(clips, spec)) == 1:
        return None, ""
    return device_for(min(clips, placed.LAID_OUT_UP_TO), spec.n_neighbors, wanted)


def _keys(dataset: Dataset, embeddings: EmbeddingSet, rows: np.ndarray, spec: RunSpec, on_gpu: bool) -> Keys:
    """Return the keys by the graphs and the map that are there, else by those that can be had here.

    Parameters
    ----------
    on_gpu
        Whether a GPU can lay out the map here.

    """
    of = dataset, embeddings, rows, spec
    searched = stages.ways_to_search(len(rows))
    graphs = (
        way
        for way in searched
        if len(searched) == 1 or stages.read_meta("neighbors", keys_of(*of, way).neighbors) is not None
    )
    approximate = next(graphs, None)
    if approximate is None:
        approximate = is_approximate(len(rows), embeddings.matrix.shape[1])
    ways = {way: keys_of(*of, approximate, way) for way in stages.ways_to_lay_out(len(rows), spec.projection)}
    there = (
        keys
        for keys in ways.values()
        if len(ways) == 1 or stages.read_meta("projection", keys.projection) is not None
    )
    return next(there, ways.get(on_gpu, ways[False]))


def _neighbors(
    x: np.ndarray, groups: np.ndarray, keys: Keys, spec: ProjectionSpec, progress: Progress, clock: _Clock
) -> KnnGraph:
    stored = stages.read("neighbors", keys.neighbors, *ALL)
    if stored is not None and stages.read("neighbors", keys.neighbors, *ELSEWHERE) is not None:
        indices, distances = stored
        return KnnGraph(indices, distances, spec.metric, approximate=keys.approximate)
    with clock.time("neighbors"):
        everywhere, elsewhere = knn_both(
            x, keys.k, groups, spec.metric, progress=progress, approximate=keys.approximate
        )
    arrays = (everywhere.indices, everywhere.distances, elsewhere.indices, elsewhere.distances)
    named: dict[str, np.ndarray] = dict(zip((*ALL, *ELSEWHERE), arrays, strict=True))
    about = {"k": keys.k, "metric": spec.metric, "approximate": everywhere.approximate}
    recalls = [each.recall for each in (everywhere, elsewhere) if each.recall is not None]
    if recalls:
        about["recall"] = min(recalls)  # said of both graphs
    stages.save("neighbors", keys.neighbors, named, about)
    return everywhere


def _projection(
    x: np.ndarray,
    graph: KnnGraph,
    targets: np.ndarray,
    keys: Keys,
    spec: ProjectionSpec,
    progress: Progress,
    clock: _Clock,
    gpu: str | None = None,
) -> np.ndarray:
    stored = stages.read("projection", keys.projection, "xy")
    if stored is not None:
        return stored[0]
    if keys.on_gpu and gpu is None:  # it was there a moment ago
        raise DeviceFull("The GPU's map was no longer in the cache, so that the processor laid out its own.")
    with clock.time("projection"):
        if keys.sampled:
            drawn = placed.sample_by_label(targets, placed.LAID_OUT_UP_TO, stages.SAMPLE_SEED)
            layout = partial(project, device=gpu if keys.on_gpu else None)
            xy = placed.project_sample(x, spec, graph, drawn, progress, layout)
        else:
            xy = project(x, spec, graph=graph, progress=progress, device=gpu if keys.on_gpu else None)
    stages.save("projection", keys.projection, {"xy": xy}, {"spec": spec.to_dict()})
    return xy


def _scores(
    x: np.ndarray,
    xy: np.ndarray,
    dataset: Dataset,
    rows: np.ndarray,
    keys: Keys,
    spec: RunSpec,
    embeddings: EmbeddingSet,
    progress: Progress,
    clock: _Clock,
    why_no_gpu: str,
) -> None:
    if stages.read("scores", keys.scores, *SCORES) is not None:
        return
    progress.report("scores", 0, 1, "steps")
    targets = dataset.targets[rows]
    with clock.time("scores"):
        scores = paper_scores(x, xy, targets, seed=CLUSTER_SEED)
        matched = match(scores.clusters, targets, len(dataset.target_names))
        labels = dataset.clips.labels[rows]
        placed = placement(scores.clusters, labels)
        chance = placement_chance(scores.clusters, labels, dataset.groups[rows], placed)
    arrays = (scores.clusters, matched.table, matched.assigned)
    about = {
        "spec": spec.to_dict(),
        "scores": scores.to_dict(),
        "chance": chance.to_dict(),
        "provenance": {
            **provenance(dataset, embeddings, rows, spec, clock.seconds),
            "neighbors": {"k": keys.k, "search": "approximate" if keys.approximate else "all pairs"},
            **_sampled(keys, len(rows)),
            **_laid_out_on(keys, len(rows), spec.projection, why_no_gpu),
        },
    }
    stages.save("scores", keys.scores, dict(zip(SCORES, arrays, strict=True)), about)
    progress.report("scores", 1, 1, "steps")


def _sampled(keys: Keys, clips: int) -> dict[str, Any]:
    if not keys.sampled:
        return {}
    return {
        "map": {
            "laid_out": placed.LAID_OUT_UP_TO,
            "clips": clips,
            "drawn": "by lot, by label",
            "seed": stages.SAMPLE_SEED,
            "others": "placed by their neighbors",
        }
    }


def _laid_out_on(keys: Keys, clips: int, spec: ProjectionSpec, why_no_gpu: str) -> dict[str, Any]:
    if len(stages.ways_to_lay_out(clips, spec)) == 1:
        return {}
    return {"layout": {"on": "GPU" if keys.on_gpu else "processor", "because": why_no_gpu}}


def provenance(
    dataset: Dataset, embeddings: EmbeddingSet, rows: np.ndarray, spec: RunSpec, seconds: dict[str, float]
) -> dict[str, Any]:
    """Return what is needed to compute a run again (JSON-able): data, model, settings, seeds, versions, times."""
    return {
        "dataset": {"id": dataset.id, "name": dataset.name, "version": dataset.version, **_plan(dataset)},
        "unit_of_independence": str(dataset.independence.unit),
        "embedding": {"key": embeddings.key, **embeddings.provenance},
        "settings": spec.to_dict(),
        "cluster_seed": CLUSTER_SEED,
        "clips": {
            "dataset": len(dataset.clips),
            "shown": len(rows),
            "failed": int((~embeddings.valid).sum()),
        },
        "seconds": seconds,
        "computed": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {"python": platform.python_version(), **versions_of(_LIBRARIES)},
    }


def _plan(dataset: Dataset) -> dict[str, float]:
    plan = dataset.plan
    return {"width_s": plan.width_s, "hop_s": plan.hop_s, "min_overlap": plan.min_overlap}
