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
from bioviz.models import registry
from bioviz.store.arrays import load_array, save_array, save_rows, stored_digest
from bioviz.store.files import Corrupt, read_json, write_json
from bioviz.store.usage import touch

MATRIX, VALID, ABOUT = "matrix.npy", "valid.npy", "set.json"


@dataclass(frozen=True)
class EmbeddingSet:
    """The embeddings of all clips of a dataset by one model and checkpoint.

    Attributes
    ----------
    key
        Names this content; part of the key of everything computed from it.
    matrix : (N, D) float32
        memory-mapped read-only; a row of NaN where there is no embedding.
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
    return folder_of(set_key(dataset, identity, registry.card(model_name).sample_rate or dataset.sample_rate))


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
) -> EmbeddingSet:
    """Store a set, one block in memory at a time. The caller holds the set's lock.

    Parameters
    ----------
    shape : (N, D)
    blocks
        For each recording its rows (n,), ascending, and their embeddings (n, D); None for a failure.

    Raises
    ------
    DiskFull
        No room on the disk.

    """
    valid = np.zeros(shape[0], dtype=bool)

    def parts() -> Iterator[tuple[slice, np.ndarray]]:
        for rows, block in blocks:
            values = np.full((len(rows), shape[1]), np.nan, dtype=np.float32) if block is None else block
            valid[rows] = np.isfinite(values).all(axis=1)
            for first, last in _runs(rows):
                yield slice(int(rows[first]), int(rows[last - 1]) + 1), values[first:last]

    with contextlib.suppress(FileNotFoundError):
        (folder / ABOUT).unlink()  # written last below: a set without it is not complete
    digest = save_rows(folder / MATRIX, shape, np.float32, parts())
    save_array(folder / VALID, valid)
    about = {
        "key": key,
        "matrix": digest,
        "failures": [asdict(failure) for failure in failures],
        "provenance": dict(provenance),
    }
    write_json(folder / ABOUT, about)
    written = read_set(folder, *shape)
    if written is None:
        raise Corrupt(f"{folder} does not hold what was just written to it. Check the disk.")
    return written


def _runs(rows: np.ndarray) -> Iterator[tuple[int, int]]:
    """Positions (first, one past the last) of stretches of consecutive rows."""
    if len(rows):
        breaks = np.flatnonzero(np.diff(rows) != 1) + 1
        edges = [0, *breaks.tolist(), len(rows)]
        yield from itertools.pairwise(edges)
