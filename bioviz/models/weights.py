"""Find, check and download files of pretrained weights. Imports no torch."""

from __future__ import annotations

import hashlib
import os
import tempfile
import urllib.error
import urllib.request
from functools import lru_cache
from pathlib import Path

from bioviz.config import settings
from bioviz.errors import BadInput, Missing
from bioviz.models.base import WeightsFile
from bioviz.progress import Progress, Silent

CHUNK = 1 << 20
TIMEOUT_S = 30


def folders() -> tuple[Path, ...]:
    """Where weights are looked for: the weights folders, then torch's own download cache."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    hub = Path(os.environ.get("TORCH_HOME") or caches / "torch") / "hub" / "checkpoints"
    return (*settings().weights_dirs, hub)


def locate(weights: WeightsFile) -> Path | None:
    """The file in the first folder that has it."""
    return next((folder / weights.name for folder in folders() if (folder / weights.name).is_file()), None)


def advice(weights: WeightsFile) -> str:
    """What to do when the file is missing."""
    source = f" It can be downloaded from {weights.url}." if weights.url else ""
    return f"Put {weights.name} into {settings().weights_dirs[0]}.{source}"


def checked(weights: WeightsFile) -> tuple[Path, str]:
    """The file and its sha256 (hex).

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
        handle, name = tempfile.mkstemp(prefix=f".{weights.name}.", dir=target.parent)
    except OSError as error:
        raise BadInput(
            f"{target.parent} cannot be written ({error.strerror}). Choose another folder with BIOVIZ_WEIGHTS."
        ) from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            digest = _fetch(weights, file, progress)
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


def _fetch(weights: WeightsFile, file, progress: Progress) -> str:
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
