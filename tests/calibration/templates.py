"""What could be found of a drowned call by somebody who knows other calls of its label, but not the call itself.

The loudest second of each call of the label in other recordings is held against a clip at every moment (normalised
cross-correlation of spectrograms, dB above the median of each band), and against all background alike. The oracle of
`material` knows the very call, its time included: no diagnosis of a dataset ever does.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from tests.calibration.material import LEVELS_DB, in_bands, kept, mixture, noises
from tests.calibration.sources import Source, source

STEP = 2  # frames of 10 ms
FRAMES = 50  # a template: 1 s
_LOUDEST_DB, _LOWEST_DB = 30, -5
_FLOOR = 50.0  # of the energy a frame, so that silence resembles nothing
_MIN_TEMPLATES, _BEST = 3, 0.1


@cache
def known_by_others(of: str) -> np.ndarray:
    """(3, n) share of background that resembles the label's other calls as much as the mixture does; NaN unknown."""
    return kept(f"{of}.templates", lambda: {"share": _shares(source(of), noises(of))})["share"]


def _shares(clips: Source, noise: np.ndarray) -> np.ndarray:
    calls, background = np.flatnonzero(clips.targets > 0), np.flatnonzero(clips.targets == 0)
    templates = [_loudest(_picture(clips.sounds[row])) for row in calls]
    null = resemblance(np.stack([_picture(clips.sounds[row]) for row in background]), templates)
    middle, spread = null.mean(axis=1, keepdims=True), np.maximum(null.std(axis=1, keepdims=True), 1e-6)
    null = (null - middle) / spread
    out = np.full((len(LEVELS_DB), len(clips.targets)), np.nan)
    for level, snr_db in enumerate(LEVELS_DB):
        drowned = np.stack([_picture(mixture(clips, row, noise[row], snr_db)) for row in calls])
        scores = (resemblance(drowned, templates) - middle) / spread
        for i, row in enumerate(calls):
            usable = (clips.targets[calls] == clips.targets[row]) & (clips.units[calls] != clips.units[row])
            if usable.sum() >= _MIN_TEMPLATES:
                out[level, row] = (_best(null[usable]) >= _best(scores[usable, i : i + 1])).mean()
    return out


def _best(scores: np.ndarray) -> np.ndarray:
    """(m,) mean over the templates (t, m) that fit best."""
    count = max(_MIN_TEMPLATES, round(_BEST * len(scores)))
    return np.sort(scores, axis=0)[-count:].mean(axis=0)


def _picture(sound: np.ndarray) -> np.ndarray:
    """(B, K) float32, each band round 0."""
    return centred(np.clip(in_bands(sound), _LOWEST_DB, _LOUDEST_DB)[:, ::STEP])


def centred(picture: np.ndarray) -> np.ndarray:
    """(B, K) float32, each band round 0."""
    return (picture - picture.mean(axis=1, keepdims=True)).astype(np.float32)


def _loudest(picture: np.ndarray) -> np.ndarray:
    """(B, frames) the stretch with the most that stands out, of norm 1."""
    energy = np.convolve(np.maximum(picture, 0).sum(axis=0), np.ones(FRAMES), "valid")
    part = picture[:, int(energy.argmax()) :][:, :FRAMES]
    part = centred(part)
    return part / max(float(np.linalg.norm(part)), 1e-6)


def resemblance(pictures: np.ndarray, templates: list[np.ndarray]) -> np.ndarray:
    """(t, m) highest normalised cross-correlation of templates (B, F) with pictures (m, B, K) over all moments."""
    from scipy.fft import irfft, next_fast_len, rfft

    moments = pictures.shape[2] - FRAMES + 1
    size = next_fast_len(pictures.shape[2] + FRAMES, real=True)
    spectra: Any = rfft(pictures, size, axis=2)  # scipy has no types
    total = np.cumsum(np.pad(np.square(pictures).sum(axis=1), ((0, 0), (1, 0))), axis=1)
    norm = np.sqrt(total[:, FRAMES:] - total[:, :-FRAMES] + _FLOOR * FRAMES)
    out = np.empty((len(templates), len(pictures)))
    for i, template in enumerate(templates):
        by_band = np.einsum("mbk,bk->mk", spectra, np.conj(rfft(template, size, axis=1)), optimize=True)
        alike: Any = irfft(by_band, size, axis=1)
        out[i] = (alike[:, :moments] / norm).max(axis=1)
    return out
