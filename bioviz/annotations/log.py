"""The logs of annotations: one file a dataset and user, see `store.append_log`.

A line is an annotation, with "replaces": id where it is a changed one; or {"id", "removes": id, "user", "time"}.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bioviz.annotations.records import UserAnnotation
from bioviz.config import settings
from bioviz.datasets.library import checked_id
from bioviz.errors import BiovizError
from bioviz.flags.records import user_key
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
    annotations
        In the order they were drawn, those changed or removed left out.
    ids
        Of all lines.
    damaged
        Lines that cannot be read.

    """

    user: str
    annotations: tuple[UserAnnotation, ...]
    ids: frozenset[str]
    damaged: int


def read_logs(dataset_id: str, user: str | None = None) -> list[Log]:
    """Return the logs of all users of a dataset, or of one."""
    if user is not None:
        return [_read(_folder(dataset_id) / f"{user_key(user)}{_SUFFIX}")]
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

    """
    key = user_key(user)
    give_up = time.monotonic() + _PATIENCE_S

    def waiting() -> None:
        if time.monotonic() > give_up:
            raise BiovizError(f"The annotations of {user} are being written by another process. Try again.")

    lock = settings().cache_dir / "locks" / "annotations" / f"{checked_id(dataset_id)}.{key}.lock"
    with locked(lock, waiting, every_s=0.005):
        yield Writer(_folder(dataset_id) / f"{key}{_SUFFIX}")


class Writer:
    """A log that is locked for the caller."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Log:
        return _read(self._path)

    def append(self, line: Mapping[str, object]) -> None:
        """Append a line and wait until the disk has it. Raises DiskFull."""
        append_line(self._path, line, "annotation")


def _read(path: Path) -> Log:
    user = unicodedata.normalize("NFC", path.name.removesuffix(_SUFFIX))
    drawn: dict[str, UserAnnotation] = {}
    gone: set[str] = set()
    ids: set[str] = set()
    damaged = 0
    for values in read_lines(path):
        try:
            if "removes" in values:
                gone.add(str(values["removes"]))
            else:
                parsed = UserAnnotation.from_dict(values)
                # The file decides whose it is: a log that was copied by hand must not speak for others.
                own = parsed if parsed.user.casefold() == user else replace(parsed, user=user)
                drawn.setdefault(parsed.id, own)
                if values.get("replaces"):
                    gone.add(str(values["replaces"]))
            ids.add(str(values["id"]))
        except (ValueError, KeyError, TypeError, OverflowError, AttributeError):
            damaged += 1
    active = tuple(each for each in drawn.values() if each.id not in gone)
    return Log(user, active, frozenset(ids), damaged)


def _folder(dataset_id: str) -> Path:
    return settings().cache_dir / "annotations" / checked_id(dataset_id)


def _paths(dataset_id: str) -> Sequence[Path]:
    return sorted(_folder(dataset_id).glob(f"*{_SUFFIX}"))
