"""Model files and folders that were brought and wait until they are added."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from bioviz import rights
from bioviz.config import settings
from bioviz.errors import BadInput, Missing
from bioviz.models.runtimes import remote_code, session
from bioviz.models.weights import MAX_BYTES, file_sha256, hub_cache, hub_folder
from bioviz.store.files import atomic_file, disk_trouble, make_folder

_CHUNK = 1 << 20


def folder() -> Path:
    """Where the files lie, one folder each."""
    return settings().cache_dir / "own_models"


def keep_upload(name: str, file: IO[bytes]) -> Path:
    """Keep an uploaded model file until it is added; the same bytes again are the same file.

    Raises
    ------
    BadInput
        It is of no known kind, or too large.

    """
    rights.require()
    suffix = Path(name).suffix.lower()
    if suffix not in session.SUFFIXES:
        raise BadInput(f"{name} is no {' or '.join(session.SUFFIXES)} file. Choose one of these.")
    waiting = folder() / "uploaded"
    make_folder(waiting)
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    if size > min(MAX_BYTES, shutil.disk_usage(waiting).free):
        raise BadInput(f"{name} is too large ({size / 1e9:.1f} GB), or the disk is full.")
    target = waiting / f"{digest.hexdigest()}{suffix}"
    if not target.is_file():
        file.seek(0)
        with atomic_file(target) as out:  # under a name of its own until then: another may send the same
            shutil.copyfileobj(file, out, _CHUNK)
    return target


def folder_of(text: str) -> Path | None:
    """Return the folder that is meant by a path, or by "owner/name" in the cache of Hugging Face's programs.

    Raises
    ------
    BadInput
        It lies outside the data folders, which is found before anything of it is looked at.

    """
    named = re.fullmatch(r"[\w.-]{1,96}/[\w.-]{1,96}", text) is not None and ".." not in text
    try:
        directory = settings().check_inside(text)
        if directory.is_dir():
            return directory
    except BadInput:
        if not named:
            raise
    except OSError as error:
        raise BadInput(f"{text[:200]!r} cannot be the name of a folder ({error.strerror}).") from error
    return hub_folder(text) if named else None


def inside(directory: Path, name: str) -> Path:
    """Return a file of a folder, links followed; those of the hub's cache lead to its store of files.

    Raises
    ------
    BadInput
        It leads out of that folder to where nothing may be read.

    """
    try:
        place, file, hub = directory.resolve(), (directory / name).resolve(), hub_cache().resolve()
    except (OSError, RuntimeError) as error:  # a loop of links
        raise BadInput(f"{directory / name} cannot be read ({error}).") from error
    if file.is_relative_to(place) or (place.is_relative_to(hub) and file.is_relative_to(hub)):
        return file
    return settings().check_inside(file)


def keep_folder(directory: Path) -> Path:
    """Keep a copy of a folder of transformers until it is added: its weights, settings and code, none of it run.

    Raises
    ------
    BadInput
        It lacks one of them, is too large, or has links that lead elsewhere.

    """
    from bioviz.models.runtimes.transformers import BESIDE, MAX_CONFIG_BYTES, needed

    rights.require()
    for name in BESIDE:  # read below to find out what else is needed
        about = inside(directory, name)
        if about.is_file() and about.stat().st_size > MAX_CONFIG_BYTES:
            raise BadInput(f"{directory / name} is larger than any settings of a model.")
    names = ("model.safetensors", *needed(directory))
    absent = [name for name in names if not (directory / name).is_file()]
    if absent:
        raise BadInput(
            f"{directory} holds no {absent[0]}. bioviz opens folders of transformers with {', '.join(names)}; weights "
            "in other formats could run code."
        )
    if (directory / remote_code.README).is_file():
        names = (*names, remote_code.README)  # says under which licence it is
    sources = {name: inside(directory, name) for name in names}
    sizes = {name: source.stat().st_size for name, source in sources.items()}
    hashes = "".join(f"{name}\n{file_sha256(source)}\n" for name, source in sources.items())
    waiting = folder() / "uploaded"
    target = waiting / hashlib.sha256(hashes.encode()).hexdigest()
    if _is_whole(target, sizes):
        return target / names[0]
    make_folder(waiting)
    size = sum(sizes.values())
    if size > min(MAX_BYTES, shutil.disk_usage(waiting).free):
        raise BadInput(f"{directory} is too large ({size / 1e9:.1f} GB), or the disk is full.")
    with disk_trouble(target):
        # a name of its own, since two tabs may copy the same folder at once
        copy = Path(tempfile.mkdtemp(prefix=".", dir=waiting))
        try:
            for name, source in sources.items():
                shutil.copyfile(source, copy / name)
            if target.exists() and not _is_whole(target, sizes):
                shutil.rmtree(target)
            try:
                copy.rename(target)
            except OSError:
                if not _is_whole(target, sizes):
                    raise  # else the other tab was first
        finally:
            shutil.rmtree(copy, ignore_errors=True)
    return target / names[0]


def _is_whole(target: Path, sizes: Mapping[str, int]) -> bool:
    """Whether a copy has all its files; it is renamed to its place at the end, but may be half deleted."""
    return all(
        (target / name).is_file() and (target / name).stat().st_size == size for name, size in sizes.items()
    )


def discard_upload(path: Path) -> None:
    """Forget an uploaded file or folder that is not added after all."""
    if path.parent == folder() / "uploaded":
        path.unlink(missing_ok=True)
    elif path.parent.parent == folder() / "uploaded":
        shutil.rmtree(path.parent, ignore_errors=True)


def uploaded(path: str) -> Path:
    """Return an uploaded file by its path. Raises Missing, also for a path that is no upload."""
    file = Path(path)
    if folder() / "uploaded" not in (file.parent, file.parent.parent) or not file.is_file():
        raise Missing("The uploaded model file is no longer there. Upload it again.")
    return file
