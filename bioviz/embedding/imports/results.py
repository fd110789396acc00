"""What a file or folder of embeddings holds, whatever wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bioviz.errors import BadInput

MAX_VALUES = 1 << 30
"""Numbers that are read at most: 4 GB."""
MAX_DIM, MAX_ROWS = 65_536, 50_000_000


class Unclear(BadInput):
    """It cannot be told which column is what.

    Attributes
    ----------
    columns
        Those there are.
    missing
        What is looked for: "path", "start", "end" or "embedding".

    """

    def __init__(self, message: str, columns: Sequence[str], missing: Sequence[str]) -> None:
        super().__init__(message)
        self.columns, self.missing = tuple(columns), tuple(missing)


@dataclass(frozen=True, eq=False)
class Results:
    """Embeddings of windows of recordings.

    Attributes
    ----------
    source
        What wrote them, in words.
    names
        (n,) of the recordings, as they are called there.
    start_s, end_s : (n,) float64
        Of the windows, in seconds.
    matrix : (n, d) float32
    title
        What the model is called there, or the file.
    notes
        What is to be known, in sentences.

    """

    source: str
    names: tuple[str, ...]
    start_s: np.ndarray
    end_s: np.ndarray
    matrix: np.ndarray
    title: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise BadInput where the parts do not belong together, or are no windows."""
        rows = len(self.names)
        if self.matrix.ndim != 2 or len(self.matrix) != rows or not rows or not self.matrix.shape[1]:
            raise BadInput(
                f"{self.title}: {rows:,} windows and embeddings of the shape {self.matrix.shape} do not fit together."
            )
        if self.start_s.shape != (rows,) or self.end_s.shape != (rows,):
            raise BadInput(f"{self.title}: not every window has a beginning and an end.")
        times = np.concatenate([self.start_s, self.end_s])
        if not np.isfinite(times).all() or (self.start_s < 0).any() or (self.end_s <= self.start_s).any():
            raise BadInput(f"{self.title}: some windows end before they begin, or have no time.")


def check_size(rows: int, dim: int, name: str) -> None:
    """Raise BadInput where more is announced than can be meant, before anything is read."""
    if rows < 1 or dim < 1:
        raise BadInput(f"{name} holds no embeddings.")
    if rows > MAX_ROWS or dim > MAX_DIM or rows * dim > MAX_VALUES:
        raise BadInput(
            f"{name} announces {rows:,} embeddings of {dim:,} numbers, more than can be read. Split it up."
        )


NAMES: Mapping[str, tuple[str, ...]] = {
    "path": (
        "path",
        "file",
        "filename",
        "file_name",
        "filepath",
        "file_path",
        "recording",
        "audio",
        "audio_file",
        "source",
    ),
    "start": (
        "start",
        "start_s",
        "start_time",
        "begin",
        "begin_s",
        "offset",
        "offset_s",
        "start (s)",
        "begin time (s)",
    ),
    "end": ("end", "end_s", "end_time", "stop", "stop_s", "end (s)", "end time (s)"),
    "embedding": ("embedding", "embeddings", "features", "vector", "emb"),
}


def column(columns: Sequence[str], meant: str, given: Mapping[str, str]) -> str:
    """Return the column that is meant by "path", "start" and so on; "" where none is called so.

    Raises
    ------
    BadInput
        The column that the user named is not there.

    """
    if given.get(meant):
        if given[meant] not in columns:
            raise BadInput(f"There is no column {given[meant]!r}. There are: {', '.join(columns[:20])}.")
        return given[meant]
    plain = {name.strip().casefold(): name for name in reversed(columns)}
    return next((plain[name] for name in NAMES[meant] if name in plain), "")
