"""What the scores of a model file are called: a list of names inside the file, or beside it."""

from __future__ import annotations

import zipfile
from functools import lru_cache
from pathlib import Path

from bioviz.models import weights
from bioviz.models.base import ModelCard
from bioviz.store.zips import ZIP_TROUBLE

MAX_BYTES, MAX_NAMES, LONGEST = 4 << 20, 50_000, 200
OWN_NAMES = "labels.txt"
"""Name of the list beside a file that a user brought."""


def has_scores(card: ModelCard) -> bool:
    """Whether a model file gives scores beside its embedding."""
    return card.graph is not None and bool(card.graph.scores)


def score_names(card: ModelCard) -> tuple[str, ...]:
    """Return the names of a model file's scores in their order; () where no list is found.

    Looked for are a list inside a `.tflite` file (its metadata), then text files beside it: those that BirdNET's and
    BirdNET-Analyzer's programs write (`..._Labels.txt`), and `labels.txt`.
    """
    if not has_scores(card) or card.weights is None:
        return ()
    path = weights.locate(card.weights)
    if path is None:
        return ()
    stat = path.stat()
    return _names(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=32)
def _names(path: Path, size: int, changed: int) -> tuple[str, ...]:
    return names_inside(path) or next((names for each in _beside(path) if (names := read_names(each))), ())


def _beside(path: Path) -> list[Path]:
    stem = path.stem
    shorter = stem.split("_Model")[0]
    names = (
        f"{stem}_Labels.txt",
        f"{shorter}_Labels.txt",
        f"{stem}.labels.txt",
        f"{stem}_labels.txt",
        OWN_NAMES,
    )
    return [path.with_name(name) for name in names]


def names_inside(path: Path) -> tuple[str, ...]:
    """Return the list in the metadata of a `.tflite` file, which is a zip behind it; () where there is none."""
    if path.suffix.lower() != ".tflite":
        return ()
    try:
        with zipfile.ZipFile(path) as archive:
            for about in archive.infolist()[:20]:
                if about.filename.endswith(".txt") and about.file_size <= MAX_BYTES:
                    return as_names(archive.read(about))
    except ZIP_TROUBLE:
        pass
    return ()


def read_names(path: Path) -> tuple[str, ...]:
    """Return the names in a text file, one a line; () where it cannot be read or is no such list."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return ()
        return as_names(path.read_bytes())
    except OSError:
        return ()


def as_names(content: bytes) -> tuple[str, ...]:
    """Return the names in the text of a list, one a line; () where it is no text or too long."""
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return ()
    names = tuple(line.strip()[:LONGEST] for line in lines if line.strip())
    return names if len(names) <= MAX_NAMES else ()


def named(card: ModelCard, count: int) -> tuple[str, ...]:
    """Return names of `count` scores of a model; "output 1" and so on where no list of that many is found."""
    names = score_names(card)
    return names if len(names) == count else tuple(f"output {i + 1}" for i in range(count))
