"""Compiled passes over one window, for the columns of many clips. Imported when needed: numba takes a while to load.

They hold no lock of Python's, so that as many threads measure as there are cores. What they compute is said where the
same is done in NumPy: `cells.spectrogram`, `noise_floor.Bands.pool`, `snr.find_call`; they differ in rounding alone.
"""

from __future__ import annotations

from collections.abc import Callable

import numba
import numpy as np

_FOLD_ABOVE = 1e100  # a product of ratios that grows beyond it goes on as a logarithm


def _compiled(function: Callable) -> Callable:
    """Compile a pass: sums may be taken in any order, so that the processor takes several numbers at once."""
    order_is_free = {"reassoc", "nsz", "contract"}
    return numba.njit(cache=True, nogil=True, fastmath=order_is_free, error_model="numpy")(function)


@numba.njit(cache=True, nogil=True)
def squared(spectra: np.ndarray, power: np.ndarray) -> None:
    """Write squared magnitudes of (K, F) complex64 spectra to (K, F) float32 `power`, to the byte as NumPy does."""
    for k in range(spectra.shape[0]):
        for f in range(spectra.shape[1]):
            value = spectra[k, f]
            power[k, f] = value.real * value.real + value.imag * value.imag


@_compiled
def frames_of(
    samples: np.ndarray, offset: np.float32, taper: np.ndarray, first: int, frames: np.ndarray
) -> None:
    """Write half overlapping frames of (T,) float32 samples, from frame `first` on, to (k, S) float32 `frames`."""
    size = len(taper)
    for k in range(len(frames)):
        at = (first + k) * (size // 2)
        part, frame = samples[at : at + size], frames[k]
        for i in range(size):
            frame[i] = (part[i] - offset) * taper[i]


@_compiled
def take_in(
    spectra: np.ndarray, at: int, edges: np.ndarray, cells: np.ndarray, banded: np.ndarray, sums: np.ndarray
) -> None:
    """Add the power of (k, F) complex64 spectra to what is known of a window.

    Parameters
    ----------
    at : int
        Frame of the window that the first of them is.
    edges : (B+1,) int64
        Bins where bands begin, and the last one ends.
    cells : (b, 4) int64
        First and last (exclusive) bin and frame of each annotated box.
    banded : (B, K) float32
        Power of the bands; written.
    sums : (3, F) float64
        Power of all frames, power in boxes, and number of cells in boxes; added to.

    """
    bins = spectra.shape[1]
    power, total = np.empty(bins, dtype=np.float32), sums[0]
    marked = np.zeros(bins, dtype=np.bool_)
    for k in range(len(spectra)):
        spectrum = spectra[k]
        for f in range(bins):
            power[f] = spectrum[f].real * spectrum[f].real + spectrum[f].imag * spectrum[f].imag
            total[f] += power[f]
        for band in range(len(edges) - 1):
            of_band, level = power[edges[band] : edges[band + 1]], np.float32(0)
            for f in range(len(of_band)):
                level += of_band[f]
            banded[band, at + k] = level
        touched = False
        for box in range(len(cells)):
            if cells[box, 2] <= at + k < cells[box, 3]:
                touched = True
                for f in range(cells[box, 0], cells[box, 1]):
                    marked[f] = True
        if touched:
            for f in range(bins):
                if marked[f]:
                    sums[1, f] += power[f]
                    sums[2, f] += 1
                    marked[f] = False


@_compiled
def _smooth_along(row: np.ndarray, smooth: np.ndarray) -> None:
    """Write the mean of each of (K,) numbers and its neighbors; beyond the ends the last ones count again."""
    end = len(row) - 1
    before, behind, third = row[:-2], row[2:], row.dtype.type(3)
    inner, own = smooth[1:-1], row[1:-1]
    for k in range(len(inner)):
        inner[k] = (before[k] + own[k] + behind[k]) / third
    smooth[0] = (row[0] + row[0] + row[min(1, end)]) / third
    if end:
        smooth[end] = (row[end - 1] + row[end] + row[end]) / third


@_compiled
def stands_out(
    banded: np.ndarray, ground: np.ndarray, core: np.ndarray, rim: np.ndarray, calls: np.ndarray
) -> float:
    """Mark in (B, K) bool `calls` what stands out of (B, K) float32 band powers; return the highest ratio.

    Parameters
    ----------
    ground : (B,) float32
        Floor, the mean of a band and its neighbors.
    core, rim : (B,) float64
        Ratios from which a smoothed cell is a call's core, and belongs to one that has a core.

    """
    bands, frames = banded.shape
    smooth, ratio = np.empty((bands, frames), dtype=np.float32), np.empty((bands, frames), dtype=np.float32)
    for b in range(bands):
        _smooth_along(banded[b], smooth[b])
    waiting = np.empty((bands * frames, 2), dtype=np.int32)
    count, highest = 0, np.float32(0)
    nothing = np.zeros(frames, dtype=np.float32)
    for b in range(bands):
        below, own, above = (
            smooth[b - 1] if b else nothing,
            smooth[b],
            smooth[b + 1] if b + 1 < bands else nothing,
        )
        of_band, most = ratio[b], np.float32(0)
        for k in range(frames):
            of_band[k] = (below[k] + own[k] + above[k]) / np.float32(3) / ground[b]
            most = max(most, of_band[k])
        highest = max(highest, most)
        if most > core[b]:
            for k in range(frames):
                if of_band[k] > core[b]:
                    calls[b, k] = True
                    waiting[count, 0], waiting[count, 1] = b, k
                    count += 1
    while count:
        count -= 1
        from_b, from_k = np.int64(waiting[count, 0]), np.int64(waiting[count, 1])
        for step_b, step_k in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            next_b, next_k = from_b + step_b, from_k + step_k
            if not (0 <= next_b < bands and 0 <= next_k < frames) or calls[next_b, next_k]:
                continue
            if ratio[next_b, next_k] > rim[next_b]:
                calls[next_b, next_k] = True
                waiting[count, 0], waiting[count, 1] = next_b, next_k
                count += 1
    return float(highest)


@_compiled
def beside(banded: np.ndarray, calls: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """For each band: frames that no call is near, their power; frames with calls, their power. (B,) each."""
    bands, frames = banded.shape
    free, power, called, power_called = np.zeros(bands), np.zeros(bands), np.zeros(bands), np.zeros(bands)
    near = np.zeros((bands, frames), dtype=np.bool_)
    for b in range(bands):
        for k in range(frames):
            if calls[b, k]:
                called[b] += 1
                power_called[b] += banded[b, k]
                for other in range(max(b - 1, 0), min(b + 2, bands)):
                    for frame in range(max(k - 1, 0), min(k + 2, frames)):
                        near[other, frame] = True
    for b in range(bands):
        taken, row = near[b], banded[b]
        count, total = 0, 0.0
        for k in range(frames):
            count += not taken[k]
            total += 0.0 if taken[k] else np.float64(row[k])
        free[b], power[b] = count, total
    return free, power, called, power_called


@_compiled
def loud_power(
    banded: np.ndarray, calls: np.ndarray, noise: np.ndarray, low: int, high: int, share: float
) -> float:
    """Mean power a frame of the bands `low` to `high` (exclusive), over a call's frames near its loudest one.

    Parameters
    ----------
    noise : (B,) float64
        Mean noise a frame.
    share : float
        Of the loudest frame's power, smoothed and without noise, that a frame must have.

    """
    frames = banded.shape[1]
    power, level, is_call = np.zeros(frames), np.zeros(frames), np.zeros(frames, dtype=np.bool_)
    for b in range(low, high):
        row, called = banded[b], calls[b]
        for k in range(frames):
            power[k] += row[k]
            level[k] += row[k] - noise[b]
            is_call[k] |= called[k]
    smooth, loudest = np.empty(frames), -np.inf
    for k in range(frames):
        smooth[k] = (level[max(k - 1, 0)] + level[k] + level[min(k + 1, frames - 1)]) / 3
        if is_call[k]:
            loudest = max(loudest, smooth[k])
    total, count = 0.0, 0
    for k in range(frames):
        if is_call[k] and smooth[k] >= share * loudest:
            total += power[k]
            count += 1
    return total / count


@_compiled
def highest_rise(banded: np.ndarray, floor: np.ndarray) -> float:
    """Return the most that (B, K) float32 band powers above a (B,) floor rise in a frame: dB, mean over bands.

    The sum of rises in dB is the logarithm of their product as ratios: one logarithm a frame in place of one a cell.
    """
    bands, frames = banded.shape
    product, folded = np.ones(frames - 1), np.zeros(frames - 1)
    for b in range(bands):
        before, now, least, most = banded[b, :-1], banded[b, 1:], floor[b], 0.0
        for k in range(frames - 1):
            ratio = max(now[k], least) / max(before[k], least)
            product[k] *= max(ratio, np.float32(1))
            most = max(most, product[k])
        if most > _FOLD_ABOVE:
            for k in range(frames - 1):
                folded[k] += np.log10(product[k])
                product[k] = 1.0
    highest = 0.0
    for k in range(frames - 1):
        highest = max(highest, folded[k] + np.log10(product[k]))
    return 10 * highest / bands
