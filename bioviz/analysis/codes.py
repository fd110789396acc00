"""Attributes of clips (recording, site, hour) as small ints."""

from __future__ import annotations

import numpy as np


def codes(values: np.ndarray) -> np.ndarray:
    """(n,) int64: 0.. for each distinct value in sorted order, -1 for unknown ("", None, NaN or below zero)."""
    values = np.asarray(values)
    if values.dtype.kind in "OUS":
        text = np.array(["" if value is None else str(value) for value in values.tolist()], dtype=str)
        known = text != ""
        values = text
    else:
        known = np.isfinite(values) & (values >= 0)
    out = np.full(len(values), -1, dtype=np.int64)
    if known.any():
        out[known] = np.unique(values[known], return_inverse=True)[1]
    return out


def with_background(label_matrix: np.ndarray) -> np.ndarray:
    """(n, L+1) bool: the column of background (clips without any label), then the labels."""
    labels = np.asarray(label_matrix, dtype=bool)
    return np.hstack([~labels.any(axis=1, keepdims=True), labels])
