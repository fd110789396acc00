"""Make what the routes send: the sound of a clip and the picture of its spectrogram, each made once."""

from __future__ import annotations

import json
import logging
import sqlite3
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from diskcache import Cache

from bioviz.audio import playback, spectrogram
from bioviz.audio.bandpass import band_pass
from bioviz.audio.spectrogram import PictureSpec
from bioviz.config import settings
from bioviz.server.clips import Clip, file_stamp, native_samples
from bioviz.server.memory import RecentlyUsed
from bioviz.server.params import SoundSpec
from bioviz.store.disk import open_cache
from bioviz.store.keys import key_of

VERSION = 3  # raise it when the same request gives other bytes
_rendered = RecentlyUsed(64 * 2**20)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Media:
    """Bytes to send; `about` tells what they show."""

    body: bytes
    about: dict[str, object]


def warm_up() -> None:
    """Run once what a first click needs: the FFT, the PNG encoder, the resampler, the disk cache."""
    noise = np.linspace(-1, 1, 96_000, dtype=np.float32)
    spectrogram.draw(noise, 48_000, PictureSpec())
    spectrogram.draw(noise, 48_000, PictureSpec(axis="mel"))  # librosa takes seconds to open
    playback.render(noise, 250_000)
    _on_disk_get("")


def sound_tag(clip: Clip, spec: SoundSpec) -> str:
    """Return a tag that changes when the bytes of `sound` would."""
    return _tag("sound", clip, asdict(spec))


def picture_tag(clip: Clip, spec: PictureSpec, context_s: float) -> str:
    """Return a tag that changes when the bytes of `picture` would."""
    return _tag("picture", clip, {**asdict(spec), "context_s": context_s})


def sound(clip: Clip, spec: SoundSpec) -> Media:
    """Return the clip as a WAV."""
    key = sound_tag(clip, spec)
    media = _rendered.get(key)
    if media is None:
        rate = clip.recording.sample_rate
        slow = spec.slow if spec.slow is not None else playback.default_slow(rate)
        samples = band_pass(native_samples(clip, spec.context_s), rate, spec.low_hz, spec.high_hz)
        rendered = playback.render(samples, rate, slow, spec.normalise, spec.loudness_db)
        reached = None if rendered.loudness_db is None else round(rendered.loudness_db, 2)
        about = {
            "rate": rendered.rate, "slow": rendered.slow, "gain_db": round(rendered.gain_db, 1), "loudness_db": reached,
            "quieter_db": round(rendered.quieter_db, 1),
        }  # fmt: skip
        media = _keep(key, Media(rendered.wav, about))
    return media


def picture(clip: Clip, spec: PictureSpec, context_s: float) -> Media:
    """Return the clip's spectrogram as a bare PNG; `about` has its edges in seconds and Hz and its colours in dB."""
    key = picture_tag(clip, spec, context_s)
    media = _rendered.get(key)
    if media is not None:
        return media
    stored = _on_disk_get(key)
    if stored is not None:
        head, _, png = stored.partition(b"\n")
        return _keep(key, Media(png, json.loads(head)))
    rate = clip.recording.sample_rate
    first, stop = clip.stretch(context_s)
    drawn = spectrogram.draw(native_samples(clip, context_s), rate, spec)
    about = {
        "start_s": first / rate, "end_s": stop / rate, "axis": spec.axis, "low_hz": drawn.low_hz,
        "high_hz": drawn.high_hz, "top_db": drawn.top_db, "floor_db": drawn.floor_db, "n_fft": drawn.n_fft,
    }  # fmt: skip
    media = _keep(key, Media(drawn.png, about))
    _on_disk_put(key, json.dumps(about).encode() + b"\n" + drawn.png)
    return media


@dataclass(frozen=True)
class MediaInputs:
    """What a sound or picture of a clip follows from.

    Attributes
    ----------
    content_hash, stamp
        Of its recording, as added and as the file is now.
    stretch
        First sample and one past the last.
    wanted
        How it is to be made.

    """

    content_hash: str
    stamp: tuple[int, ...]
    stretch: tuple[int, int]
    wanted: dict[str, object]


def _tag(kind: str, clip: Clip, wanted: dict[str, object]) -> str:
    recording = clip.recording
    first, end = clip.stretch(0.0)
    inputs = MediaInputs(recording.content_hash, tuple(file_stamp(recording)), (first, end), wanted)
    return key_of(kind, VERSION, inputs)[:32]


def _keep(key: str, media: Media) -> Media:
    _rendered.put(key, media, len(media.body))
    return media


@lru_cache(maxsize=4)
def _disk(cache_dir: Path) -> Cache:
    return open_cache(settings(), "media")


def _on_disk_get(key: str) -> bytes | None:
    try:
        content: Any = _disk(settings().cache_dir).get(key)
        return content
    except (OSError, sqlite3.Error) as error:  # a cache that cannot be read only costs time
        log.warning("The picture cache could not be read: %s", error)
        return None


def _on_disk_put(key: str, value: bytes) -> None:
    try:
        _disk(settings().cache_dir).set(key, value)
    except (OSError, sqlite3.Error) as error:
        log.warning("The picture cache could not be written: %s", error)
