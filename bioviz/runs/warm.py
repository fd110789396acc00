"""UMAP's compiled code, ready before it is needed: compiled beside the embedding, and kept for the next process."""

from __future__ import annotations

import contextlib
import importlib
import sys
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
        keep_compiled("umap")
    tiny = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    project(tiny, ProjectionSpec(method=method, n_neighbors=5, metric=metric))


def keep_compiled(package: str) -> None:
    """Have numba keep on disk what a package compiles in every process.

    Functions are found by what they are, none is named: a package may move or rename what is its own. For umap-learn
    compiling takes 8 s of processor time, loading 0.1 s.
    """
    importlib.import_module(package)
    from numba.core.dispatcher import Dispatcher

    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == package]
    for module in modules:
        for each in vars(module).values():
            if isinstance(each, Dispatcher):
                with contextlib.suppress(
                    RuntimeError
                ):  # no folder for it: it is compiled each time, as without us
                    each.enable_caching()
