"""The logs of what users say: a file for each dataset and user, see `store.append_log`.

A line is a record, with "replaces": id where it takes the place of an earlier one; or it takes a record out again:
{"id", the withdrawal's name: id of the record, "user", "time"}.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from bioviz.config import settings
from bioviz.datasets.library import checked_id
from bioviz.errors import BiovizError
from bioviz.store.append_log import append_line, read_lines, state_of
from bioviz.store.claims.locks import locked
from bioviz.store.files import write_atomic
from bioviz.user_logs.fields import user_key
from bioviz.user_logs.records import UserRecord

R = TypeVar("R", bound=UserRecord)

_PATIENCE_S = 15.0
_SUFFIX = ".jsonl"


@dataclass(frozen=True)
class Log(Generic[R]):
    """What stands in a log.

    Attributes
    ----------
    user
        Whose it is (without capitals).
    records
        In the order in which they were made, those replaced or withdrawn left out.
    ids
        Of all lines.
    damaged
        Lines that cannot be read.

    """

    user: str
    records: tuple[R, ...]
    ids: frozenset[str]
    damaged: int


@dataclass(frozen=True)
class UserLogs(Generic[R]):
    """All logs of one kind of record.

    Attributes
    ----------
    noun
        Such a record in a word; its plural names the folder.
    record
        What a line becomes.
    withdrawal
        The name under which a line tells which record does not count any more.

    """

    noun: str
    record: type[R]
    withdrawal: str

    def read(self, dataset_id: str, user: str | None = None) -> list[Log[R]]:
        """Return the logs of all users of a dataset, or of one, empty where there is none."""
        paths = self._paths(dataset_id) if user is None else [self._path(dataset_id, user_key(user))]
        return [self._read(path) for path in paths]

    def state(self, dataset_id: str) -> str:
        """Return a text that changes with every line that anybody appends; cheap, for the keys of what is cached."""
        return state_of(self._paths(dataset_id))

    @contextmanager
    def writing(self, dataset_id: str, user: str) -> Iterator[Writer[R]]:
        """Have a user's log to oneself, to read it and append to it.

        Raises
        ------
        BiovizError
            Another process keeps it locked.
        DiskFull
            No room on the disk.

        """
        key = user_key(user)
        path = self._path(dataset_id, key)
        give_up = time.monotonic() + _PATIENCE_S

        def waiting() -> None:
            if time.monotonic() > give_up:
                raise BiovizError(
                    f"The {self.noun}s of {user} are being written by another process. Try again."
                )

        lock = settings().cache_dir / "locks" / f"{self.noun}s" / f"{dataset_id}.{key}.lock"
        with locked(lock, waiting, every_s=0.005):
            yield Writer(self, path)

    def copy(self, from_dataset: str, to_dataset: str) -> None:
        """Give another dataset what users said of this one, where it has nothing of theirs yet."""
        for path in self._paths(from_dataset):
            to = self._folder(to_dataset) / path.name
            if not to.exists():
                # Whole lines alone: another process may be appending one.
                lines = path.read_bytes()
                write_atomic(to, lines[: lines.rfind(b"\n") + 1])

    def _read(self, path: Path) -> Log[R]:
        user = unicodedata.normalize("NFC", path.name.removesuffix(_SUFFIX))
        records: dict[str, R] = {}
        gone: set[str] = set()
        ids: set[str] = set()
        damaged = 0
        for values in read_lines(path):
            try:
                if self.withdrawal in values:
                    gone.add(str(values[self.withdrawal]))
                else:
                    record = self.record.from_dict(_by(user, values))
                    records.setdefault(record.id, record)
                    if values.get("replaces"):
                        gone.add(str(values["replaces"]))
                ids.add(str(values["id"]))
            except (ValueError, KeyError, TypeError, OverflowError, AttributeError):
                damaged += 1
        return Log(
            user, tuple(each for each in records.values() if each.id not in gone), frozenset(ids), damaged
        )

    def _folder(self, dataset_id: str) -> Path:
        return settings().cache_dir / f"{self.noun}s" / checked_id(dataset_id)

    def _path(self, dataset_id: str, key: str) -> Path:
        return self._folder(dataset_id) / f"{key}{_SUFFIX}"

    def _paths(self, dataset_id: str) -> Sequence[Path]:
        return sorted(self._folder(dataset_id).glob(f"*{_SUFFIX}"))


@dataclass(frozen=True)
class Writer(Generic[R]):
    """A log that is locked for the caller."""

    logs: UserLogs[R]
    path: Path

    def read(self) -> Log[R]:
        """Return what stands in it."""
        return self.logs._read(self.path)

    def append(self, line: Mapping[str, object]) -> None:
        """Append a line and wait until the disk has it. Raises DiskFull."""
        append_line(self.path, line, self.logs.noun)


def _by(user: str, values: Mapping[str, object]) -> Mapping[str, object]:
    """Return a line as this user's: the file decides, for a log copied by hand must not speak for others."""
    name = values["user"]
    return {**values, "user": user} if isinstance(name, str) and name.casefold() != user else values
