"""The waveform for a picture: the lowest and the highest sample of each column."""

from __future__ import annotations

import numpy as np


def envelope(samples: np.ndarray, columns: int) -> np.ndarray:
    """Return (columns, 2) float32: the lowest and highest of the samples that fall into each column.

    A column narrower than a sample repeats the sample it lies in.

    Parameters
    ----------
    samples : (T,) float32
        T > 0.
    columns
        How many, evenly over the samples.

    """
    edges = np.linspace(0, len(samples), columns + 1)
    first = np.minimum(np.floor(edges[:-1]).astype(np.int64), len(samples) - 1)
    if len(samples) < columns:
        return np.stack([samples[first], samples[first]], axis=1).astype(np.float32)
    # Columns follow one another without a gap, so that each one ends where the next begins.
    low, high = np.minimum.reduceat(samples, first), np.maximum.reduceat(samples, first)
    return np.stack([low, high], axis=1).astype(np.float32)
