"""Files that a user uploads: unpacked under the cache folder, whatever a zip claims about names and sizes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import stat
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from bioviz import rights
from bioviz.config import settings
from bioviz.datasets.files.leftovers import is_irrelevant
from bioviz.errors import BadInput
from bioviz.store.files import disk_trouble

_KEPT = frozenset({".txt", ".yml", ".yaml"})  # of kinds that are mostly irrelevant: BEANS has a datasets.yml
MAX_FILES = 100_000
MAX_BYTES = 50_000_000_000
_CHUNK = 1 << 20


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
    with disk_trouble(home):
        home.mkdir(parents=True, exist_ok=True)
    work = home / f".unpacking-{secrets.token_hex(8)}"  # with the rights that the umask leaves to others
    work.mkdir()
    try:
        budget = _Budget(min(MAX_BYTES, shutil.disk_usage(home).free))
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


class _Budget:
    """Counts what is written and stops at the limits, whatever a zip's directory says."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes, self.bytes, self.files, self.of_use = max_bytes, 0, 0, 0

    def add_file(self, name: str) -> None:
        self.files += 1
        self.of_use += not is_irrelevant(name)
        if self.files > MAX_FILES:
            raise BadInput(f"The upload holds more than {MAX_FILES:,} files. Add a folder instead.")

    def add_bytes(self, n: int) -> None:
        self.bytes += n
        if self.bytes > self.max_bytes:
            raise BadInput(
                f"The upload unpacks to more than {self.max_bytes / 1e9:.1f} GB. Add a folder instead."
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
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise BadInput(f"{name} cannot be unpacked: {error}. Pack it again.") from error


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


def _safe_part(part: str) -> str:
    """Return a name of one file or folder without control characters, slashes or leading dots."""
    plain = "".join("_" if unicodedata.category(ch).startswith("C") or ch in "/\\" else ch for ch in part)
    return plain.strip().lstrip(".")[:200] or "unnamed"


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


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
