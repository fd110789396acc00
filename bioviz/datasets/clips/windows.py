"""From recordings and annotations to labelled windows, by the rule of BEANS (Hagiwara et al. 2023).

Window i of a recording covers [i * hop, i * hop + width]. A label is on if the overlap of one of its annotations
with the window, divided by the shorter of the two, exceeds `min_overlap`, or if the annotation covers the window.
"""

from __future__ import annotations

import numpy as np

from bioviz.datasets.types import WindowPlan

# Lengths come as decimal numbers, so that (60.0 - 0.3) / 0.1 may fall short of 597 by a rounding error.
_ROUNDING = 1e-9
_TOUCHING = 1e-6  # seconds: stretches that overlap by less only meet
_PAIRS = 1_000_000  # of an annotation and a window that are compared at a time


def count_windows(length_s: np.ndarray, plan: WindowPlan, pad_short: bool = True) -> np.ndarray:
    """Return the number of windows of recordings: floor((length - width) / hop) + 1.

    Parameters
    ----------
    length_s : (R,)
        Seconds.
    plan
        Width and hop.
    pad_short
        a recording shorter than the width still gets one window, padded with silence. Without it BEANS's
        own rule holds: one window if less than a hop is missing, else none.

    Returns
    -------
    (R,) int64.

    """
    steps = (np.asarray(length_s, dtype=np.float64) - plan.width_s) / plan.hop_s
    count = np.floor(steps + _ROUNDING).astype(np.int64) + 1
    short = steps + _ROUNDING < 0
    return np.where(short, pad_short or steps > -1, count).astype(np.int64)


def window_starts(count: np.ndarray, hop_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Lay out windows, recording after recording.

    Parameters
    ----------
    count : (R,)
        Windows of each recording.
    hop_s
        Seconds between them.

    Returns
    -------
    (N,) int32 recording of each window, (N,) float64 start in seconds.

    """
    count = np.asarray(count, dtype=np.int64)
    recording = np.repeat(np.arange(len(count), dtype=np.int32), count)
    return recording, _ragged(count) * float(hop_s)


def label_windows(
    count: np.ndarray,
    plan: WindowPlan,
    recording: np.ndarray,
    start_s: np.ndarray,
    end_s: np.ndarray,
    label: np.ndarray,
    n_labels: int,
) -> np.ndarray:
    """Put labels on windows.

    Parameters
    ----------
    count : (R,)
        Windows of each recording.
    plan
        Width, hop, least overlap.
    recording : (A,)
        Recording of each annotation.
    start_s, end_s : (A,)
        Seconds within the recording. One of no length labels nothing.
    label : (A,)
        Column of its label.
    n_labels
        L.

    Returns
    -------
    (N, L) bool, windows in the order of `window_starts`.

    """
    count = np.asarray(count, dtype=np.int64)
    on = np.zeros((int(count.sum()), n_labels), dtype=bool)
    start_s, end_s = np.asarray(start_s, np.float64), np.asarray(end_s, np.float64)
    valid = np.flatnonzero(end_s > start_s)
    if not len(valid):
        return on
    recording, label = np.asarray(recording)[valid], np.asarray(label)[valid]
    start_s, end_s = start_s[valid], end_s[valid]
    # The windows that touch an annotation, with one to spare at either end against rounding.
    first = np.floor((start_s - plan.width_s) / plan.hop_s).astype(np.int64) - 1
    last = np.ceil(end_s / plan.hop_s).astype(np.int64) + 1
    first = np.clip(first, 0, count[recording])
    last = np.clip(last + 1, first, count[recording])
    number = last - first
    offsets = np.concatenate([[0], np.cumsum(count)[:-1]])
    # Some pairs of an annotation and a window at a time: of a million annotations all would take a gigabyte.
    parts = np.searchsorted(np.cumsum(number), np.arange(_PAIRS, number.sum(), _PAIRS))
    for part in np.split(np.arange(len(valid)), parts):
        which = np.repeat(part, number[part])
        window = np.repeat(first[part], number[part]) + _ragged(number[part])
        begin = window * float(plan.hop_s)
        end = begin + plan.width_s
        hit = labelled_by(begin, end, start_s[which], end_s[which], plan.min_overlap)
        on[(offsets[recording[which]] + window)[hit], label[which][hit]] = True
    return on


def labelled_by(
    begin: np.ndarray, end: np.ndarray, a: np.ndarray | float, b: np.ndarray | float, min_overlap: float
) -> np.ndarray:
    """Whether annotations from `a` to `b` (b > a) put their label on windows from `begin` to `end`; seconds."""
    overlap = (np.minimum(end, b) - np.maximum(begin, a)) / np.minimum(end - begin, b - a)
    return (overlap > min_overlap) | ((a <= begin) & (end <= b))


def touched_by(
    clip_recording: np.ndarray,
    clip_start_s: np.ndarray,
    clip_end_s: np.ndarray,
    recording: np.ndarray,
    start_s: np.ndarray,
    end_s: np.ndarray,
) -> np.ndarray:
    """Which clips a stretch reaches into, however little; one of no length touches the clips that it lies in.

    Parameters
    ----------
    clip_recording, clip_start_s, clip_end_s : (N,)
        The clips, in any order.
    recording, start_s, end_s : (A,)
        The stretches.

    Returns
    -------
    (N,) bool.
    """
    if not len(recording):
        return np.zeros(len(clip_recording), dtype=bool)
    # All recordings behind one another on one axis, with a gap between them.
    apart = max(float(end_s.max()), float(clip_end_s.max(initial=0.0))) + 1.0
    order = np.argsort(recording * apart + start_s)
    begins = (recording * apart + start_s)[order]
    ends = (recording * apart + np.maximum(end_s, start_s + 2 * _TOUCHING))[order]
    # Of the stretches that begin before a clip ends, the one that ends last decides.
    latest = np.maximum.accumulate(ends)
    before = np.searchsorted(begins, clip_recording * apart + clip_end_s - _TOUCHING)
    last_end = latest[np.maximum(before, 1) - 1]
    return (before > 0) & (last_end > clip_recording * apart + clip_start_s + _TOUCHING)


def _ragged(count: np.ndarray) -> np.ndarray:
    """0..c-1 for each c of `count`, one after the other, (sum,) int64."""
    total = int(count.sum())
    return np.arange(total) - np.repeat(np.cumsum(count) - count, count)
