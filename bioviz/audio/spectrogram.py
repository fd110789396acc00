"""Spectrogram pictures: a bare image of dB values; axes, boxes and text are drawn by who shows it.

The reference is stated: 0 dB is a sine of full scale (amplitude 1), so a value reads as "dB re full scale".
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from bioviz.errors import BadInput

Axis = Literal["linear", "mel"]

_STOPS = {
    "greys": ("#ffffff", "#000000"),
    "greys-dark": ("#000000", "#ffffff"),
    # Samples of matplotlib's maps of the same names (CC0).
    "viridis": (
        "#440154", "#482878", "#3e4989", "#31688e", "#26828e",
        "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725",
    ),
    "magma": (
        "#000004", "#180f3d", "#440f76", "#721f81", "#9e2f7f",
        "#cd4071", "#f1605d", "#fd9668", "#feca8d", "#fcfdbf",
    ),
}  # fmt: skip
COLOUR_MAPS = tuple(_STOPS)

_FLOOR_POWER = 1e-20
_QUIETEST_TOP_DB = -100.0  # an empty clip stays blank instead of showing its rounding noise
_CHUNK_FRAMES = 2048
LEVEL_STEP_DB = 0.5


@dataclass(frozen=True)
class PictureSpec:
    """How a spectrogram is drawn.

    Attributes
    ----------
    width, height
        Pixels.
    axis
        "linear" or "mel" (HTK: 2595 log10(1 + f / 700)) rows.
    low_hz, high_hz
        Frequencies at the bottom and top edge; None means half the sample rate.
    range_db
        dB between the faintest and the strongest colour.
    top_db
        Level of the strongest colour in dB re full scale; None takes the clip's own (99.95th percentile of
        the picture), which brings out faint calls but is not comparable.
    colours
        One of COLOUR_MAPS.

    """

    width: int = 900
    height: int = 256
    axis: Axis = "linear"
    low_hz: float = 0.0
    high_hz: float | None = None
    range_db: float = 70.0
    top_db: float | None = None
    colours: str = "greys"


@dataclass(frozen=True)
class Picture:
    """A drawn spectrogram: PNG bytes, and what its edges and colours mean."""

    png: bytes
    low_hz: float
    high_hz: float
    top_db: float
    floor_db: float
    n_fft: int


def window_length(rate: int, axis: Axis) -> int:
    """Return samples of the Hann window: about 23 ms, at most 1024 (2048 for mel, whose low bands are narrow)."""
    longest = 2048 if axis == "mel" else 1024
    return int(np.clip(2 ** round(np.log2(max(rate, 1) * 0.0232)), 128, longest))


def column_levels(
    samples: np.ndarray, n_fft: int, width: int, part: tuple[int, int] | None = None
) -> np.ndarray:
    """Short-time spectrum with one row a picture column.

    A column that spans several windows takes the strongest: a call shorter than a pixel stays visible.

    Parameters
    ----------
    samples : (T,) float32
    n_fft
        Window length in samples.
    width
        Number of columns spread evenly over the part.
    part
        First sample shown and one past the last, all by default; windows at its edges reach beyond it.

    Returns
    -------
    (width, n_fft // 2 + 1) float32 dB re a sine of full scale.

    """
    import scipy.fft

    begin, stop = part or (0, len(samples))
    length = stop - begin
    per_column = max(1, int(np.ceil(length / width / (n_fft // 2))))
    centres = begin + (np.arange(width * per_column) + 0.5) * length / (width * per_column)
    half = n_fft // 2
    padded = np.pad(samples.astype(np.float32) - np.float32(samples.mean()), (half, n_fft))
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)
    starts = np.round(centres).astype(np.int64)  # the frame at `start` of the padded array is centred there
    window = np.hanning(n_fft + 1)[:-1].astype(np.float32)
    step = max(1, _CHUNK_FRAMES // per_column) * per_column
    power = np.empty((width, half + 1), dtype=np.float32)
    for first in range(0, len(starts), step):
        spectrum: Any = scipy.fft.rfft(
            frames[starts[first : first + step]] * window, axis=1
        )  # it has no types
        chunk = spectrum.real**2 + spectrum.imag**2
        column = first // per_column
        pooled = chunk.reshape(-1, per_column, half + 1).max(axis=1)
        power[column : column + len(pooled)] = pooled
    full_scale = np.float32((window.sum() / 2) ** 2)
    return 10.0 * np.log10(np.maximum(power / full_scale, _FLOOR_POWER))


def picture_rows(levels: np.ndarray, rate: int, spec: PictureSpec, high_hz: float) -> np.ndarray:
    """Put spectrum bins onto picture rows, the top row the highest frequency.

    A row that spans several bins takes the strongest; one narrower than a bin is interpolated.

    Parameters
    ----------
    levels : (width, bins)
        dB.

    Returns
    -------
    (height, width) float32 dB.

    """
    last = levels.shape[1] - 1
    edges = np.linspace(0.0, 1.0, spec.height + 1)
    if spec.axis == "mel":
        # The HTK mel scale, 2595 lg(1 + f/700), in two lines: librosa's would load a compiler into the server.
        low, high = np.log1p(np.array([spec.low_hz, high_hz]) / 700)
        hz = 700 * np.expm1(low + edges * (high - low))
    else:
        hz = spec.low_hz + edges * (high_hz - spec.low_hz)
    bins = hz / (rate / 2) * last
    middle = np.clip((bins[:-1] + bins[1:]) / 2, 0, last)
    below = np.minimum(np.floor(middle).astype(int), max(last - 1, 0))
    part = (middle - below).astype(np.float32)[:, None]
    by_bin = np.ascontiguousarray(levels.T)
    rows = by_bin[below] * (1 - part) + by_bin[np.minimum(below + 1, last)] * part
    first, stop = np.ceil(bins[:-1]).astype(int), np.minimum(np.floor(bins[1:]).astype(int), last) + 1
    for row in np.flatnonzero(stop - first > 1):
        rows[row] = by_bin[first[row] : stop[row]].max(axis=0)
    return rows[::-1]


def palette(name: str) -> bytes:
    """256 RGB triples of a colour map, faintest first."""
    stops = np.array([[int(s[i : i + 2], 16) for i in (1, 3, 5)] for s in _STOPS[name]], dtype=np.float64)
    at = np.linspace(0, len(stops) - 1, 256)
    return (
        np.stack([np.interp(at, np.arange(len(stops)), c) for c in stops.T], 1).round().astype("u1").tobytes()
    )


@dataclass(frozen=True)
class Levels:
    """What a spectrogram shows, as numbers.

    Attributes
    ----------
    rows : (height, width) float32
        dB re a sine of full scale, the top row the highest frequency.
    low_hz, high_hz
        At the bottom and top edge.
    n_fft
        Samples of the window.

    """

    rows: np.ndarray
    low_hz: float
    high_hz: float
    n_fft: int


def levels(samples: np.ndarray, rate: int, spec: PictureSpec, part: tuple[int, int] | None = None) -> Levels:
    """Measure what a spectrogram of a stretch of sound shows; its colours do not matter here.

    Parameters
    ----------
    samples : (T,) float32
        At `rate` Hz.
    part
        First sample shown and one past the last; by default the picture spans exactly the samples.

    Raises
    ------
    BadInput
        No samples, or limits that leave no frequencies to show.

    """
    nyquist = rate / 2
    high_hz = min(nyquist, spec.high_hz or nyquist)
    if len(samples) == 0:
        raise BadInput("There is no sound in this stretch of the recording, so there is nothing to draw.")
    if not 0 <= spec.low_hz < high_hz:
        raise BadInput(
            f"The frequency limits {spec.low_hz:g} to {high_hz:g} Hz leave nothing to show; "
            f"this recording reaches from 0 to {nyquist:g} Hz."
        )
    n_fft = window_length(rate, spec.axis)
    columns = column_levels(samples, n_fft, spec.width, part)
    return Levels(picture_rows(columns, rate, spec, high_hz), spec.low_hz, high_hz, n_fft)


def draw(samples: np.ndarray, rate: int, spec: PictureSpec, part: tuple[int, int] | None = None) -> Picture:
    """Draw the spectrogram of a stretch of sound, or of a part of it.

    Parameters
    ----------
    samples, part
        As for `levels`.

    Raises
    ------
    BadInput
        As for `levels`, and an unknown colour map.

    """
    from PIL import Image

    if spec.colours not in _STOPS:
        raise BadInput(f"The colour map {spec.colours!r} is unknown; choose one of {', '.join(COLOUR_MAPS)}.")
    shown = levels(samples, rate, spec, part)
    top = spec.top_db
    if top is None:
        top = max(float(np.percentile(shown.rows, 99.95)), _QUIETEST_TOP_DB)
    floor = top - spec.range_db
    index = (np.clip((shown.rows - floor) / spec.range_db, 0.0, 1.0) * 255).astype(np.uint8)
    image = Image.frombytes("P", (spec.width, spec.height), index.tobytes())
    image.putpalette(palette(spec.colours))
    out = io.BytesIO()
    # Run lengths alone (type 3) are smaller and twice as fast on these grainy pictures than the usual search.
    image.save(out, "PNG", compress_type=3)
    return Picture(out.getvalue(), shown.low_hz, shown.high_hz, round(top, 2), round(floor, 2), shown.n_fft)


def coded_levels(rows: np.ndarray) -> tuple[bytes, float]:
    """Levels as one byte each, `LEVEL_STEP_DB` apart, for read-outs: a quarter dB off at most.

    Parameters
    ----------
    rows : (height, width) float32
        dB.

    Returns
    -------
    The bytes row by row, and the level in dB that 0 stands for; 0 means so much or less.

    """
    lowest = float(np.ceil(rows.max())) - 255 * LEVEL_STEP_DB
    codes = np.round((rows - lowest) / LEVEL_STEP_DB)
    return np.clip(codes, 0, 255).astype(np.uint8).tobytes(), lowest
