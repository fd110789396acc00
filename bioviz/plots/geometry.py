"""Which points lie in a polygon drawn on the map."""

from __future__ import annotations

import numpy as np

from bioviz.errors import BadInput


def inside(polygon: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Say which points lie inside a closed polygon, by the even-odd rule.

    The points are sorted by height once; each edge then only touches the points at its own heights, so the
    work grows with the crossings and not with points times edges. The arithmetic (float64, this order of
    operations, half-open edges) is the same as in the browser's copy, so that both give the same rows.

    Parameters
    ----------
    polygon : (m, 2)
        Vertices; the last is joined to the first.
    x, y : (n,)
        Coordinates; a point with a NaN is outside.

    Returns
    -------
    (n,) bool.

    Raises
    ------
    BadInput
        The polygon is not an (m, 2) array of finite numbers.

    """
    polygon = np.asarray(polygon, dtype=np.float64)
    if polygon.ndim != 2 or polygon.shape[1] != 2 or not np.isfinite(polygon).all():
        raise BadInput("The outline of the selection is damaged. Draw it again.")
    x = np.asarray(x, dtype=np.float64)
    y = np.asarray(y, dtype=np.float64)
    order = np.argsort(y, kind="stable")
    xs, ys = x[order], y[order]
    odd = np.zeros(len(xs), dtype=bool)
    starts = np.roll(polygon, 1, axis=0)
    for (x0, y0), (x1, y1) in zip(starts, polygon, strict=True):
        low, high = np.searchsorted(ys, (min(y0, y1), max(y0, y1)), side="left")
        if low < high:
            crossing = (x1 - x0) * (ys[low:high] - y0) / (y1 - y0) + x0
            odd[low:high] ^= xs[low:high] < crossing
    result = np.zeros(len(xs), dtype=bool)
    result[order] = odd
    return result
