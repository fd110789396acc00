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
    held = HeldPicture(whole, templates.shape[2])
    return held.against(spectra_of(templates, held.size))


def spectra_of(templates: np.ndarray, size: int) -> np.ndarray:
    """Return the conjugate spectra of templates (t, B, F), padded to `size` frames, for `HeldPicture.against`."""
    from scipy.fft import rfft

    shapes: Any = rfft(templates, size, axis=2)  # scipy has no types
    return shapes.conj()


class HeldPicture:
    """A picture (B, K) that templates of F frames are held against: what is the same for all of them is made once.

    Attributes
    ----------
    size
        Frames that spectra are made of. Moments that would wrap round are not looked at.
    """

    def __init__(self, whole: np.ndarray, frames: int) -> None:
        from scipy.fft import next_fast_len, rfft

        self.size: int = int(next_fast_len(whole.shape[1], real=True) or 1) if whole.shape[1] else 1
        self._moments = max(whole.shape[1] - frames + 1, 0)
        if self._moments:
            self._spectra: Any = rfft(whole, self.size, axis=1)
            self._norm = np.sqrt(_energy(whole, frames) + _FLOOR * frames)

    def against(self, spectra: np.ndarray) -> np.ndarray:
        """Return the `resemblance` to templates by their spectra (t, B, size // 2 + 1), as from `spectra_of`."""
        from scipy.fft import irfft

        if not self._moments:
            return np.zeros((len(spectra), 0), dtype=np.float32)
        alike: Any = irfft(np.einsum("bk,tbk->tk", self._spectra, spectra), self.size, axis=1)
        return (alike[:, : self._moments] / self._norm).astype(np.float32)


def _energy(whole: np.ndarray, frames: int) -> np.ndarray:
    """(K - frames + 1,) energy of every stretch of a picture, each band round its own mean there."""
    total = np.cumsum(np.pad(whole.astype(np.float64), ((0, 0), (1, 0))), axis=1)
    squares = np.cumsum(np.pad(np.square(whole, dtype=np.float64).sum(axis=0), (1, 0)))
    sums = total[:, frames:] - total[:, :-frames]
    return np.maximum(squares[frames:] - squares[:-frames] - np.square(sums).sum(axis=0) / frames, 0)
