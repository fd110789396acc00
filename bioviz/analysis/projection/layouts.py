"""Two-dimensional pictures of an embedding set: UMAP, t-SNE, PCA, with the paper's settings as presets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import partial
from typing import Any, Literal, get_args

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.projection import parallel_umap, tsne
from bioviz.analysis.projection.graphs import among, nearest
from bioviz.analysis.rows import METRICS, Metric, finite_rows, prepare
from bioviz.errors import BadInput
from bioviz.models.devices import map_epochs
from bioviz.progress import Progress, Silent
from bioviz.store.keys import settle_numbers

Method = Literal["umap", "umap_parallel", "tsne", "tsne_parallel", "pca"]
METHODS: tuple[Method, ...] = get_args(Method)
UMAPS: tuple[Method, ...] = ("umap", "umap_parallel")
"""Methods with UMAP's settings: umap-learn's (the paper's figures, to the digit), and ours, which uses all cores."""
TSNES: tuple[Method, ...] = ("tsne", "tsne_parallel")
"""Methods with t-SNE's settings: scikit-learn's (the paper's figures, to the digit), and openTSNE's on all cores."""
MIN_CLIPS = 4
"""Below this many clips there is nothing to lay out: their principal components are drawn."""


@dataclass(frozen=True)
class ProjectionSpec:
    """Settings of a projection; equal settings on equal rows give equal pictures.

    Attributes
    ----------
    method
        One of `METHODS`.
    n_neighbors, min_dist
        Of UMAP. n_neighbors counts the clip itself, as umap-learn does.
    perplexity
        Of t-SNE.
    seed
        Of UMAP and t-SNE.
    metric
        Distance in the embedding space ("euclidean" in the paper).

    """

    method: Method = "umap"
    n_neighbors: int = 50
    min_dist: float = 0.1
    perplexity: float = 25.0
    seed: int = 42
    metric: Metric = "euclidean"

    def __post_init__(self) -> None:
        settle_numbers(self)
        if self.method not in METHODS:
            raise BadInput(f"Unknown projection {self.method!r}: choose one of {', '.join(METHODS)}.")
        if self.metric not in METRICS:
            raise BadInput(f"Unknown distance {self.metric!r}: choose one of {', '.join(METRICS)}.")
        if self.n_neighbors < 2 or not 0 <= self.min_dist <= 1 or self.perplexity <= 0:
            raise BadInput(
                "A projection needs n_neighbors of 2 or more, min_dist from 0 to 1 and perplexity above 0; "
                f"got {self.n_neighbors}, {self.min_dist} and {self.perplexity}."
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the settings that matter to the method, JSON-able."""
        used = {
            **dict.fromkeys(UMAPS, ("method", "n_neighbors", "min_dist", "seed", "metric")),
            **dict.fromkeys(TSNES, ("method", "perplexity", "seed", "metric")),
            "pca": ("method",),
        }[self.method]
        return {name: value for name, value in asdict(self).items() if name in used}

    def key_parts(self, on_gpu: bool = False) -> dict[str, Any]:
        """Return what decides a map beside its rows: the settings, and of a kernel of ours its version.

        Parameters
        ----------
        on_gpu
            Whether a GPU lays it out, where it rounds in its own way.

        """
        version = {"version": parallel_umap.VERSION} if self.method == "umap_parallel" else {}
        gpu = {"gpu": map_epochs.VERSION} if on_gpu else {}
        return {**self.to_dict(), **version, **gpu}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ProjectionSpec:
        """Return the spec of `to_dict` (missing settings take their defaults).

        Raises
        ------
        BadInput
            An unknown setting, or a value that is no number or out of range.

        """
        unknown = set(values) - {field.name for field in fields(cls)}
        if unknown:
            raise BadInput(f"Unknown projection settings: {', '.join(sorted(unknown))}.")
        return cls(**values)


PRESETS: Mapping[str, ProjectionSpec] = {
    "UMAP 50 / 0.1 (paper)": ProjectionSpec(n_neighbors=50, min_dist=0.1),
    "UMAP 50 / 0.5 (paper)": ProjectionSpec(n_neighbors=50, min_dist=0.5),
    "UMAP 100 / 0.5 (paper)": ProjectionSpec(n_neighbors=100, min_dist=0.5),
    "UMAP 50 / 0.1, parallel": ProjectionSpec(method="umap_parallel", n_neighbors=50, min_dist=0.1),
    "t-SNE 25 (paper)": ProjectionSpec(method="tsne", perplexity=25.0),
    "t-SNE 25, parallel": ProjectionSpec(method="tsne_parallel", perplexity=25.0),
    "PCA": ProjectionSpec(method="pca"),
}


def project(
    x: np.ndarray,
    spec: ProjectionSpec,
    graph: KnnGraph | None = None,
    init: np.ndarray | None = None,
    progress: Progress | None = None,
    device: str | None = None,
) -> np.ndarray:
    """Lay the rows of an embedding out in two dimensions.

    Parameters
    ----------
    x : (n, d)
        Embedding. Rows with NaN get NaN coordinates and do not touch the others.
    spec
        The settings. n_neighbors and perplexity are lowered to what n rows allow.
    graph
        Neighbors of the same rows; used by UMAP and the parallel t-SNE if its metric is the spec's, it leaves no
        group out and it has as many neighbors as they read, and computed here otherwise.
    init : (n, 2)
        Starting positions (UMAP, t-SNE), such as another projection to stay comparable with.
    device
        The GPU that lays out a parallel UMAP, see `parallel_umap.device_for`; the processor where None.

    Returns
    -------
    (n, 2) float32.

    Raises
    ------
    BadInput
        The graph or init is of other rows.
    Cancelled
        Through `progress`.
    DeviceFull
        The device has no room.

    """
    x = np.asarray(x)
    progress = progress or Silent()
    for option, value in (
        ("neighbors", None if graph is None else graph.indices),
        ("starting positions", init),
    ):
        if value is not None and len(value) != len(x):
            raise BadInput(f"The {option} are of {len(value)} clips, the embedding has {len(x)}.")
    good = finite_rows(x)
    xy = np.full((len(x), 2), np.nan, dtype=np.float32)
    if not good.any():
        return xy
    rows = np.ascontiguousarray(x if good.all() else x[good], dtype=np.float32)
    start = None if init is None or not np.isfinite(init[good]).all() else np.asarray(init[good], np.float32)
    progress.report("projection", 0, 1, "steps")
    if spec.method == "pca" or len(rows) < MIN_CLIPS:
        xy[good] = _pca(rows)
    elif spec.method == "tsne":
        xy[good] = tsne.lay_out(
            rows, perplexity=spec.perplexity, metric=spec.metric, seed=spec.seed, start=start
        )
    else:
        lay_out = {
            "umap": _umap,
            "umap_parallel": partial(_parallel_umap, device=device),
            "tsne_parallel": _parallel_tsne,
        }[spec.method]
        xy[good] = lay_out(rows, spec, None if graph is None else among(graph, good), start, progress)
    progress.report("projection", 1, 1, "steps")
    return xy


def _pca(x: np.ndarray) -> np.ndarray:
    """(n, 2) principal components, signed so that the largest loading of each is positive."""
    centred = x.astype(np.float64) - x.mean(axis=0, dtype=np.float64)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    axes = vectors[:, ::-1][:, :2]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    xy = np.zeros((len(x), 2), dtype=np.float32)
    xy[:, : axes.shape[1]] = centred @ axes
    return xy


def _umap(
    x: np.ndarray, spec: ProjectionSpec, graph: KnnGraph | None, start: np.ndarray | None, progress: Progress
) -> np.ndarray:
    from bioviz.analysis.projection.umap_learn import lay_out

    return lay_out(
        x,
        *umap_neighbors(x, spec, graph, progress),
        min_dist=spec.min_dist,
        metric=spec.metric,
        seed=spec.seed,
        start=start,
        progress=progress,
    )


def _parallel_umap(
    x: np.ndarray,
    spec: ProjectionSpec,
    graph: KnnGraph | None,
    start: np.ndarray | None,
    progress: Progress,
    device: str | None = None,
) -> np.ndarray:
    return parallel_umap.lay_out(
        _as_the_metric_sees(x, spec.metric),
        *umap_neighbors(x, spec, graph, progress),
        min_dist=spec.min_dist,
        seed=spec.seed,
        start=start,
        progress=progress,
        device=device,
    )


def _parallel_tsne(
    x: np.ndarray, spec: ProjectionSpec, graph: KnnGraph | None, start: np.ndarray | None, progress: Progress
) -> np.ndarray:
    k = tsne.neighbors_read(spec.perplexity, len(x))
    indices, distances = nearest(x, k, spec.metric, spec.seed, graph, progress)
    rows = _as_the_metric_sees(x, spec.metric)
    return tsne.lay_out_parallel(
        rows, indices, distances, perplexity=spec.perplexity, seed=spec.seed, start=start, progress=progress
    )


def _as_the_metric_sees(x: np.ndarray, metric: Metric) -> np.ndarray:
    """Return what principal components are found of: directions alone where the distance is the cosine."""
    return prepare(x, metric).x if metric == "cosine" else x


def umap_neighbors(
    x: np.ndarray, spec: ProjectionSpec, graph: KnnGraph | None, progress: Progress
) -> tuple[np.ndarray, np.ndarray]:
    """Neighbors as umap-learn takes them: (n, m) int32 indices and float32 distances, the clip itself first.

    Parameters
    ----------
    x : (n, d)
        Without NaN.
    graph
        Neighbors of the same rows; see `graphs.nearest`.

    """
    k = min(spec.n_neighbors, len(x) - 1) - 1
    indices, distances = nearest(x, k, spec.metric, spec.seed, graph, progress)
    own = np.arange(len(x), dtype=np.int32)[:, None]
    return np.hstack([own, indices]), np.hstack([np.zeros((len(x), 1), np.float32), distances])
