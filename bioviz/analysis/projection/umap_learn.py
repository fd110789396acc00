"""UMAP by umap-learn's own class: the paper's figures, to the digit."""

from __future__ import annotations

import contextlib
import warnings
from typing import Any

import numpy as np

from bioviz.analysis.rows import Metric
from bioviz.progress import Progress


def lay_out(
    x: np.ndarray,
    indices: np.ndarray,
    distances: np.ndarray,
    *,
    min_dist: float,
    metric: Metric,
    seed: int,
    start: np.ndarray | None,
    progress: Progress,
) -> np.ndarray:
    """Lay clips out in two dimensions.

    Parameters
    ----------
    x : (n, d) float32
        The embedding, without NaN.
    indices, distances : (n, m)
        Neighbors, the clip itself first.
    start : (n, 2) or None
        Places to start from; umap-learn's spectral ones where None.

    Returns
    -------
    (n, 2) float32.

    Raises
    ------
    Cancelled
        Through `progress`.
    """
    import umap

    init: Any = "spectral" if start is None else start  # umap-learn takes a name or an array
    with warnings.catch_warnings():
        # Both are meant: new clips are never added to a picture, and a fixed seed means one thread.
        warnings.filterwarnings("ignore", message=r"precomputed_knn\[2\]")
        warnings.filterwarnings("ignore", message="n_jobs value")
        # Sparse solvers grumble over tiny or disconnected sets, for which umap falls back by itself.
        warnings.filterwarnings("ignore", module=r"sklearn\.manifold\._spectral_embedding")
        warnings.filterwarnings("ignore", module=r"umap\.spectral")
        reducer = umap.UMAP(
            n_components=2,
            n_neighbors=indices.shape[1],
            min_dist=min_dist,
            metric=metric,
            random_state=seed,
            n_jobs=1,
            init=init,
            precomputed_knn=(indices, distances),
            tqdm_kwds={
                "disable": False,
                "file": _Epochs(progress),
                "bar_format": "{n}/{total}",
                "mininterval": 0.5,
            },
        )
        try:
            return np.asarray(reducer.fit_transform(x))
        finally:
            _release_progress_bar()


def _release_progress_bar() -> None:
    """Free tqdm's lock, which its `refresh` keeps when writing raises; else the next UMAP of another thread hangs.

    Only what this thread holds is freed; the locks refuse the rest, and after a full run nothing is held.
    """
    from tqdm.auto import tqdm

    shared = tqdm.get_lock()
    for lock in getattr(shared, "locks", [shared]):
        with contextlib.suppress(RuntimeError, AssertionError):
            lock.release()


class _Epochs:
    """A file for umap's progress bar, the one way to hear of its epochs (and to stop between them)."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def write(self, text: str) -> None:
        epoch, slash, total = text.strip().partition("/")
        if slash and epoch.isdigit() and total.isdigit():
            self._progress.report("projection", int(epoch), int(total), "epochs")

    def flush(self) -> None:
        return None
