"""Model files and folders that were brought and wait until they are added."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path
from typing import IO

from bioviz import rights
from bioviz.config import settings
from bioviz.errors import BadInput, Missing
from bioviz.models.runtimes import remote_code, session
from bioviz.models.weights import MAX_BYTES, file_sha256, hub_folder
from bioviz.store.files import disk_trouble, make_folder

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
        part = target.with_suffix(".part")
        with disk_trouble(target):
            with open(part, "wb") as out:
                shutil.copyfileobj(file, out, _CHUNK)
            part.replace(target)
    return target


def folder_of(text: str) -> Path | None:
    """Return the folder that is meant by a path, or by "owner/name" in the cache of Hugging Face's programs."""
    directory = Path(text).expanduser()
    if directory.is_dir():
        return directory
    return hub_folder(text) if re.fullmatch(r"[\w.-]+/[\w.-]+", text) and ".." not in text else None


def keep_folder(directory: Path) -> Path:
    """Keep a copy of a folder of transformers until it is added: its weights, settings and code, none of it run.

    Raises
    ------
    BadInput
        It lacks one of them, or is too large.

    """
    from bioviz.models.runtimes.transformers import needed

    rights.require()
    names = ("model.safetensors", *needed(directory))
    absent = [name for name in names if not (directory / name).is_file()]
    if absent:
        raise BadInput(
            f"{directory} holds no {absent[0]}. bioviz opens folders of transformers with {', '.join(names)}; weights "
            "in other formats could run code."
        )
    waiting = folder() / "uploaded"
    make_folder(waiting)
    size = sum((directory / name).stat().st_size for name in names)
    if size > min(MAX_BYTES, shutil.disk_usage(waiting).free):
        raise BadInput(f"{directory} is too large ({size / 1e9:.1f} GB), or the disk is full.")
    digest = hashlib.sha256("".join(file_sha256(directory / name) for name in names).encode()).hexdigest()
    target = waiting / digest
    with disk_trouble(target):
        target.mkdir(exist_ok=True)
        for name in names:
            shutil.copyfile(directory / name, target / f".{name}")
            (target / f".{name}").replace(target / name)
        if (readme := directory / remote_code.README).is_file():
            shutil.copyfile(readme, target / readme.name)  # says under which licence it is
    return target / names[0]


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
