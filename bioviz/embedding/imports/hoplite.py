"""A perch-hoplite database (as BirdNET-Analyzer 2 writes too): SQLite tables and a USearch index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from bioviz.embedding.imports.results import MAX_ROWS, Results
from bioviz.embedding.imports.usearch_file import read_index
from bioviz.errors import BadInput

TABLES, INDEX = "hoplite.sqlite", "usearch.index"
MOST_BYTES = 1 << 16
"""Of a cell that is read: a name, or the times of a window; a generated column may be said to be any size."""
_WINDOWS = """SELECT windows.id, recordings.filename, windows.offsets FROM windows
JOIN recordings ON recordings.id = windows.recording_id"""
_OLDER = """SELECT hoplite_embeddings.id, hoplite_sources.source, hoplite_embeddings.offsets FROM hoplite_embeddings
JOIN hoplite_sources ON hoplite_sources.id = hoplite_embeddings.source_idx"""


def is_hoplite(folder: Path) -> bool:
    return (folder / TABLES).is_file()


def read_hoplite(folder: Path, window_s: str = "") -> Results:
    """Read a database of hoplite 1 (tables windows and recordings) or older (hoplite_embeddings and hoplite_sources).

    Parameters
    ----------
    window_s
        Length of a window in seconds, where the older tables tell only when one begins.

    Raises
    ------
    BadInput
        It is damaged, no such database, or the windows' length has to be said.

    """
    if not (folder / INDEX).is_file():
        raise BadInput(f"{folder} has no {INDEX}, in which hoplite keeps the embeddings.")
    rows = _rows(folder / TABLES)
    vectors, keys = read_index(folder / INDEX)
    order = np.argsort(keys)
    ids = np.array([row[0] for row in rows], dtype=np.uint64)
    at = np.searchsorted(keys[order], ids)
    known = (at < len(keys)) & (keys[order][np.minimum(at, len(keys) - 1)] == ids)
    times = [
        _times(folder, row[2], window_s) for row, there in zip(rows, known.tolist(), strict=True) if there
    ]
    if not times:
        raise BadInput(f"{folder}: no window of the tables has an embedding in {INDEX}.")
    start, end = np.array(times, dtype=np.float64).T
    lost = int((~known).sum())
    notes = (f"{lost:,} windows without an embedding",) if lost else ()
    names = tuple(str(row[1]) for row, there in zip(rows, known.tolist(), strict=True) if there)
    return Results("a hoplite database", names, start, end, vectors[order[at[known]]], folder.name, notes)


def _rows(path: Path) -> list[tuple[int, str, bytes]]:
    """Id, recording and offsets of every window; the file is only read."""
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        ) as connection:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_BYTES)
            connection.execute("PRAGMA trusted_schema = OFF")
            kinds = dict(connection.execute("SELECT name, type FROM sqlite_master").fetchall())
            if kinds.get("windows") == "table" and kinds.get("recordings") == "table":
                query = _WINDOWS
            elif kinds.get("hoplite_embeddings") == "table" and kinds.get("hoplite_sources") == "table":
                query = _OLDER
            else:
                raise BadInput(
                    f"{path} has no tables of hoplite; it has {', '.join(sorted(map(str, kinds))[:8]) or 'none'}."
                )
            return _unique(path, connection.execute(query))
    except sqlite3.Error as error:
        raise BadInput(f"{path} cannot be read as a SQLite database ({error}).") from error


def _unique(path: Path, found: Iterable[tuple[Any, Any, Any]]) -> list[tuple[int, str, bytes]]:
    """Return the rows by their ids, read one by one: where recordings repeat an id, a join multiplies windows."""
    rows: dict[int, tuple[int, str, bytes]] = {}
    for window, recording, offsets in found:
        if not isinstance(window, int) or window < 0:
            raise BadInput(f"{path} is damaged: {str(window)[:80]!r} is no number of a window.")
        if window in rows:
            raise BadInput(f"{path} is damaged: its window {window} is there twice, or its recording is.")
        if len(rows) == MAX_ROWS:
            raise BadInput(f"{path} holds more windows than can be read.")
        rows[window] = (window, recording, offsets)
    return [rows[window] for window in sorted(rows)]


def _times(folder: Path, offsets: object, window_s: str) -> tuple[float, float]:
    """Beginning and end of a window: two float64, or one float32 (or float64) where only the beginning is kept."""
    if not isinstance(offsets, bytes) or len(offsets) not in (2, 4, 8, 16):
        raise BadInput(f"{folder / TABLES} holds a window whose times cannot be read.")
    kind = {2: "<f2", 4: "<f4"}.get(len(offsets), "<f8")
    values = np.frombuffer(offsets, kind).astype(np.float64)
    if len(values) == 2:
        return float(values[0]), float(values[1])
    try:
        return float(values[0]), float(values[0]) + float(window_s)
    except ValueError as error:
        raise BadInput(
            f"{folder / TABLES} tells only when its windows begin. Say how long one is (BirdNET 3 s, Perch 5 s)."
        ) from error
