"""How much a stretch of sound resembles known calls: spectrograms held against each other at every moment.

The pictures are in dB above the median of each band, so that neither the level nor a steady noise counts; what is
compared is the shape in time and frequency (normalised cross-correlation).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bioviz.audio.measures.cells import spectrogram
from bioviz.audio.measures.noise_floor import bands_for, smoothed

FRAME_S = 0.02
_STEP = 2
"""Frames of the spectrogram (10 ms) to a frame of a picture."""
_LOWEST_DB, _LOUDEST_DB = -5.0, 30.0
_FLOOR = 50.0
"""Of the energy a frame, so that silence resembles nothing."""


def picture(samples: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Spectrogram in bands, by what stands out of each.

    Parameters
    ----------
    samples : ndarray, shape (T,)
    rate : int
        Hz.

    Returns
    -------
    above : ndarray of float32, shape (B, K)
        dB above the median of each band, a frame every `FRAME_S`.
    middle_hz : ndarray, shape (B,)
        Of each band.
    """
    power, frequencies, _ = spectrogram(samples, rate)
    bands = bands_for(len(power), float(frequencies[1]))
    level = 10 * np.log10(smoothed(bands.pool(power)) + 1e-12)
    above = np.clip(level - np.median(level, axis=1, keepdims=True), _LOWEST_DB, _LOUDEST_DB)
    return above[:, ::_STEP].astype(np.float32), np.convolve(bands.edges_hz, [0.5, 0.5], "valid")


def template(part: np.ndarray) -> np.ndarray:
    """(B, F) float32: a stretch (B, F) of a picture, each band round 0, of norm 1."""
    centred = part - part.mean(axis=1, keepdims=True)
    return centred / max(float(np.linalg.norm(centred)), 1e-6)


def loudest(part: np.ndarray, frames: int) -> int:
    """Return the first of so many frames in which the most stands out of a picture (B, K)."""
    energy = np.convolve(np.maximum(part, 0).sum(axis=0), np.ones(frames), "valid")
    return int(energy.argmax())


def resemblance(whole: np.ndarray, templates: np.ndarray) -> np.ndarray:
    """Hold templates against every moment of a picture.

    Parameters
    ----------
    whole : ndarray of float32, shape (B, K)
    templates : ndarray of float32, shape (t, B, F)
        As from `template`.

    Returns
    -------
    ndarray of float32, shape (t, K - F + 1)
        Normalised cross-correlation, at most 1, where a template starts with each frame; none where K < F.
    """
    from scipy.fft import irfft, next_fast_len, rfft

    frames = templates.shape[2]
    moments = max(whole.shape[1] - frames + 1, 0)
    if not moments:
        return np.zeros((len(templates), 0), dtype=np.float32)
    size = next_fast_len(whole.shape[1], real=True)  # moments that would wrap round are not looked at
    spectra: Any = rfft(whole, size, axis=1)  # scipy has no types
    shapes: Any = rfft(templates, size, axis=2)
    alike: Any = irfft(np.einsum("bk,tbk->tk", spectra, shapes.conj()), size, axis=1)
    norm = np.sqrt(_energy(whole, frames) + _FLOOR * frames)
    return (alike[:, :moments] / norm).astype(np.float32)


def _energy(whole: np.ndarray, frames: int) -> np.ndarray:
    """(K - frames + 1,) energy of every stretch of a picture, each band round its own mean there."""
    total = np.cumsum(np.pad(whole.astype(np.float64), ((0, 0), (1, 0))), axis=1)
    squares = np.cumsum(np.pad(np.square(whole, dtype=np.float64).sum(axis=0), (1, 0)))
    sums = total[:, frames:] - total[:, :-frames]
    return np.maximum(squares[frames:] - squares[:-frames] - np.square(sums).sum(axis=0) / frames, 0)
