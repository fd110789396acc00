"""UMAP's compiled code, ready before it is needed: compiled beside the embedding, and kept for the next process."""

from __future__ import annotations

import threading
from functools import cache

import numpy as np

from bioviz.analysis.projection.layouts import Method, ProjectionSpec, project
from bioviz.analysis.rows import Metric
from bioviz.progress import Progress


@cache
def warm_up(method: Method, metric: Metric) -> threading.Thread:
    """Start compiling UMAP (one of `UMAPS`) in the background, once a process."""
    thread = threading.Thread(target=_compile, args=[method, metric], daemon=True, name="warm-umap")
    thread.start()
    return thread


def wait_for(thread: threading.Thread, progress: Progress) -> None:
    """Wait for the compiler: numba's threading layer bears one caller at a time.

    Raises
    ------
    Cancelled
        Through `progress`.

    """
    while thread.is_alive():
        progress.report("preparing UMAP (only the first time)", 0, 1, "steps")
        thread.join(0.2)


def _compile(method: Method, metric: Metric) -> None:
    if method == "umap":
        from bioviz.analysis.projection.umap_internals import compiled_functions

        # Compiling takes 8 s of processor time in every process, loading from numba's cache 0.1 s.
        for function in compiled_functions():
            function.enable_caching()
    tiny = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    project(tiny, ProjectionSpec(method=method, n_neighbors=5, metric=metric))
