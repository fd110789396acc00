"""Files that commands write where the user says: checked before anything is computed, written atomically."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput
from bioviz.store.files import NotWritable, write_atomic

T = TypeVar("T")
Maker = Callable[[Dataset, T], bytes | dict[str, bytes]]


def check_writable(out: Path, *, folder: bool) -> None:
    """Check that `out` can be written, before hours are spent on what goes there.

    Parameters
    ----------
    out : Path
        File, or folder that is made where it is missing.
    folder : bool
        Whether `out` will hold files, or be one.

    Raises
    ------
    BadInput
        It cannot; the sentence says why.
    """
    try:
        if folder and out.exists() and not out.is_dir():
            raise BadInput(f"{out} is a file, but this format writes one file a recording. Name a folder.")
        if not folder and out.is_dir():
            raise BadInput(f"{out} is a folder. Name a file in it.")
        existing = out if folder and out.exists() else out.parent
        while not existing.exists():
            existing = existing.parent
        if not existing.is_dir():
            raise BadInput(f"{existing} is a file, so nothing can be written below it. Choose another place.")
        target = out if out.exists() else existing
        if not os.access(target, os.W_OK) or not os.access(existing, os.W_OK | os.X_OK):
            raise BadInput(f"{target} cannot be written to. Choose another place with --out.")
    except OSError as error:
        raise _sentence(out, error) from error


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write files, making their folders.

    Raises
    ------
    BadInput
        A file cannot be written; what was written before stays.
    DiskFull
        No room on the disk.
    """
    for path, content in files.items():
        try:
            write_atomic(path, content)
        except NotWritable as error:  # its advice is about the cache
            cause = error.__cause__
            raise (_sentence(path, cause) if isinstance(cause, OSError) else error) from cause
        except OSError as error:
            raise _sentence(path, error) from error


def files_by_recording(
    out: Path, file_format: str, dataset: Dataset, clips: T, makers: Mapping[str, Maker[T]]
) -> dict[Path, bytes]:
    """Return what a format writes: one file for all, or a file a recording.

    Parameters
    ----------
    out : Path
        The file, or the folder of files.
    file_format : str
        A key of `makers`.
    dataset : Dataset
        Whose clips they are.
    clips
        What the maker takes beside the dataset: rows, or flags.
    makers
        By format, a function of (dataset, clips): bytes for one file, or {name: bytes} for a file a recording.

    Returns
    -------
    dict
        {path: bytes}, as `write_files` takes them.
    """
    content = makers[file_format](dataset, clips)
    if isinstance(content, bytes):
        return {out: content}
    return {out / name: data for name, data in content.items()}


def write_by_recording(
    out: Path, file_format: str, dataset: Dataset, clips: T, makers: Mapping[str, Maker[T]]
) -> list[str]:
    """Write what `files_by_recording` returns, and return the paths. Raises as `write_files` does."""
    files = files_by_recording(out, file_format, dataset, clips, makers)
    write_files(files)
    return [str(path) for path in files]


def _sentence(path: Path, error: OSError) -> BadInput:
    return BadInput(f"{path} cannot be written: {error.strerror or error}. Choose another place with --out.")
