"""The embedding of a single sound that is no clip: a drawn box, or a call that somebody brings."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np

from bioviz.audio.box_sound import box_sound, flank_hz
from bioviz.audio.decode import load_clip
from bioviz.datasets.sound_files.probe import probe
from bioviz.datasets.sound_files.sound_file import Sound
from bioviz.embedding.batches.batch_embedder import BatchEmbedder
from bioviz.embedding.keys import Recipe
from bioviz.embedding.pipeline import opener_of
from bioviz.errors import BadInput
from bioviz.models.base import Model

_DEVICE = "cpu"  # one sound takes less than opening a model elsewhere
_AROUND_S = 0.25  # read on either side of a box, as far as its band's filter reaches
LONGEST_S = 60.0
"""Of a file that is searched for."""
_one_at_a_time = Lock()  # models are not made for several threads


def box_waveform(
    sound: Sound, part: tuple[float, float], low_hz: float, high_hz: float | None, recipe: Recipe
) -> np.ndarray:
    """Return what of a recording lies in a box, alone, in the middle of a silent window of the model's.

    Parameters
    ----------
    part
        From and to, seconds in the recording. Of a longer box than the window the middle is taken.
    low_hz, high_hz
        The band; None for no upper limit.

    Returns
    -------
    (T,) float32 at the model's rate.

    Raises
    ------
    BadInput
        The recording cannot be read, or the model hears nothing of the band.

    """
    rate, (begin, end) = recipe.rate, part
    if low_hz >= rate / 2:
        raise BadInput(
            f"The box begins at {low_hz / 1000:g} kHz; this model hears up to {rate / 2000:g} kHz. "
            "Search by the clip that holds it instead."
        )
    high = None if high_hz is None else min(high_hz, rate / 2)
    around = min(_AROUND_S + 2 / flank_hz(low_hz, rate / 2 if high is None else high), begin)
    samples = load_clip(sound, begin - around, end + around, rate)
    first = round(around * rate)
    alone = box_sound(
        samples, rate, (first, min(first + max(1, round((end - begin) * rate)), len(samples))), low_hz, high
    )
    return centred(alone, recipe.width)


def loudest_waveform(path: Path, recipe: Recipe) -> tuple[np.ndarray, float]:
    """Return the loudest window of a file, as (T,) float32 at the model's rate, and where it begins, in seconds.

    Of a file longer than `LONGEST_S` its beginning is looked at; a shorter one than a window stands amid silence.

    Raises
    ------
    BadInput
        It is no audio that can be read.

    """
    duration = min(probe(path).duration_s, LONGEST_S)
    samples = load_clip(path, 0.0, duration, recipe.rate)
    if len(samples) <= recipe.width:
        return centred(samples, recipe.width), 0.0
    sums = np.concatenate([[0.0], np.cumsum(samples.astype(np.float64) ** 2)])
    first = int(np.argmax(sums[recipe.width :] - sums[: -recipe.width]))
    return samples[first : first + recipe.width], first / recipe.rate


def centred(samples: np.ndarray, width: int) -> np.ndarray:
    """Return (width,) samples with these in the middle: silence around them, or their ends cut off."""
    spare = width - len(samples)
    if spare < 0:
        return samples[-spare // 2 : -spare // 2 + width]
    return np.pad(samples, (spare // 2, spare - spare // 2))


def embed_sound(waveform: np.ndarray, recipe: Recipe) -> np.ndarray:
    """Return the (D,) float32 embedding of one waveform at the model's rate, as the clips of a dataset get theirs.

    Raises
    ------
    Missing
        The model's weights are not here.

    """
    with _one_at_a_time:
        vectors: list[np.ndarray] = []
        forward: BatchEmbedder[None] = BatchEmbedder(
            _opened(recipe), recipe.rate, recipe.width, lambda _, rows, embeddings: vectors.append(embeddings)
        )
        forward.add(None, np.zeros(1, dtype=np.int64), waveform[None])
        forward.finish()
        return np.array(vectors[0][0], dtype=np.float32)


@lru_cache(maxsize=1)
def _opened(recipe: Recipe) -> Model:
    return opener_of(recipe, _DEVICE)()
