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
from bioviz.audio.box_sound import box_sound
from bioviz.audio.envelope import envelope
from bioviz.audio.spectrogram import LEVEL_STEP_DB, PictureSpec
from bioviz.config import settings
from bioviz.errors import BiovizError
from bioviz.server import clips
from bioviz.server.clips import Clip, file_stamp, native_samples
from bioviz.server.memory.recently_used import RecentlyUsed
from bioviz.server.params import SoundSpec
from bioviz.store.disk import open_cache
from bioviz.store.keys import key_of

VERSION = 3  # raise it when the same request gives other bytes
Part = tuple[float, float] | None  # seconds in the recording, None for all that is shown
_rendered = RecentlyUsed(64 * 2**20)
log = logging.getLogger(__name__)


def forget() -> None:
    """Forget the pictures and samples that are held in memory; what lies on disk stays."""
    _rendered.clear()
    clips.forget()


@dataclass(frozen=True)
class Media:
    """Bytes to send; `about` tells what they show."""

    body: bytes
    about: dict[str, object]


def warm_up() -> None:
    """Run once what a first click needs: the FFT, the PNG encoder, the resampler, the disk cache."""
    noise = np.linspace(-1, 1, 96_000, dtype=np.float32)
    spectrogram.draw(noise, 48_000, PictureSpec())
    playback.render(noise, 250_000)
    _on_disk_get("")


def sound_tag(clip: Clip, spec: SoundSpec) -> str:
    """Return a tag that changes when the bytes of `sound` would."""
    return _tag("sound", clip, asdict(spec))


def shown_tag(kind: str, clip: Clip, spec: PictureSpec, context_s: float, part: Part = None) -> str:
    """Return a tag that changes when the bytes of `picture`, `levels` or `waveform` (its kind) would."""
    seconds = {} if part is None else {"part": list(part)}
    return _tag(kind, clip, {**asdict(spec), "context_s": context_s, **seconds})


def sound(clip: Clip, spec: SoundSpec) -> Media:
    """Return the clip as a WAV."""
    key = sound_tag(clip, spec)
    media = _rendered.get(key)
    if media is None:
        rate = clip.recording.sample_rate
        slow = spec.slow if spec.slow is not None else playback.default_slow(rate)
        samples = native_samples(clip, spec.context_s)
        if spec.part is None:
            samples = band_pass(samples, rate, spec.low_hz, spec.high_hz)
        else:
            samples = box_sound(
                samples, rate, clip.part(spec.context_s, spec.part), spec.low_hz, spec.high_hz
            )
        rendered = playback.render(samples, rate, slow, spec.normalise, spec.loudness_db)
        reached = None if rendered.loudness_db is None else round(rendered.loudness_db, 2)
        about = {
            "rate": rendered.rate, "slow": rendered.slow, "gain_db": round(rendered.gain_db, 1), "loudness_db": reached,
            "quieter_db": round(rendered.quieter_db, 1),
        }  # fmt: skip
        media = _keep(key, Media(rendered.wav, about))
    return media


def picture(clip: Clip, spec: PictureSpec, context_s: float, part: Part = None) -> Media:
    """Return the clip's spectrogram as a bare PNG; `about` has its edges in seconds and Hz and its colours in dB.

    A part (seconds in the recording) is drawn alone, as sharp as the whole.
    """
    key = shown_tag("picture", clip, spec, context_s, part)
    media = _rendered.get(key)
    if media is not None:
        return media
    stored = _on_disk_get(key) if part is None else None
    if stored is not None:
        head, _, png = stored.partition(b"\n")
        return _keep(key, Media(png, json.loads(head)))
    rate, within = clip.recording.sample_rate, clip.part(context_s, part)
    drawn = spectrogram.draw(native_samples(clip, context_s), rate, spec, within)
    about = {
        **_edges(clip, context_s, within), "axis": spec.axis, "low_hz": drawn.low_hz, "high_hz": drawn.high_hz,
        "top_db": drawn.top_db, "floor_db": drawn.floor_db, "n_fft": drawn.n_fft,
    }  # fmt: skip
    media = _keep(key, Media(drawn.png, about))
    if part is None:  # what was zoomed into is seldom zoomed into again
        _on_disk_put(key, json.dumps(about).encode() + b"\n" + drawn.png)
    return media


def levels(clip: Clip, spec: PictureSpec, context_s: float, part: Part = None) -> Media:
    """Return the levels that `picture` draws, a byte each, row by row from the top; `about` says what they mean."""
    key = shown_tag("levels", clip, spec, context_s, part)
    media = _rendered.get(key)
    if media is None:
        rate, within = clip.recording.sample_rate, clip.part(context_s, part)
        shown = spectrogram.levels(native_samples(clip, context_s), rate, spec, within)
        body, lowest = spectrogram.coded_levels(shown.rows)
        about = {
            **_edges(clip, context_s, within), "axis": spec.axis, "low_hz": shown.low_hz, "high_hz": shown.high_hz,
            "width": spec.width, "height": spec.height, "lowest_db": lowest, "step_db": LEVEL_STEP_DB,
        }  # fmt: skip
        media = _keep(key, Media(body, about))
    return media


def waveform(clip: Clip, spec: PictureSpec, context_s: float, part: Part = None) -> Media:
    """Return the lowest and highest sample of each column, int16 pairs; `about` says what 32767 stands for."""
    key = shown_tag("waveform", clip, spec, context_s, part)
    media = _rendered.get(key)
    if media is None:
        within = clip.part(context_s, part)
        samples = native_samples(clip, context_s)[slice(*within)]
        drawn = envelope(samples, spec.width)
        peak = float(np.abs(drawn).max())
        body = np.round(drawn / (peak or 1.0) * 32767).astype("<i2").tobytes()
        media = _keep(key, Media(body, {**_edges(clip, context_s, within), "peak": peak}))
    return media


def _edges(clip: Clip, context_s: float, within: tuple[int, int]) -> dict[str, float]:
    """Where a part (samples of the stretch) begins and ends, in seconds of the recording."""
    first, rate = clip.stretch(context_s)[0], clip.recording.sample_rate
    return {"start_s": (first + within[0]) / rate, "end_s": (first + within[1]) / rate}


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
    except (OSError, sqlite3.Error, BiovizError) as error:  # a cache that cannot be read only costs time
        log.warning("The picture cache could not be read: %s", error)
        return None


def _on_disk_put(key: str, value: bytes) -> None:
    try:
        _disk(settings().cache_dir).set(key, value)
    except (OSError, sqlite3.Error, BiovizError) as error:
        log.warning("The picture cache could not be written: %s", error)
