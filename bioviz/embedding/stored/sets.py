"""Embedding sets: the blocks of a dataset put together into one memory-mapped matrix."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bioviz.config import settings
from bioviz.datasets.types import Dataset, Problem
from bioviz.embedding.keys import set_key
from bioviz.errors import BadInput
from bioviz.models import registry
from bioviz.store.arrays import load_array, save_array, save_rows, stored_digest
from bioviz.store.files import Corrupt, read_json, write_json
from bioviz.store.usage import touch

MATRIX, VALID, ABOUT = "matrix.npy", "valid.npy", "set.json"
_WHOLE_STEPS = 500  # of float16 to the largest number of a clip: rounded by a thousandth of it at most


@dataclass(frozen=True)
class EmbeddingSet:
    """The embeddings of all clips of a dataset by one model and checkpoint.

    Attributes
    ----------
    key
        Names this content; part of the key of everything computed from it.
    matrix : (N, D) float32
        memory-mapped read-only; a row of NaN where there is no embedding. Float16 where it is stored so, for
        `analysis.rows.float32_rows` to compute with.
    valid : (N,) bool
        Whether a row holds an embedding.
    failures
        Recordings without embeddings, and why.
    provenance
        What it was made from and with (JSON-able).

    """

    key: str
    matrix: np.ndarray
    valid: np.ndarray
    failures: tuple[Problem, ...]
    provenance: Mapping[str, object]

    def __len__(self) -> int:
        return len(self.matrix)


def open_set(dataset: Dataset, model_name: str, checkpoint: str, seed: int = 0) -> EmbeddingSet | None:
    """Return the finished embeddings of a dataset, or None where they are not complete (or were damaged).

    Raises
    ------
    Missing
        The model, its checkpoint or its weights are not there.

    """
    card = registry.card(model_name)
    return read_set(_folder(dataset, model_name, checkpoint, seed), len(dataset.clips), card.dim)


def is_there(dataset: Dataset, model_name: str, checkpoint: str, seed: int = 0) -> bool:
    """Whether `open_set` would find something, unless it is damaged; opens nothing.

    Raises
    ------
    Missing
    BadInput
        The model, its checkpoint or its weights are not there, or are others.

    """
    return (_folder(dataset, model_name, checkpoint, seed) / ABOUT).is_file()


def _folder(dataset: Dataset, model_name: str, checkpoint: str, seed: int) -> Path:
    identity = registry.fingerprint(model_name, checkpoint, seed, "float32")
    rate = registry.card(model_name).sample_rate or dataset.sample_rate
    return folder_of(key_for(dataset, identity, rate)[0])


def key_for(dataset: Dataset, identity: str, rate: int, stored_as: str = "") -> tuple[str, str]:
    """Return the key of a set as it is or would be stored here, and in which numbers that is.

    A set of float32 that is there stays in use where new ones are stored as float16.

    Parameters
    ----------
    stored_as
        One of `config.STORED_AS`; that of the settings if "".

    """
    whole, stored_as = set_key(dataset, identity, rate), stored_as or settings().stored_as
    if stored_as == "float32" or (folder_of(whole) / ABOUT).is_file():
        return whole, "float32"
    return set_key(dataset, identity, rate, stored_as), stored_as


def folder_of(key: str) -> Path:
    return settings().cache_dir / "sets" / key[:32]


def read_set(folder: Path, rows: int, columns: int) -> EmbeddingSet | None:
    """Open a stored set of the given shape; None where it is absent, incomplete or damaged (then dropped)."""
    try:
        about = read_json(folder / ABOUT)
        matrix = load_array(folder / MATRIX, mmap=True)
        valid = load_array(folder / VALID)
        fits = matrix.shape == (rows, columns) and valid.shape == (rows,)
        if not fits or about["matrix"] != stored_digest(folder / MATRIX):
            raise Corrupt(f"{folder} is damaged: its files do not belong together.")
        failures = tuple(Problem(**failure) for failure in about["failures"])
        embeddings = EmbeddingSet(about["key"], matrix, valid, failures, about["provenance"])
    except FileNotFoundError:
        return None
    except (Corrupt, KeyError, TypeError):
        with contextlib.suppress(OSError):
            (folder / ABOUT).unlink()
        return None
    touch(folder / ABOUT)
    return embeddings


def write_set(
    folder: Path,
    shape: tuple[int, int],
    blocks: Iterable[tuple[np.ndarray, np.ndarray | None]],
    *,
    key: str,
    failures: Iterable[Problem] = (),
    provenance: Mapping[str, object],
    stored_as: str = "float32",
) -> EmbeddingSet:
    """Store a set, one block in memory at a time. The caller holds the set's lock.

    Parameters
    ----------
    shape : (N, D)
    blocks
        For each recording its rows (n,), ascending, and their embeddings (n, D); None for a failure.
    stored_as
        One of `config.STORED_AS`; float16 is half as large and rounds each number by a twentieth of a percent at
        most; one below 6e-5 by 3e-8.

    Raises
    ------
    BadInput
        A number is beyond what float16 holds, or all of a clip's are too small for it.
    DiskFull
        No room on the disk.

    """
    valid = np.zeros(shape[0], dtype=bool)

    def parts() -> Iterator[tuple[slice, np.ndarray]]:
        for rows, block in blocks:
            values = np.full((len(rows), shape[1]), np.nan, dtype=np.float32) if block is None else block
            valid[rows] = np.isfinite(values).all(axis=1)
            _check_range(values[valid[rows]], stored_as)
            for first, last in _runs(rows):
                yield slice(int(rows[first]), int(rows[last - 1]) + 1), values[first:last]

    with contextlib.suppress(FileNotFoundError):
        (folder / ABOUT).unlink()  # written last below: a set without it is not complete
    digest = save_rows(folder / MATRIX, shape, np.dtype(stored_as), parts())
    save_array(folder / VALID, valid)
    about = {
        "key": key,
        "matrix": digest,
        "failures": [asdict(failure) for failure in failures],
        "provenance": {**provenance, **({} if stored_as == "float32" else {"stored_as": stored_as})},
    }
    write_json(folder / ABOUT, about)
    written = read_set(folder, *shape)
    if written is None:
        raise Corrupt(f"{folder} does not hold what was just written to it. Check the disk.")
    return written


def _check_range(values: np.ndarray, stored_as: str) -> None:
    """Raise BadInput where numbers of (n, D) float32 embeddings would become infinite, or so small that little is left.

    A clip's largest number decides: beside it smaller ones may be rounded.
    """
    if stored_as == "float32" or not len(values):
        return
    kind, each = np.finfo(stored_as), np.abs(values).max(axis=1)
    advice = "Set BIOVIZ_STORED_AS to float32 for this model."
    if each.max() > float(kind.max):
        raise BadInput(
            f"Numbers of these embeddings reach {each.max():,.0f}, and {stored_as} ends at {kind.max:,.0f}. {advice}"
        )
    if (small := each[(each > 0) & (each < _WHOLE_STEPS * float(kind.smallest_subnormal))]).size:
        raise BadInput(
            f"The largest number of some of these embeddings is {small.max():.1g}, where {stored_as} has few steps "
            f"left. {advice}"
        )


def _runs(rows: np.ndarray) -> Iterator[tuple[int, int]]:
    """Positions (first, one past the last) of stretches of consecutive rows."""
    if len(rows):
        breaks = np.flatnonzero(np.diff(rows) != 1) + 1
        edges = [0, *breaks.tolist(), len(rows)]
        yield from itertools.pairwise(edges)
