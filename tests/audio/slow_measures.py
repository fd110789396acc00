"""The columns of clips as they would be written down in NumPy: what `clip.measure` computes in compiled passes."""

from __future__ import annotations

import numpy as np

from bioviz.audio.measures.band_limit import band_limit_hz
from bioviz.audio.measures.box_snr import SNR_RANGE_DB, box_snr_db
from bioviz.audio.measures.cells import box_mask, spectrogram
from bioviz.audio.measures.clip import QUIET_SHARE, level_measures, spectral_measures
from bioviz.audio.measures.heard import GUARD
from bioviz.audio.measures.noise_floor import bands_for, noise_floor, smoothed, sounding, steady_db
from bioviz.audio.measures.snr import find_call

FLOOR_FRAMES = 1200


def slow_measure(windows, rate, lengths=None, boxes=None) -> np.ndarray:
    """As `clip.measure`."""
    count, width = windows.shape
    out = np.full((count, 15), np.nan, dtype=np.float32)
    lengths = [width] * count if lengths is None else lengths
    heard = [i for i in range(count) if lengths[i]]
    spectra = {i: spectrogram(windows[i, : lengths[i]], rate) for i in heard}
    frequencies = next(iter(spectra.values()))[1]
    bands = bands_for(len(frequencies), float(frequencies[1]))
    pooled = {i: bands.pool(spectra[i][0]) for i in heard}
    sounds = {i: sounding(pooled[i]) for i in heard}
    banded = {i: pooled[i][:, sounds[i]] for i in heard}
    means = [spectra[i][0].mean(axis=1) for i in heard]
    step = max(1, -(-sum(each.shape[1] for each in banded.values()) // FLOOR_FRAMES))
    floor = noise_floor(np.concatenate([banded[i][:, ::step] for i in heard], axis=1), bands)
    marked = slow_marked(boxes, heard, spectra, sounds, banded, bands)
    for i, shape in zip(heard, spectral_measures(np.stack(means, axis=1), frequencies), strict=True):
        out[i] = (
            *level_measures(windows[i, : lengths[i]]),
            marked.get(i, np.nan),
            *slow_loudest(banded[i], floor, bands),
            steady_db(floor, bands),
            slow_onset(banded[i], floor),
            band_limit_hz(np.minimum.reduce(means), frequencies),
            *shape,
        )
    return out


def slow_loudest(power, floor, bands) -> tuple[float, float, float, float]:
    """SNR, prominence, lower and upper edge, by `snr.find_call`."""
    call, prominence = find_call(power, smoothed(power), floor, bands)
    if call is None:
        return np.nan, prominence, np.nan, np.nan
    level = power[call.band, call.frames].sum(axis=0, dtype=np.float64).mean()
    ratio = level / call.noise[call.band].sum() - 1
    if ratio <= 0:
        return np.nan, prominence, np.nan, np.nan
    snr = float(np.clip(10 * np.log10(ratio), *SNR_RANGE_DB))
    return snr, prominence, bands.edges_hz[call.band.start], bands.edges_hz[call.band.stop]


def slow_onset(power, floor) -> float:
    if not (floor.power > 0).all() or power.shape[1] < 2:
        return np.nan
    level = 10 * np.log10(np.maximum(power / floor.power[:, None].astype(np.float32), 1))
    return float(np.maximum(np.diff(level, axis=1), 0).mean(axis=0).max())


def slow_marked(boxes, heard, spectra, sounds, banded, bands) -> dict[int, float]:
    """SNR of annotated calls by window."""
    quiet, found = {}, {}
    for i in heard:
        _, frequencies, times = spectra[i]
        guarded = np.zeros((0, 4)) if boxes is None else boxes[i] + GUARD
        quiet[i] = ~np.any(box_mask(guarded, frequencies, times), axis=0)[sounds[i]]
    for i in heard:
        power, frequencies, times = spectra[i]
        mask = box_mask(np.zeros((0, 4)) if boxes is None else boxes[i], frequencies, times)
        if not mask.any():
            continue
        inside = np.asarray(mask.any(axis=0))
        stretches = int((np.diff(inside.astype(np.int8), prepend=0) == 1).sum())
        own = len(quiet[i]) and quiet[i].mean() >= QUIET_SHARE
        beside = [banded[j][:, quiet[j]] for j in ([i] if own else heard)]
        noise = np.concatenate(beside, axis=1) / bands.bins[:, None]
        if own or noise.shape[1] >= QUIET_SHARE / (1 - QUIET_SHARE) * inside.sum():
            signal, cells = (
                bands.pool(each[:, None])[:, 0] for each in ((power * mask).sum(axis=1), mask.sum(axis=1))
            )
            found[i] = box_snr_db(signal, cells, int(inside.sum()) // stretches, noise)
    return found
