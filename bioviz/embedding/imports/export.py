"""Embedding sets for other programs: Parquet, and a database that perch-hoplite opens."""

from __future__ import annotations

import importlib.util
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np

from bioviz.datasets.types import BACKGROUND, Dataset
from bioviz.embedding.imports.hoplite import INDEX, TABLES
from bioviz.embedding.stored.sets import EmbeddingSet
from bioviz.errors import BadInput, Missing

USEARCH = (
    'USearch is not installed, which writes the index of a hoplite database: pip install "bioviz[hoplite]"'
)
_SCHEMA = """
CREATE TABLE hoplite_metadata (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE deployments (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, project TEXT NOT NULL,
  latitude REAL, longitude REAL, UNIQUE (name, project));
CREATE TABLE recordings (id INTEGER PRIMARY KEY AUTOINCREMENT, filename TEXT NOT NULL, datetime TEXT,
  deployment_id INTEGER REFERENCES deployments(id) ON DELETE CASCADE, UNIQUE (id, deployment_id),
  UNIQUE (filename, deployment_id));
CREATE TABLE windows (id INTEGER PRIMARY KEY AUTOINCREMENT,
  recording_id INTEGER NOT NULL REFERENCES recordings(id) ON DELETE CASCADE, offsets FLOAT_LIST NOT NULL,
  UNIQUE (id, recording_id, offsets));
CREATE TABLE annotations (id INTEGER PRIMARY KEY AUTOINCREMENT,
  recording_id INTEGER NOT NULL REFERENCES recordings(id) ON DELETE CASCADE, offsets FLOAT_LIST NOT NULL,
  label TEXT NOT NULL, label_type INTEGER NOT NULL, provenance TEXT NOT NULL, UNIQUE (id, recording_id, offsets));
"""
_POSITIVE = 1  # hoplite's LabelType


def to_parquet(dataset: Dataset, embeddings: EmbeddingSet) -> bytes:
    """Embeddings as Parquet: path, start_s, end_s, label (several with " | "), embedding (a list of float32).

    Clips without an embedding are left out. `imports.read` reads it again.
    """
    import pyarrow
    import pyarrow.parquet

    rows = np.flatnonzero(np.asarray(embeddings.valid))
    clips = dataset.clips
    matrix = np.ascontiguousarray(embeddings.matrix[rows], dtype=np.float32)
    table = pyarrow.table(
        {
            "path": [dataset.recordings[i].name for i in clips.recording[rows]],
            "start_s": clips.start_s[rows],
            "end_s": clips.end_s[rows],
            "label": [" | ".join(dataset.labels_of(int(row))) or BACKGROUND for row in rows],
            "embedding": pyarrow.FixedSizeListArray.from_arrays(
                pyarrow.array(matrix.ravel()), matrix.shape[1]
            ),
        },
        metadata={"bioviz": json.dumps(dict(embeddings.provenance), default=str)},
    )
    content = io.BytesIO()
    pyarrow.parquet.write_table(table, content, compression="zstd")
    return content.getvalue()


def write_hoplite(folder: Path, dataset: Dataset, embeddings: EmbeddingSet) -> int:
    """Write a database of perch-hoplite 1 into a folder that is not there yet; returns its windows.

    Recordings, windows and annotations (boxes of the dataset) go into its tables, vectors as float16 into its index.

    Raises
    ------
    Missing
        USearch is not installed.
    BadInput
        The folder is there already, or cannot be written.

    """
    if not importlib.util.find_spec("usearch"):
        raise Missing(USEARCH)
    from usearch.index import Index

    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise BadInput(f"{folder} is there already. Name a folder that is not.") from error
    except OSError as error:
        raise BadInput(f"{folder} cannot be written: {error.strerror}.") from error
    rows = np.flatnonzero(np.asarray(embeddings.valid))
    dim = embeddings.matrix.shape[1]
    clips = dataset.clips
    settings = {
        "embedding_dim": dim,
        "dtype": "float16",
        "metric_name": "IP",
        "expansion_add": 256,
        "expansion_search": 128,
    }
    with closing(sqlite3.connect(folder / TABLES)) as database:
        database.executescript(_SCHEMA)
        database.execute("INSERT INTO hoplite_metadata VALUES ('usearch_config', ?)", (json.dumps(settings),))
        database.execute(
            "INSERT INTO deployments (id, name, project) VALUES (1, ?, 'bioviz')", (dataset.name,)
        )
        database.executemany(
            "INSERT INTO recordings VALUES (?, ?, ?, 1)",
            [
                (i, each.name, each.recorded_at.isoformat() if each.recorded_at else None)
                for i, each in enumerate(dataset.recordings, start=1)
            ],
        )
        times = np.stack([clips.start_s[rows], clips.end_s[rows]], axis=1).astype("<f8")
        database.executemany(
            "INSERT INTO windows VALUES (?, ?, ?)",
            [
                (i, int(clips.recording[row]) + 1, both.tobytes())
                for i, (row, both) in enumerate(zip(rows, times, strict=True), start=1)
            ],
        )
        database.executemany(
            "INSERT INTO annotations (recording_id, offsets, label, label_type, provenance) "
            "VALUES (?, ?, ?, ?, 'bioviz')",
            [
                (
                    each.recording + 1,
                    np.array([each.start_s, each.end_s], "<f8").tobytes(),
                    each.label,
                    _POSITIVE,
                )
                for each in dataset.annotations
            ],
        )
        database.commit()
    index = Index(ndim=dim, metric="ip", dtype="f16", expansion_add=256, expansion_search=128)
    index.add(np.arange(1, len(rows) + 1), np.ascontiguousarray(embeddings.matrix[rows], dtype=np.float32))
    index.save(str(folder / INDEX))
    return len(rows)
