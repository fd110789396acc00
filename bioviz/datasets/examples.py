"""A handful of clips of each label and of background, to look at before a dataset is used."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bioviz.datasets.types import BACKGROUND, Dataset


def example_rows(dataset: Dataset, per_label: int = 4, seed: int = 0) -> Mapping[str, np.ndarray]:
    """Clips drawn at random, each from another recording as far as there are enough.

    Parameters
    ----------
    dataset : Dataset
        Whose clips.
    per_label : int
        At most so many a label.
    seed : int
        Of the draw.

    Returns
    -------
    mapping of str to (n,) int64 array
        Rows of clips: background first, then the labels, that with the most clips first. What has no clip is left out.
    """
    on = dataset.clips.labels
    of: dict[str, np.ndarray] = {BACKGROUND: ~np.any(on, axis=1)}
    order = np.argsort(-on.sum(axis=0), kind="stable") if on.shape[1] else []
    of |= {dataset.labels[column]: on[:, column] for column in order}
    draws = np.random.default_rng(seed)
    return {
        name: _spread(dataset, np.flatnonzero(mask), per_label, draws)
        for name, mask in of.items()
        if mask.any()
    }


def _spread(dataset: Dataset, rows: np.ndarray, n: int, draws: np.random.Generator) -> np.ndarray:
    shuffled = draws.permutation(rows)
    _, first = np.unique(dataset.clips.recording[shuffled], return_index=True)
    from_each = shuffled[np.sort(first)]  # one clip of each recording, in the order of the draw
    others = shuffled[~np.isin(shuffled, from_each)]
    return np.sort(np.concatenate([from_each, others])[:n]).astype(np.int64)
