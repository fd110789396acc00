"""How much of a window is really the call, from the annotations alone."""

from __future__ import annotations

import numpy as np


def call_columns(
    recording: np.ndarray,
    start_s: np.ndarray,
    end_s: np.ndarray,
    boxes: np.ndarray,
    box_recording: np.ndarray,
    nyquist_hz: float | None = None,
) -> dict[str, np.ndarray]:
    """Columns on the annotations that touch each window.

    call_share = time covered by any annotation / window; call_inside = the largest share of one annotation that
    lies within the window (1: a whole call is in it); calls = annotations touching it; above_nyquist = of the
    time-frequency area of those annotations within the window, the share above the model's Nyquist frequency.

    Parameters
    ----------
    recording, start_s, end_s : (n,)
        Of the windows.
    boxes : (m, 4) float64
        start_s, end_s, low_hz, high_hz (NaN frequencies: time only).
    box_recording : (m,)
    nyquist_hz
        Half of the model's sample rate; without it there is no column above_nyquist.

    Returns
    -------
    (n,) float64 each; call_inside is NaN for windows without call, above_nyquist where no frequency is
    known.

    """
    n = len(recording)
    share, inside, count = np.zeros(n), np.full(n, np.nan), np.zeros(n)
    above = np.full(n, np.nan)
    annotated = np.unique(box_recording)
    for rows, marks in zip(_by(recording, annotated), _by(box_recording, annotated), strict=True):
        own = boxes[marks]
        if not len(rows):
            continue
        start, end = start_s[rows, None], end_s[rows, None]
        overlap = np.clip(np.minimum(end, own[:, 1]) - np.maximum(start, own[:, 0]), 0, None)
        touched = overlap > 0
        count[rows] = touched.sum(axis=1)
        merged = _merge(own[:, :2])
        covered = np.minimum(end, merged[:, 1]) - np.maximum(start, merged[:, 0])
        share[rows] = np.clip(covered, 0, None).sum(axis=1) / np.maximum((end - start)[:, 0], 1e-9)
        parts = overlap / np.maximum(own[:, 1] - own[:, 0], 1e-9)
        inside[rows] = np.where(touched.any(axis=1), parts.max(axis=1, initial=0), np.nan)
        if nyquist_hz is not None:
            band = own[:, 3] - own[:, 2]
            known = np.isfinite(band) & (band > 0)
            high = np.clip(own[:, 3] - np.maximum(own[:, 2], nyquist_hz), 0, None)
            area = overlap @ np.where(known, band, 0)
            over = overlap @ np.where(known, high, 0)
            above[rows] = np.where(area > 0, over / np.where(area > 0, area, 1), np.nan)
    columns = {"call_share": np.minimum(share, 1), "call_inside": np.minimum(inside, 1), "calls": count}
    return columns if nyquist_hz is None else {**columns, "above_nyquist": above}


def _by(values: np.ndarray, wanted: np.ndarray) -> list[np.ndarray]:
    """Positions, ascending, at which `values` is each of the sorted `wanted`."""
    order = np.argsort(values, kind="stable")
    edges = zip(*(np.searchsorted(values[order], wanted, side) for side in ("left", "right")), strict=True)
    return [order[first:last] for first, last in edges]


def _merge(spans: np.ndarray) -> np.ndarray:
    """(m', 2) spans without overlap that cover the same as (m, 2) `spans`."""
    spans = spans[np.argsort(spans[:, 0], kind="stable")]
    ends = np.maximum.accumulate(spans[:, 1])
    first = np.append(True, spans[1:, 0] > ends[:-1])
    return np.column_stack([spans[first, 0], np.append(ends[:-1][first[1:]], ends[-1:])])
