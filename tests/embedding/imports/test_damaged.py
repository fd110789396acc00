"""Files of embeddings that are damaged, or small and say that they are large: a sentence, and little memory."""

from __future__ import annotations

import io
import sqlite3
import tracemalloc
import zipfile
from contextlib import closing

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from bioviz.embedding.imports.preview import look
from bioviz.embedding.imports.read import read_results
from bioviz.errors import BadInput
from tests.embedding.imports import layouts

LITTLE_BYTES = 20_000_000


@pytest.fixture
def database(tmp_path):
    """Write a hoplite database of nine windows, then change its tables."""

    def write(change: str):
        vectors = np.ones((9, 4), np.float32)
        times = np.array([[3 * i, 3 * i + 3] for i in range(9)], float)
        layouts.write_hoplite(tmp_path / "db", ["a.wav"] * 9, times, vectors)
        with closing(sqlite3.connect(tmp_path / "db" / "hoplite.sqlite")) as connection:
            connection.executescript(change)
        return tmp_path / "db"

    return write


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "DROP TABLE windows; CREATE TABLE windows (id INTEGER PRIMARY KEY, recording_id INTEGER, "
            "offsets BLOB AS (zeroblob(100000000))); INSERT INTO windows VALUES (1, 1), (2, 1), (3, 1);",
            "too big",
        ),
        (
            "DROP TABLE windows; DROP TABLE recordings; CREATE TABLE recordings (id INTEGER, filename TEXT);"
            "CREATE TABLE windows (id INTEGER, recording_id INTEGER, offsets BLOB);"
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700) "
            "INSERT INTO recordings SELECT 1, 'a.wav' FROM n;"
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700) "
            "INSERT INTO windows SELECT i, 1, zeroblob(16) FROM n;",
            "twice",
        ),
        ("UPDATE windows SET id = -1 WHERE id = 3", "no number of a window"),
        (
            "ALTER TABLE windows RENAME TO w; "
            "CREATE TABLE windows AS SELECT 'x' || id AS id, recording_id, offsets FROM w",
            "no number of a window",
        ),
    ],
    ids=["generated", "join", "negative", "text"],
)
def test_tables_that_say_they_are_large_are_refused_before_they_are(database, change, said):
    folder = database(change)
    tracemalloc.start()
    try:
        with pytest.raises(BadInput, match=said):
            read_results(folder)
        assert tracemalloc.get_traced_memory()[1] < LITTLE_BYTES
    finally:
        tracemalloc.stop()


def test_an_index_that_announces_more_than_it_holds(database):
    folder = database("")
    index = folder / "usearch.index"
    index.write_bytes(b"\xff" * 8 + index.read_bytes()[8:])
    with pytest.raises(BadInput, match="too short"):
        read_results(folder)


def header(said: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(said).to_bytes(2, "little") + said.encode()


def archive(path, content: bytes, spoil=lambda data: data):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("embedding.npy", content)
    path.write_bytes(spoil(path.read_bytes()))
    return path


def encrypted(data: bytes) -> bytes:
    """Say in both heads of the one member that a password is needed."""
    changed = bytearray(data)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[data.index(mark) + place] |= 1
    return bytes(changed)


def garbled(data: bytes) -> bytes:
    start = 30 + len("embedding.npy")
    return data[:start] + b"\xff" * 20 + data[start + 20 :]


LARGE = "{'descr': '<f8', 'fortran_order': False, 'shape': (4398046511104,), }"


def array() -> bytes:
    file = io.BytesIO()
    np.save(file, np.arange(4000, dtype=np.float32).reshape(500, 8))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "spoil"),
    [
        (header(LARGE) + bytes(64), bytes),
        (header("-" * 9000), bytes),
        (array(), encrypted),
        (array(), garbled),
        (b"no array", bytes),
    ],
    ids=["large", "header", "encrypted", "garbled", "nothing"],
)
@pytest.mark.parametrize("opens", [look, read_results])
def test_archives_of_arrays(tmp_path, opens, content, spoil):
    with pytest.raises(BadInput, match=r"e\.npz"):
        opens(archive(tmp_path / "e.npz", content, spoil))


def test_an_archive_of_something_else(tmp_path):
    with zipfile.ZipFile(tmp_path / "e.npz", "w") as written:
        written.writestr("notes.txt", "x")
    with pytest.raises(BadInput, match="no array"):
        read_results(tmp_path / "e.npz")


def test_a_header_that_brings_the_parser_down(tmp_path):
    (tmp_path / "e.npy").write_bytes(header("-" * 9000))
    with pytest.raises(BadInput, match=r"e\.npy is no"):
        read_results(tmp_path / "e.npy")


def test_a_cell_that_is_longer_than_a_table_may_have(tmp_path):
    (tmp_path / "e.csv").write_text("path,start,end,embedding\n" + "x" * 140_000 + ",0,3,1\n")
    with pytest.raises(BadInput, match="cannot be read as a table"):
        read_results(tmp_path / "e.csv")


@pytest.mark.parametrize("kind", ["time", "letters"])
@pytest.mark.parametrize("opens", [look, read_results])
def test_cells_of_parquet_that_python_cannot_hold(tmp_path, opens, kind):
    if kind == "time":
        names = pyarrow.array([1 << 60], pyarrow.timestamp("us"))
    else:
        names = pyarrow.array([b"\xff\xfe"], pyarrow.binary()).view(pyarrow.string())
    vectors = pyarrow.array([[1.0, 2.0]], pyarrow.list_(pyarrow.float32()))
    table = pyarrow.table({"path": names, "start": [0.0], "end": [3.0], "embedding": vectors})
    pyarrow.parquet.write_table(table, tmp_path / "e.parquet")
    with pytest.raises(BadInput, match=r"e\.parquet"):
        opens(tmp_path / "e.parquet")
