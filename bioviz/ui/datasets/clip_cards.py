"""Cards of clips with spectrogram, boxes and sound, of a dataset before it is added or of a table before it is read."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import streamlit as st

from bioviz.audio import decode, playback, spectrogram
from bioviz.datasets.formats.base import RawAnnotation
from bioviz.datasets.types import BACKGROUND, Annotation, Dataset
from bioviz.server.clips import annotations_near, clip_of
from bioviz.ui.components.shared.mount import component
from bioviz.ui.session import Element

_PICTURE = {"w": 320, "h": 96, "db_range": 50}
TIMES_HIGHEST = 3
"""How many times the highest annotated frequency a picture shows."""
_AROUND_S = 0.5  # before and after a box in its picture
_LONGEST_S = 15.0  # of a box that is shown and played


@dataclass(frozen=True)
class Card:
    """A clip as it is shown.

    Attributes
    ----------
    title, detail : str
        Under the picture, left and right.
    picture, sound : str
        Addresses, or data URIs.
    boxes : tuple of (left, right, low, top, label, colour)
        Shares of the picture's width and height, 0 to 1.
    high : str
        The frequency at the top edge, in words.
    note : str
        What is said of the sound, where that is known already.
    """

    title: str
    detail: str
    picture: str
    sound: str
    boxes: tuple[tuple[float, float, float, float, str, str], ...]
    high: str
    note: str = ""


@dataclass(frozen=True)
class Group:
    """Cards under a heading; without a title there is none."""

    title: str
    note: str
    colour: str
    cards: tuple[Card, ...]


def show_cards(groups: Sequence[Group], key: Element) -> None:
    """Draw groups of cards; `key` is unique on the page."""
    _component()(key=key, data={"groups": [asdict(group) for group in groups]})


def top_of_pictures(boxes: Iterable[Annotation | RawAnnotation]) -> float | None:
    """Return the frequency (Hz) at which pictures end, that low boxes are seen; None is half the sample rate.

    It is some times the highest annotated frequency, so that what lies above the calls is seen too. Boxes of no length
    are slips of the mouse.
    """
    edges = [
        box.high_hz
        for box in boxes
        if box.end_s > box.start_s and box.high_hz is not None and 0 < box.high_hz < math.inf
    ]
    return float(f"{TIMES_HIGHEST * max(edges):.2g}") if edges else None


def card_of_clip(dataset: Dataset, row: int, colours: Mapping[str, str], end_hz: float | None = None) -> Card:
    """Return a clip of a dataset with the boxes that touch it, in their labels' colours; media from routes.

    `end_hz` is the frequency at which its picture ends, as in `top_of_pictures`.
    """
    clip = clip_of(dataset, row)
    base, version = (st.get_option("server.baseUrlPath") or "").strip("/"), dataset.version[:12]
    address = f"{'/' + base if base else ''}/bioviz/clip/{quote(dataset.id)}/{row}"
    picture = f"{address}.png?" + "&".join(f"{name}={value}" for name, value in _PICTURE.items())
    top_hz = _top_hz(clip.recording.sample_rate, end_hz)
    end_s = min(clip.end_s, clip.recording.duration_s)
    return Card(
        clip.recording.name.rsplit("/", 1)[-1],
        span(clip.start_s, end_s),
        f"{picture}&high={top_hz:g}&thumb=1&v={version}",
        f"{address}.wav?v={version}",
        tuple(_box(a, clip.start_s, end_s, top_hz, colours[a.label]) for a in annotations_near(clip, 0.0)),
        _kilohertz(top_hz),
    )


def card_of_box(
    path: Path, title: str, box: Annotation | RawAnnotation, colour: str, end_hz: float | None = None
) -> Card:
    """Return a box of a table that is not read yet; sound and picture (up to `end_hz`) are made here.

    Raises
    ------
    BadInput
        The recording cannot be read.
    """
    from bioviz.datasets.sound_files.probe import probe

    info = probe(path)
    rate = info.sample_rate
    begin = max(0.0, box.start_s - _AROUND_S)
    end = min(info.duration_s, box.start_s + _LONGEST_S, box.end_s + _AROUND_S)
    samples = decode.load_clip(path, begin, max(end, begin + 0.1), rate)
    top_hz = _top_hz(rate, end_hz)
    spec = spectrogram.PictureSpec(
        width=_PICTURE["w"], height=_PICTURE["h"], range_db=_PICTURE["db_range"], high_hz=top_hz
    )
    png = spectrogram.draw(samples, rate, spec).png
    sound = playback.render(samples, rate, playback.default_slow(rate))
    boxes = (_box(box, begin, end, top_hz, colour),)
    address = _data_uri("image/png", png), _data_uri("audio/wav", sound.wav)
    note = playback.quieter_text(sound.quieter_db)
    return Card(title, span(box.start_s, box.end_s), *address, boxes, _kilohertz(top_hz), note)


def span(start_s: float, end_s: float) -> str:
    """Two times in words, as "12.0–15.5 s", "1.75–2.25 s" or, from an hour on, "1:02:05–1:02:08"."""
    if start_s < 3600:
        digits = 1 if end_s - start_s >= 1 else 2
        return f"{start_s:.{digits}f}–{end_s:.{digits}f} s"
    return "–".join(f"{t // 3600:.0f}:{t % 3600 // 60:02.0f}:{t % 60:02.0f}" for t in (start_s, end_s))


def note_of(label: str, clips: int, recordings: int) -> str:
    """Return what stands beside a label's name."""
    what = "clips without a label" if label == BACKGROUND else "clips" if clips != 1 else "clip"
    return f"{clips:,} {what} in {recordings:,} {'recording' if recordings == 1 else 'recordings'}"


def _box(
    a: Annotation | RawAnnotation, begin_s: float, end_s: float, top_hz: float, colour: str
) -> tuple[float, float, float, float, str, str]:
    length = max(end_s - begin_s, 1e-9)
    low = 0.0 if a.low_hz is None else a.low_hz / top_hz
    top = 1.0 if a.high_hz is None else a.high_hz / top_hz
    left, right = (min(1.0, max(0.0, (t - begin_s) / length)) for t in (a.start_s, a.end_s))
    return left, right, min(1.0, low), min(1.0, top), a.label, colour


def _top_hz(sample_rate: int, end_hz: float | None) -> float:
    return min(sample_rate / 2, end_hz or math.inf)


def _kilohertz(hz: float) -> str:
    return f"{hz / 1000:.3g} kHz"


def _data_uri(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


@cache
def _component() -> Callable[..., Any]:
    return component("bioviz_clip_cards", "datasets/clip_cards.js", styles=["datasets/clip_cards.css"])
