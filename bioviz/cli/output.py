"""Files that commands write where the user says: checked before anything is computed, written atomically."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from bioviz.errors import BadInput
from bioviz.store.files import write_atomic


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
        except OSError as error:
            raise _sentence(path, error) from error


def _sentence(path: Path, error: OSError) -> BadInput:
    return BadInput(f"{path} cannot be written: {error.strerror or error}. Choose another place with --out.")
