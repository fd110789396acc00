"""The logs of flags: one file a dataset and user, see `store.append_log`.

A line is a flag, or {"id", "undoes": id of a flag, "user", "time"}.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bioviz.config import settings
from bioviz.datasets.library import checked_id
from bioviz.errors import BiovizError
from bioviz.flags.records import Flag, user_key
from bioviz.store.append_log import append_line, read_lines, state_of
from bioviz.store.locks import locked

_PATIENCE_S = 15.0
_SUFFIX = ".jsonl"


@dataclass(frozen=True)
class Log:
    """What stands in a log.

    Attributes
    ----------
    user
        Whose it is (without capitals).
    flags
        In the order they were given, those taken back left out.
    ids
        Of all lines.
    damaged
        Lines that cannot be read.

    """

    user: str
    flags: tuple[Flag, ...]
    ids: frozenset[str]
    damaged: int


def read_log(dataset_id: str, user: str) -> Log:
    """Return the log of a user, empty where there is none."""
    return _read(_path(dataset_id, user_key(user)))


def read_logs(dataset_id: str) -> list[Log]:
    """Return the logs of all users of a dataset."""
    return [_read(path) for path in _paths(dataset_id)]


def state(dataset_id: str) -> str:
    """Return a text that changes with every line that anybody appends; cheap, for the keys of what is cached."""
    return state_of(_paths(dataset_id))


@contextmanager
def writing(dataset_id: str, user: str) -> Iterator[Writer]:
    """Have a user's log to oneself, to read it and append to it.

    Raises
    ------
    BiovizError
        Another process keeps it locked.
    DiskFull
        No room on the disk.

    """
    key = user_key(user)
    path = _path(dataset_id, key)
    give_up = time.monotonic() + _PATIENCE_S

    def waiting() -> None:
        if time.monotonic() > give_up:
            raise BiovizError(f"The flags of {user} are being written by another process. Try again.")

    with locked(
        settings().cache_dir / "locks" / "flags" / f"{dataset_id}.{key}.lock", waiting, every_s=0.005
    ):
        yield Writer(path)


class Writer:
    """A log that is locked for the caller."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Log:
        return _read(self._path)

    def append(self, line: Mapping[str, object]) -> None:
        """Append a line and wait until the disk has it. Raises DiskFull."""
        append_line(self._path, line, "flag")


def _read(path: Path) -> Log:
    user = unicodedata.normalize("NFC", path.name.removesuffix(_SUFFIX))
    flags: dict[str, Flag] = {}
    undone: set[str] = set()
    ids: set[str] = set()
    damaged = 0
    for values in read_lines(path):
        try:
            if "undoes" in values:
                undone.add(str(values["undoes"]))
            else:
                parsed = Flag.from_dict(values)
                # The file decides whose flag it is: a log that was copied by hand must not speak for others.
                named = parsed if parsed.user.casefold() == user else replace(parsed, user=user)
                flags.setdefault(parsed.id, named)
            ids.add(str(values["id"]))
        except (ValueError, KeyError, TypeError, OverflowError, AttributeError):
            damaged += 1
    active = tuple(flag for flag in flags.values() if flag.id not in undone)
    return Log(user, active, frozenset(ids), damaged)


def _folder(dataset_id: str) -> Path:
    return settings().cache_dir / "flags" / checked_id(dataset_id)


def _path(dataset_id: str, key: str) -> Path:
    return _folder(dataset_id) / f"{key}{_SUFFIX}"


def _paths(dataset_id: str) -> Sequence[Path]:
    return sorted(_folder(dataset_id).glob(f"*{_SUFFIX}"))
