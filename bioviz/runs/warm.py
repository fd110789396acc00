"""UMAP's compiled code, ready before it is needed: compiled beside the embedding, and kept for the next process."""

from __future__ import annotations

import threading
from functools import cache

import numpy as np

from bioviz.analysis.projection.layouts import ProjectionSpec, project
from bioviz.analysis.rows import Metric
from bioviz.progress import Progress


@cache
def warm_up(metric: Metric) -> threading.Thread:
    """Start compiling UMAP in the background, once a process."""
    thread = threading.Thread(target=_compile, args=[metric], daemon=True, name="warm-umap")
    thread.start()
    return thread


def wait_for(thread: threading.Thread, progress: Progress) -> None:
    """Wait for the compiler: numba's threading layer bears one caller at a time.

    Raises:
        Cancelled: through `progress`.
    """
    while thread.is_alive():
        progress.report("preparing UMAP (only the first time)", 0, 1, "steps")
        thread.join(0.2)


def _compile(metric: Metric) -> None:
    from umap import layouts, umap_

    # umap-learn compiles these anew in every process: 8 s of processor time, against 0.1 s from numba's cache.
    for function in (
        umap_.smooth_knn_dist,
        umap_.compute_membership_strengths,
        layouts._nb_optimize_layout_euclidean_single_epoch,
    ):
        function.enable_caching()
    tiny = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    project(tiny, ProjectionSpec(method="umap", n_neighbors=5, metric=metric))
