"""Files that a user uploads: unpacked under the cache folder, whatever a zip claims about names and sizes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import stat
import time
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from bioviz import rights
from bioviz.config import settings
from bioviz.datasets.files.leftovers import is_irrelevant
from bioviz.datasets.library import list_datasets
from bioviz.errors import BadInput
from bioviz.store.files import DiskFull, disk_trouble
from bioviz.store.reserved import DEVICES
from bioviz.store.zips import ZIP_TROUBLE

_KEPT = frozenset({".txt", ".yml", ".yaml"})  # of kinds that are mostly irrelevant: BEANS has a datasets.yml
MAX_FILES = 100_000
MAX_BYTES = 50_000_000_000
MOST_TIMES, UNSUSPICIOUS_BYTES = 30, 100_000_000
"""A zip unpacks to at most this many times its size: even silence is kept as flac, and wav of nature hardly shrinks."""
SPARE_BYTES = 1_000_000_000
"""What an upload leaves free of the disk."""
_CHUNK = 1 << 20
_BEING_LOOKED_AT_S = 3600.0
_LONGEST_NAME = 200  # bytes; disks allow 255, and what is made of a recording is called like it
_NO_NAME_ON_WINDOWS = '/\\<>:"|?*'


def store(files: Sequence[tuple[str, BinaryIO]]) -> Path:
    """Keep uploaded files; the same files again give the same folder without writing anything.

    Parameters
    ----------
    files : (name, open binary file)
        A zip is unpacked, several each into a folder of its name. Files of all kinds that may be sound or
        annotations are kept, so that the report can name what is not understood.

    Returns
    -------
    The folder that holds them: cache_dir/uploads/<hash>/<name>.

    Raises
    ------
    BadInput
        Nothing usable, a broken or encrypted zip, a name that leads outside, or too much data.
    DiskFull
        The disk has no room for it.

    """
    rights.require()
    if not files:
        raise BadInput("No file was chosen.")
    home = settings().cache_dir / "uploads" / _hash(files)
    zips = [name for name, _ in files if _is_zip(name)]
    title = _safe_part(Path(zips[0]).stem) if len(files) == 1 and zips else "upload"
    target = home / title
    if target.is_dir():
        return target
    work = home / f".unpacking-{secrets.token_hex(8)}"  # with the rights that the umask leaves to others
    with disk_trouble(work):
        work.mkdir(parents=True)
    try:
        sent = sum(_size(file) for _, file in files)
        budget = _Budget(
            min(MAX_BYTES, max(MOST_TIMES * sent, UNSUSPICIOUS_BYTES)),
            shutil.disk_usage(home).free - SPARE_BYTES,
        )
        for name, file in files:
            file.seek(0)
            if _is_zip(name):
                _unpack(name, file, work / _safe_part(Path(name).stem) if len(files) > 1 else work, budget)
            elif _wanted(name):
                _copy(file, work / _safe_part(name.replace("\\", "/").rsplit("/", 1)[-1]), budget)
        if not budget.of_use:
            raise BadInput("The upload holds no audio and no table of annotations.")
        if not target.is_dir():
            os.replace(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        with contextlib.suppress(OSError):  # it holds what was asked for
            home.rmdir()
    return target


def unused() -> list[Path]:
    """Return the uploads of which no dataset is made: discarded, refused, or of datasets that were removed."""
    home = settings().cache_dir / "uploads"
    roots = [Path(summary.root) for summary in list_datasets() if summary.root]
    folders = (path for path in home.iterdir() if path.is_dir()) if home.is_dir() else ()
    return sorted(path for path in folders if not any(root.is_relative_to(path) for root in roots))


def remove_unused() -> int:
    """Remove the uploads of which no dataset is made, and return how many bytes they took.

    One that was touched in the last hour stays: somebody may be looking at what it holds.
    """
    rights.require()
    freed = 0
    for folder in unused():
        if time.time() - folder.stat().st_mtime > _BEING_LOOKED_AT_S:
            freed += sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            shutil.rmtree(folder, ignore_errors=True)
    return freed


class _Budget:
    """Counts what is written and stops at the limits, whatever a zip's directory says."""

    def __init__(self, max_bytes: int, free_bytes: int) -> None:
        self.max_bytes, self.free_bytes = max_bytes, free_bytes
        self.bytes = self.files = self.of_use = 0

    def add_file(self, name: str) -> None:
        self.files += 1
        self.of_use += not is_irrelevant(name)
        if self.files > MAX_FILES:
            raise BadInput(f"The upload holds more than {MAX_FILES:,} files. Add a folder instead.")

    def add_bytes(self, n: int) -> None:
        self.bytes += n
        if self.bytes > self.free_bytes:
            raise DiskFull(
                f"The disk is full: this upload has no room, as {SPARE_BYTES / 1e9:g} GB always stays free. "
                "Free some space, or add the folder in which the recordings lie, which copies nothing."
            )
        if self.bytes > self.max_bytes:
            raise BadInput(
                f"The upload unpacks to more than {self.max_bytes / 1e9:.1f} GB, more than recordings are ever packed. "
                "Add the folder in which they lie instead."
            )


