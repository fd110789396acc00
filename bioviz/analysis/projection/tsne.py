"""t-SNE by scikit-learn: the paper's figures, to the digit."""

from __future__ import annotations

from typing import Any

import numpy as np

from bioviz.analysis.rows import Metric


def lay_out(
    x: np.ndarray, *, perplexity: float, metric: Metric, seed: int, start: np.ndarray | None
) -> np.ndarray:
    """Lay clips out in two dimensions.

    Parameters
    ----------
    x : (n, d) float32
        The embedding, without NaN.
    perplexity
        Lowered to what n rows allow.
    start : (n, 2) or None
        Places to start from; the principal components where None.

    Returns
    -------
    (n, 2) float32.
    """
    from sklearn.manifold import TSNE

    if not np.ptp(x, axis=0).any():  # all clips alike: sklearn divides by their spread
        return np.zeros((len(x), 2), dtype=np.float32)
    init: Any = "pca" if x.shape[1] >= 2 else "random"  # scikit-learn takes an array too
    if start is not None:
        init = narrow(start)
    tsne = TSNE(
        n_components=2,
        perplexity=min(perplexity, (len(x) - 1) / 3),
        metric=metric,
        init=init,
        random_state=seed,
        n_jobs=1,
    )
    return np.asarray(tsne.fit_transform(x))


def narrow(places: np.ndarray) -> np.ndarray:
    """(n, 2) float32: the same places so close together as t-SNE wants to start from."""
    centred = places - places.mean(axis=0)
    return (centred / max(centred[:, 0].std(), 1e-12) * 1e-4).astype(np.float32)
