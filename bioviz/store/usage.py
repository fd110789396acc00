"""How much the cache holds, and making it smaller without losing what cannot be computed again."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from bioviz.config import Settings

# What can be computed again from the recordings: folder below cache_dir -> depth at which one entry lies.
# Everything else (datasets, flags, checkpoints, weights, uploads, ...) is never evicted.
EVICTABLE = {"blocks": 3, "sets": 1, "runs": 1, "waves": 1, "converted": 1}
_ABANDONED_S = 24 * 3600.0


@dataclass(frozen=True)
class Usage:
    """One folder of the cache: its name, size in bytes, number of files, and whether eviction may touch it."""

    name: str
    bytes: int
    files: int
    evictable: bool


@dataclass(frozen=True)
class Pruned:
    """What a pruning removed, and the size in bytes of what the whole cache still holds."""

    entries: int
    bytes: int
    left_bytes: int


@dataclass(frozen=True)
class _Entry:
    path: Path
    bytes: int
    used: float  # seconds since the epoch


def usage(settings: Settings) -> list[Usage]:
    """Size of every folder of the cache, largest first."""
    entries = []
    if settings.cache_dir.is_dir():
        for folder in settings.cache_dir.iterdir():
            sizes = [status.st_size for _, status in _files(folder)]
            entries.append(Usage(folder.name, sum(sizes), len(sizes), folder.name in EVICTABLE))
    return sorted(entries, key=lambda item: (-item.bytes, item.name))


def touch(path: Path) -> None:
    """Note that an entry (file or folder) was used now, so that eviction takes older ones first."""
    with contextlib.suppress(OSError):
        os.utime(path)


def prune(settings: Settings, limit_bytes: int | None = None, keep: Collection[Path] = ()) -> Pruned:
    """Remove the least recently used embedding blocks, sets and runs until the cache is within its limit.

    Fine-tuned checkpoints, flags, datasets and weights are never touched; if they alone pass the limit,
    everything else goes and they stay. Left-over temporary files older than a day go too.

    Parameters
    ----------
    limit_bytes
        The limit; `settings.cache_limit_bytes` if None.
    keep
        Entries to spare.

    """
    limit = settings.cache_limit_bytes if limit_bytes is None else limit_bytes
    _sweep(settings.cache_dir)
    total = sum(item.bytes for item in usage(settings))
    entries = [
        entry for name, depth in EVICTABLE.items() for entry in _entries(settings.cache_dir / name, depth)
    ]
    removed = freed = 0
    for entry in sorted(entries, key=lambda entry: entry.used):
        if total - freed <= limit:
            break
        if entry.path not in keep and _remove(entry.path):
            removed += 1
            freed += entry.bytes
    return Pruned(removed, freed, total - freed)


def _entries(folder: Path, depth: int) -> Iterator[_Entry]:
    """Entries at `depth` below a folder; a file that lies higher up is an entry too."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if depth > 1 and path.is_dir() and not path.is_symlink():
            yield from _entries(path, depth - 1)
            continue
        statuses = [status for _, status in _files(path)]
        with contextlib.suppress(FileNotFoundError):
            used = max([path.lstat().st_mtime, *(status.st_mtime for status in statuses)])
            yield _Entry(path, sum(status.st_size for status in statuses), used)


def _files(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Files at or below a path, links not followed; what vanishes meanwhile is passed over."""
    if path.is_dir() and not path.is_symlink():
        candidates = (Path(root) / name for root, _, names in os.walk(path) for name in names)
    else:
        candidates = iter([path])
    for candidate in candidates:
        with contextlib.suppress(FileNotFoundError):
            yield candidate, candidate.lstat()


def _remove(path: Path) -> bool:
    """Remove a file or a folder; False where it is in use (Windows) or already gone."""
    try:
        if path.is_dir() and not path.is_symlink():
            # Renamed first, so that nobody opens a folder that is half removed.
            doomed = path.with_name(f".{path.name}.{os.getpid()}.tmp")
            path.rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)
        else:
            path.unlink()
    except OSError:
        return False
    return True


def _sweep(cache: Path) -> None:
    old = time.time() - _ABANDONED_S
    for name in EVICTABLE:
        for path, status in list(_files(cache / name)):
            if path.name.endswith(".tmp") and status.st_mtime < old:
                with contextlib.suppress(OSError):
                    path.unlink()