def _unpack(name: str, file: BinaryIO, target: Path, budget: _Budget) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                if entry.is_dir() or not _wanted(entry.filename):
                    continue
                if stat.S_ISLNK(entry.external_attr >> 16):
                    raise BadInput(f"{name} holds a link ({entry.filename}); put the file itself into it.")
                if entry.flag_bits & 0x1:
                    raise BadInput(f"{name} is protected by a password. Pack it again without one.")
                path = target.joinpath(*_safe_parts(name, entry.filename))
                with archive.open(entry) as source:
                    _copy(source, path, budget)
    except ZIP_TROUBLE as error:
        raise BadInput(
            f"{name} cannot be unpacked: {str(error) or 'it is damaged'}. Pack it again."
        ) from error


def _copy(source: IO[bytes], path: Path, budget: _Budget) -> None:
    if path.exists():
        raise BadInput(f"{path.name} comes twice in the upload; rename one of them.")
    budget.add_file(path.name)
    with disk_trouble(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as out:
            for chunk in _chunks(source):
                budget.add_bytes(len(chunk))
                out.write(chunk)


def _safe_parts(archive: str, name: str) -> list[str]:
    """Return the folders and file name of a zip entry.

    Raises
    ------
    BadInput
        It would lead outside the folder.

    """
    plain = name.replace("\\", "/")
    parts = [part for part in PurePosixPath(plain).parts if part != "."]
    if plain.startswith("/") or ".." in parts or any(":" in part and len(part) == 2 for part in parts[:1]):
        raise BadInput(f"{archive} holds a file that would be written outside its folder ({name}).")
    return [_safe_part(part) for part in parts]


def _safe_part(part: str, windows: bool = os.name == "nt") -> str:
    """Return a name that one file or folder can have, without control characters, slashes or leading dots.

    Parameters
    ----------
    part : str
        As it is called in the upload.
    windows : bool
        Whether the disk is of Windows, on which a few more names mean something else.

    """
    odd = _NO_NAME_ON_WINDOWS if windows else "/\\"
    plain = "".join("_" if unicodedata.category(ch).startswith("C") or ch in odd else ch for ch in part)
    plain = plain.strip().lstrip(".")
    if windows:
        plain = plain.rstrip(". ")
        if plain.split(".")[0].rstrip().casefold() in DEVICES:
            plain = f"_{plain}"
    return _shortened(plain) or "unnamed"


def _shortened(name: str) -> str:
    """Return a name of at most `_LONGEST_NAME` bytes with its ending, told apart from others that begin as it does."""
    data = name.encode()
    if len(data) <= _LONGEST_NAME:
        return name
    ending = PurePosixPath(name).suffix[:16]
    told_apart = f"~{hashlib.sha256(data).hexdigest()[:8]}{ending}"
    return data[: _LONGEST_NAME - len(told_apart.encode())].decode("utf-8", "ignore") + told_apart


def _wanted(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    hidden = any(part.startswith(".") and part not in (".", "..") for part in path.parts)
    of_use = not is_irrelevant(path.name) or path.suffix.lower() in _KEPT
    return of_use and not hidden and "__MACOSX" not in path.parts


def _is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def _hash(files: Sequence[tuple[str, BinaryIO]]) -> str:
    whole = hashlib.sha256()
    for name, file in files:
        entry_hash = hashlib.sha256(name.encode())
        file.seek(0)
        for chunk in _chunks(file):
            entry_hash.update(chunk)
        whole.update(entry_hash.digest())
    return whole.hexdigest()[:16]


def _size(file: BinaryIO) -> int:
    return file.seek(0, os.SEEK_END)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
