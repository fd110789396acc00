"""What is kept of a window while those beside it are listened to: band powers, mean spectrum, power in boxes.

It is read in one pass over the frames; a spectrogram of the whole window is never there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from bioviz.audio.measures.cells import boxed_cells, frame_size, near_frames
from bioviz.audio.measures.noise_floor import Bands, bands_for, sounding

GUARD = np.array([-0.03, 0.03, 0.0, 0.0])  # added to a box; 0.03 s is longer than any frame
_AT_ONCE_BYTES = 192 << 10  # of frames, which stay in the processor's cache
_LEAST_AT_ONCE = 16
_NO_CELLS = np.zeros((0, 4), dtype=np.int64)


@dataclass(frozen=True)
class Heard:
    """A window.

    Attributes
    ----------
    place
        Of the window among those that are measured together.
    samples : (T,) float32
    mean : (F,) float32
        Power.
    banded : (B, K) float32
        Power of the frames that are not digital silence.
    quiet : (K,) bool
        No annotated call there.
    signal, cells : (B,)
        Power in its boxes, and how many cells they are; None without any.
    frames, inside
        Of a box on average; of all its boxes.

    """

    place: int
    samples: np.ndarray
    mean: np.ndarray
    banded: np.ndarray
    quiet: np.ndarray
    signal: np.ndarray | None = None
    cells: np.ndarray | None = None
    frames: int = 0
    inside: int = 0


@dataclass(frozen=True)
class Ear:
    """How windows of a sample rate are heard.

    Attributes
    ----------
    rate
        Hz.
    size
        Samples of a frame.
    taper : (size,) float32
    frequencies : (F,)
        Of the bins, Hz.
    bands
        What bins are put together to.
    edges : (B+1,) int64
        Bins where bands begin, and the last one ends.

    """

    rate: int
    size: int
    taper: np.ndarray
    frequencies: np.ndarray
    bands: Bands
    edges: np.ndarray = field(repr=False)

    def cells_of(self, boxes: Sequence[np.ndarray], samples: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return for windows of so many samples, with these boxes (b, 4) each, the cells in boxes and round them.

        Those of all are found at once: to ask for each window alone takes as long as to listen to it.
        """
        times = self._times(self._count(samples))
        of = np.repeat(np.arange(len(boxes)), [len(each) for each in boxes])
        joined = np.concatenate(boxes) if len(of) else np.zeros((0, 4))
        in_and_round = []
        for each in (joined, joined + GUARD):
            cells = boxed_cells(each, self.frequencies, times)
            window_of_cells = of[near_frames(each, times)]
            in_and_round.append(np.split(cells, np.searchsorted(window_of_cells, np.arange(1, len(boxes)))))
        return list(zip(*in_and_round, strict=True))

    def _count(self, samples: int) -> int:
        """Return how many frames so many samples have."""
        return max(samples - self.size, 0) // (self.size // 2) + 1

    def _times(self, count: int) -> np.ndarray:
        """(count,) middles of the frames, s."""
        return (np.arange(count) * (self.size // 2) + self.size / 2) / self.rate

    def hear(
        self, place: int, samples: np.ndarray, boxed: tuple[np.ndarray, np.ndarray] | None = None
    ) -> Heard:
        """Listen to (T,) float32 samples, with what `cells_of` gives for their boxes."""
        from bioviz.audio.measures.passes import take_in

        count = self._count(len(samples))
        cells, guarded = (_NO_CELLS, _NO_CELLS) if boxed is None else boxed
        banded = np.empty((len(self.bands.first), count), dtype=np.float32)
        sums = np.zeros((3, len(self.frequencies)))
        for first, spectra in self._spectra(samples, count):
            take_in(spectra, first, self.edges, cells, banded, sums)
        mean, sounds = (sums[0] / count).astype(np.float32), sounding(banded)
        # Frames at the edge of a box hold some of its call: they are neither signal nor noise.
        quiet = ~_frames_in(guarded, count)
        heard = banded if sounds.all() else banded[:, sounds]
        if not len(cells):
            return Heard(place, samples, mean, heard, quiet[sounds])
        inside = _frames_in(cells, count)
        stretches = int((np.diff(inside.astype(np.int8), prepend=0) == 1).sum())
        signal, in_boxes = np.add.reduceat(sums[1:], self.bands.first, axis=1)
        filled = int(inside.sum())
        return Heard(
            place, samples, mean, heard, quiet[sounds], signal, in_boxes, filled // stretches, filled
        )

    def _spectra(self, samples: np.ndarray, count: int) -> Any:
        """Yield (first frame, (k, F) complex64 spectra) of `count` frames."""
        from scipy.fft import rfft

        from bioviz.audio.measures.passes import frames_of

        samples = np.asarray(samples, dtype=np.float32)
        offset = samples.mean() if len(samples) > 1 else np.float32(0)
        if (missing := self.size - len(samples)) > 0:
            samples = np.pad(samples - offset, (missing // 2, missing - missing // 2))
            offset = np.float32(0)
        together = max(_AT_ONCE_BYTES // (4 * self.size), _LEAST_AT_ONCE)
        frames = np.empty((min(together, count), self.size), dtype=np.float32)
        for first in range(0, count, together):
            part = frames[: count - first]
            frames_of(samples, offset, self.taper, first, part)
            yield first, rfft(part, axis=1)


def _frames_in(cells: np.ndarray, count: int) -> np.ndarray:
    """(count,) bool: frames that any of the cells (b, 4) has."""
    inside = np.zeros(count, dtype=bool)
    for _, _, first, end in cells:
        inside[first:end] = True
    return inside


@lru_cache(maxsize=32)
def ear_for(rate: int) -> Ear:
    """Return how windows of a sample rate are heard."""
    size = frame_size(rate)
    frequencies = np.fft.rfftfreq(size, 1 / rate)
    bands = bands_for(len(frequencies), float(frequencies[1]))
    taper = np.hanning(size + 1)[:-1].astype(np.float32)
    return Ear(rate, size, taper, frequencies, bands, np.append(bands.first, len(frequencies)))
