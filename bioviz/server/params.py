"""What a client may ask for in the query of a URL. Unknown names are ignored, bad values are refused."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar, overload

from bioviz.audio.spectrogram import COLOUR_MAPS, Axis, PictureSpec
from bioviz.errors import BadInput

Name = TypeVar("Name", bound=str)
AXES: tuple[Axis, ...] = ("linear", "mel")
LONGEST_CONTEXT_S = 30.0
HIGHEST_HZ = 500_000.0
LATEST_S = 1e7  # four months


@dataclass(frozen=True)
class SoundSpec:
    """How a clip is played; `slow` None takes what suits the recording's rate, `loudness_db` None its own level.

    Of its frequencies those from `low_hz` to `high_hz` are heard; None is the highest. With a `part` (seconds in the
    recording) the box of that part and band is heard alone.
    """

    context_s: float = 0.0
    normalise: bool = False
    slow: float | None = None
    loudness_db: float | None = None
    low_hz: float = 0.0
    high_hz: float | None = None
    part: tuple[float, float] | None = None


@dataclass(frozen=True)
class BoxSpec:
    """A box that is measured: seconds in the recording, Hz (None is the highest), and context as it is shown."""

    part: tuple[float, float]
    low_hz: float
    high_hz: float | None
    context_s: float


@overload
def number(query: Mapping[str, str], name: str, default: float, low: float, high: float) -> float: ...
@overload
def number(query: Mapping[str, str], name: str, default: None, low: float, high: float) -> float | None: ...
def number(
    query: Mapping[str, str], name: str, default: float | None, low: float, high: float
) -> float | None:
    """Return a number of the query within [low, high]; "" and "auto" mean the default.

    Raises
    ------
    BadInput
        It is no number or out of bounds.

    """
    raw = query.get(name, "")
    if raw in ("", "auto"):
        return default
    try:
        value = float(raw)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise BadInput(f"{name}={raw[:40]} cannot be used: it must be a number from {low:g} to {high:g}.")
    return value


def choice(query: Mapping[str, str], name: str, allowed: tuple[Name, ...]) -> Name:
    """One of `allowed`, by default the first.

    Raises
    ------
    BadInput
        Something else.

    """
    requested = query.get(name, "") or allowed[0]
    for value in allowed:
        if value == requested:
            return value
    raise BadInput(f"{name}={requested[:40]} cannot be used: it must be one of {', '.join(allowed)}.")


def part(query: Mapping[str, str]) -> tuple[float, float] | None:
    """Read from and to, seconds in the recording; None where neither is there.

    Raises
    ------
    BadInput
        One of them is missing, no number, or they leave nothing between them.

    """
    if not query.get("from", "") and not query.get("to", ""):
        return None
    first = number(query, "from", None, 0.0, LATEST_S)
    last = number(query, "to", None, 0.0, LATEST_S)
    if first is None or last is None or first >= last:
        shown = f"from={query.get('from', '')[:40]}, to={query.get('to', '')[:40]}"
        raise BadInput(f"{shown} cannot be used: both must be numbers, and the second larger than the first.")
    return first, last


def box_spec(query: Mapping[str, str]) -> BoxSpec:
    """Read from, to (seconds in the recording), low, high (Hz) and context (s) of a box.

    Raises
    ------
    BadInput
        No times, or numbers that cannot be used.

    """
    stretch = part(query)
    if stretch is None:
        raise BadInput("A box needs the numbers from and to, in seconds of the recording.")
    return BoxSpec(
        stretch,
        number(query, "low", 0.0, 0.0, HIGHEST_HZ),
        number(query, "high", None, 1.0, HIGHEST_HZ),
        number(query, "context", 0.0, 0.0, LONGEST_CONTEXT_S),
    )


def sound_spec(query: Mapping[str, str]) -> SoundSpec:
    """Read context (s), normalise (0/1), slow (1 to 20, or auto), loudness (dBFS), low, high (Hz), from, to (s)."""
    return SoundSpec(
        context_s=number(query, "context", 0.0, 0.0, LONGEST_CONTEXT_S),
        normalise=choice(query, "normalise", ("0", "1")) == "1",
        slow=number(query, "slow", None, 1.0, 20.0),
        loudness_db=number(query, "loudness", None, -90.0, -3.0),
        low_hz=number(query, "low", 0.0, 0.0, HIGHEST_HZ),
        high_hz=number(query, "high", None, 1.0, HIGHEST_HZ),
        part=part(query),
    )


def picture_spec(query: Mapping[str, str]) -> tuple[PictureSpec, float]:
    """Read a picture's settings and its context in seconds."""
    spec = PictureSpec(
        width=int(number(query, "w", 900, 16, 2400)),
        height=int(number(query, "h", 256, 16, 1024)),
        axis=choice(query, "axis", AXES),
        low_hz=number(query, "low", 0.0, 0.0, HIGHEST_HZ),
        high_hz=number(query, "high", None, 1.0, HIGHEST_HZ),
        range_db=number(query, "db_range", 70.0, 10.0, 160.0),
        top_db=number(query, "top", None, -140.0, 20.0),
        colours=choice(query, "cmap", COLOUR_MAPS),
    )
    return spec, number(query, "context", 0.0, 0.0, LONGEST_CONTEXT_S)
