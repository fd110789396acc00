"""Augmentation: clips that differ a little each epoch. Waveforms in numpy (ahead of the device), masks in torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bioviz.audio.mixing import gain_for
from bioviz.training.settings import TrainSettings

if TYPE_CHECKING:
    import torch
    from torch import Tensor

WIDEST = 0.2  # largest share of the time and of the band that is hidden
SEAM = 256  # samples to either side of the seam of a rolled clip
LOWEST_MIX_DB = 20.0  # background is mixed in at 0 to this many dB below the clip


@dataclass(frozen=True)
class Draws:
    """What chance decided for a batch of n clips.

    Attributes
    ----------
    shift : (n,)
        Share of the length that a clip is rolled by.
    gain : (n,)
        Factors.
    background : (n,)
        Rows to mix in, -1 for none.
    mix_db : (n,)
        How far below the clip.
    masks : (n, 4)
        Width and place of the hidden time, width and place of the hidden band, 0 to 1.

    """

    shift: np.ndarray
    gain: np.ndarray
    background: np.ndarray
    mix_db: np.ndarray
    masks: np.ndarray


def draw(settings: TrainSettings, count: int, background: np.ndarray, rng: np.random.Generator) -> Draws:
    """Draw for `count` clips; `background` are the rows that may be mixed in."""
    chosen = np.full(count, -1, dtype=np.int64)
    mixes = rng.random(count) < settings.mix_background
    if len(background):
        chosen[mixes] = rng.choice(background, int(mixes.sum()))
    return Draws(
        shift=rng.uniform(-settings.time_shift, settings.time_shift, count),
        gain=10 ** (rng.uniform(-settings.gain_db, settings.gain_db, count) / 20),
        background=chosen,
        mix_db=rng.uniform(0, LOWEST_MIX_DB, count),
        masks=rng.random((count, 4)),
    )


def change(waveforms: np.ndarray, mixed_in: np.ndarray, draws: Draws) -> np.ndarray:
    """Shift, mix and scale (n, T) float32 waveforms.

    Parameters
    ----------
    mixed_in : (m, T)
        Waveforms of `draws.background`, those of -1 left out.

    """
    changed = np.empty_like(waveforms)
    steps = np.round(draws.shift * waveforms.shape[1]).astype(np.int64)
    for row, step in enumerate(steps):
        changed[row] = np.roll(waveforms[row], step)
        _smooth_seam(changed[row], step)
    at = np.flatnonzero(draws.background >= 0)
    if len(at):
        loud, quiet = _level(changed[at]), _level(mixed_in)
        factor = gain_for(loud**2, np.maximum(quiet, 1e-9) ** 2, draws.mix_db[at, None])
        changed[at] += (factor * mixed_in).astype(np.float32)
    return changed * draws.gain[:, None].astype(np.float32)


def _smooth_seam(waveform: np.ndarray, step: int) -> None:
    """Fade out and in, in place, where the end of a rolled waveform meets its beginning.

    A click there would fill frequencies that are empty in the recording, which is heard as nothing else is.
    """
    length = len(waveform)
    half = min(SEAM, length // 8)
    if step % length == 0 or half < 1:
        return
    seam = step % length
    fade = 0.5 - 0.5 * np.cos(np.pi * (np.arange(half) + 0.5) / half)
    after, before = (seam + np.arange(half)) % length, (seam - 1 - np.arange(half)) % length
    waveform[after] *= fade.astype(waveform.dtype)
    waveform[before] *= fade.astype(waveform.dtype)


def hide(features: Tensor, masks: np.ndarray) -> Tensor:
    """SpecAugment: hide a stretch of time and a band of frequencies of every clip.

    Spectrograms (last two axes time and frequency, in either order) get their own least value there; of waveforms
    (n, T) the stretch is silenced and the band taken out.

    Parameters
    ----------
    masks : (n, 4)
        See `Draws`.

    """
    import torch

    if features.ndim == 2:
        visible = features * ~_stretch(features.shape[1], masks[:, 0], masks[:, 1], features.device)
        spectrum = torch.fft.rfft(visible)
        spectrum = spectrum * ~_stretch(spectrum.shape[1], masks[:, 2], masks[:, 3], features.device)
        return torch.fft.irfft(spectrum, n=features.shape[1])
    least = features.amin(dim=tuple(range(1, features.ndim)), keepdim=True)
    rows, columns = features.shape[-2:]
    shape = (len(features), *[1] * (features.ndim - 3))
    hidden = _stretch(columns, masks[:, 0], masks[:, 1], features.device).reshape(*shape, 1, columns)
    hidden = hidden | _stretch(rows, masks[:, 2], masks[:, 3], features.device).reshape(*shape, rows, 1)
    return torch.where(hidden, least, features)


def _stretch(length: int, width: np.ndarray, start: np.ndarray, device: torch.device) -> Tensor:
    """(n, length) bool, True in one stretch a row."""
    import torch

    size = np.round(WIDEST * width * length)
    first = np.round(start * (length - size))
    edges = torch.as_tensor(np.stack([first, first + size]), device=device, dtype=torch.float32)
    index = torch.arange(length, device=device)
    return (index >= edges[0, :, None]) & (index < edges[1, :, None])


def _level(waveforms: np.ndarray) -> np.ndarray:
    return np.sqrt(np.square(waveforms).mean(axis=1, keepdims=True))
