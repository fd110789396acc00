"""Sound that only ffmpeg opens (m4a, aac, ...): converted once into the cache, where ffmpeg is installed.

The file is hostile like every other: ffmpeg gets no network, no other files, a limit of time, length and size, and
its arguments as a list.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import subprocess
import threading
from functools import cache
from pathlib import Path, PurePosixPath

from bioviz.config import settings
from bioviz.errors import BadInput
from bioviz.store.files import disk_trouble, make_folder

SUFFIXES = frozenset(
    {".m4a", ".mp4a", ".m4b", ".aac", ".wma", ".amr", ".3gp", ".ape", ".wv", ".dsf", ".alac", ".tta", ".webm"}
)
_DEMUXERS = "mov,mp4,m4a,3gp,aac,asf,amr,ape,wv,dsf,tta,matroska,webm,wav"
_LONGEST_S, _LARGEST_BYTES, _TIMEOUT_S = 48 * 3600, 8 * 1024**3, 900
_one_at_a_time = threading.Lock()


def is_convertible(name: str) -> bool:
    """Whether a file ends like sound that ffmpeg opens, and there is an ffmpeg on the path."""
    return PurePosixPath(name).suffix.lower() in SUFFIXES and ffmpeg() is not None


def ffmpeg() -> str | None:
    """Return the program, or None where it is not installed."""
    return _find(os.environ.get("PATH", ""))


@cache
def _find(path: str) -> str | None:
    return shutil.which("ffmpeg", path=path)


def converted(path: Path) -> Path:
    """Return the FLAC file (16 bits, all channels, the same rate) that a file was converted into, now or before.

    Raises
    ------
    BadInput
        There is no ffmpeg, or it cannot read the file.
    OSError
        The file cannot be read.
    """
    path = Path(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    target = settings().cache_dir / "converted" / f"{digest}.flac"
    if target.is_file():
        return target
    program = ffmpeg()
    if program is None:
        raise BadInput(
            f"{path.name} is read through ffmpeg, which is not installed. Install it, or convert it to wav"
        )
    make_folder(target.parent)
    part = target.with_name(f".{digest}.{os.getpid()}.{threading.get_ident()}.tmp")
    with _one_at_a_time:
        try:
            if not target.is_file():
                with disk_trouble(target):
                    part.touch()  # which tells a folder that cannot be written from sound that cannot be read
                _run(program, path, part)
                with disk_trouble(target):
                    os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)
    return target


def _run(program: str, path: Path, part: Path) -> None:
    command = [
        program, "-nostdin", "-v", "error", "-y", "-protocol_whitelist", "file", "-format_whitelist", _DEMUXERS,
        "-i", f"file:{path}", "-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-bitexact",
        "-t", str(_LONGEST_S), "-fs", str(_LARGEST_BYTES), "-c:a", "flac", "-sample_fmt", "s16", "-f", "flac",
        f"file:{part}",
    ]  # fmt: skip
    try:
        process = subprocess.run(
            command, capture_output=True, timeout=_TIMEOUT_S, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired as error:
        raise BadInput(
            f"{path.name} took ffmpeg more than {_TIMEOUT_S // 60} minutes. Convert it to wav"
        ) from error
    except OSError as error:
        raise BadInput(f"ffmpeg cannot be run ({error.strerror}). Convert {path.name} to wav") from error
    lines = process.stderr.decode("utf-8", "replace").strip().splitlines()
    full = os.strerror(errno.ENOSPC)
    if any(full in line for line in lines):  # whatever ffmpeg's exit code: the sound ends where the disk did
        with disk_trouble(part):
            raise OSError(errno.ENOSPC, full)
    if process.returncode or not part.stat().st_size:
        why = lines[-1][:200].replace(str(path), path.name) if lines else f"exit code {process.returncode}"
        raise BadInput(f"{path.name} cannot be read as audio by ffmpeg: {why}")
