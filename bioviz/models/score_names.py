"""What the scores of a model file are called: a list of names inside the file, or beside it."""

from __future__ import annotations

import csv
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

    Looked for are a list inside a `.tflite` file (its metadata), the list that its card names, then files beside it:
    those that BirdNET's and BirdNET-Analyzer's programs write (`..._Labels.txt`), `labels.txt` and `labels.csv`.
    """
    if not has_scores(card) or card.weights is None:
        return ()
    path = weights.locate(card.weights)
    if path is None:
        return ()
    published = card.weights.labels and weights.locate(card.weights.labels)
    places = (*([published] if published else []), *_beside(path))
    read = next((each for each in places if each.is_file()), None)
    about = [] if read is None else [read.stat().st_size, read.stat().st_mtime_ns]
    return _names(path, read, path.stat().st_size, path.stat().st_mtime_ns, *about)


def names_missing(card: ModelCard) -> str:
    """Say where the names of a model's scores can be had, where its list is not here; "" else."""
    published = card.weights.labels if card.weights else None
    if published is None or not has_scores(card) or score_names(card):
        return ""
    return f"The names of its scores are not here: put {published.name} beside it, from {published.url}."


@lru_cache(maxsize=32)
def _names(path: Path, beside: Path | None, *_changed: int) -> tuple[str, ...]:
    return names_inside(path) or (read_names(beside) if beside else ())


def _beside(path: Path) -> list[Path]:
    stem = path.stem
    shorter = stem.split("_Model")[0]
    names = (
        f"{stem}_Labels.txt",
        f"{shorter}_Labels.txt",
        f"{stem}.labels.txt",
        f"{stem}_labels.txt",
        f"{shorter}_Labels.csv",
        OWN_NAMES,
        "labels.csv",
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
    """Return the names in a text file, one a line, or a CSV; () where it cannot be read or is no such list."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return ()
        return names_in(path.name, path.read_bytes())
    except OSError:
        return ()


def names_in(file: str, content: bytes) -> tuple[str, ...]:
    """Return the names in a list by the ending of its file: a CSV, or a text with one name a line."""
    return names_of_table(content) if file.lower().endswith(".csv") else as_names(content)


def names_of_table(content: bytes) -> tuple[str, ...]:
    """Return the names in a CSV with a header, a line a score: both names of a species where it has them.

    Columns `sci_name` and `com_name`, as BirdNET 3 has them, become one name as in BirdNET's other lists
    (`Parus major_Great Tit`); of any other table the first column counts, as of Perch's.
    """
    lines = as_names(content)
    if not lines:
        return ()
    separator = ";" if lines[0].count(";") > lines[0].count(",") else ","
    rows = [row for row in csv.reader(lines, delimiter=separator) if row]
    head = [name.strip().lower() for name in rows[0]]
    wanted = [head.index(name) for name in ("sci_name", "com_name") if name in head] or [0]
    if any(len(row) <= max(wanted) for row in rows):
        return ()
    return tuple("_".join(row[i].strip() for i in wanted)[:LONGEST] for row in rows[1:])


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
