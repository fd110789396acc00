"""The current flags of a dataset: all users' logs replayed and put together, by the rows that clips have now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import RLock

import numpy as np
from cachetools import LRUCache, cached

from bioviz.datasets.types import Dataset
from bioviz.flags.log import FLAG_LOGS
from bioviz.flags.records import KINDS, Flag
from bioviz.user_logs import Log, Places, user_key


@dataclass(frozen=True, eq=False)
class Flags:
    """The current flags; the m flagged clips are in the order of their rows.

    Attributes
    ----------
    by_row
        For each flagged clip its flags, the latest first, at most one a user. The latest that says
        something ("unsure" says nothing) decides; where users disagree, see `disputes`.
    unplaced
        Flags of clips that the dataset does not have (any more): recordings that are gone, or windows of
        another plan. They stay in the logs.
    damaged
        Lines of the logs that could not be read.

    """

    by_row: Mapping[int, tuple[Flag, ...]]
    unplaced: tuple[Flag, ...] = ()
    damaged: int = 0

    def __len__(self) -> int:
        return len(self.by_row)

    def of(self, row: int) -> Flag | None:
        """Return the flag that decides for a clip, if it has one."""
        clip_flags = self.by_row.get(int(row))
        return _deciding(clip_flags) if clip_flags else None

    @cached_property
    def deciding(self) -> tuple[Flag, ...]:
        """The flag that decides, for each flagged clip."""
        return tuple(_deciding(flags) for flags in self.by_row.values())

    @cached_property
    def rows(self) -> np.ndarray:
        """(m,) int64, increasing: the flagged clips."""
        return np.fromiter(self.by_row, dtype=np.int64, count=len(self.by_row))

    @cached_property
    def kinds(self) -> np.ndarray:
        """(m,) int8 index into KINDS."""
        return np.array([KINDS.index(flag.kind) for flag in self.deciding], dtype=np.int8)

    @cached_property
    def labels(self) -> np.ndarray:
        """(m,) array of str: the labels that the flags name, "" for none."""
        return np.array([flag.label for flag in self.deciding], dtype=str)

    @cached_property
    def disagreement(self) -> np.ndarray:
        """(m,) bool: users say different things of the clip ("unsure" says nothing)."""
        verdicts = ({f.verdict for f in flags if f.kind != "unsure"} for flags in self.by_row.values())
        return np.array([len(different) > 1 for different in verdicts], dtype=bool)

    @property
    def users(self) -> tuple[str, ...]:
        """Whose flags there are, by name."""
        return tuple(sorted({flag.user for flags in self.by_row.values() for flag in flags}))

    @property
    def counts(self) -> dict[str, int]:
        """Clips of each kind."""
        number = np.bincount(self.kinds, minlength=len(KINDS))
        return dict(zip(KINDS, number.tolist(), strict=True))

    def told(self, rows: Sequence[int] | np.ndarray, user: str | None) -> tuple[np.ndarray, np.ndarray]:
        """Return what a user says of clips, and how many others say something.

        Parameters
        ----------
        rows : (m,)
            Clip rows.
        user
            None for nobody yet, then all flags are of others.

        Returns
        -------
        (m,) array of str, the user's flag in words or "", and (m,) int64, flags of other users.

        """
        rows, own = np.asarray(rows, dtype=np.int64), user and user_key(user)
        mine, others = np.full(len(rows), "", dtype=object), np.zeros(len(rows), dtype=np.int64)
        for i in np.flatnonzero(np.isin(rows, self.rows)):
            of_clip = self.by_row[int(rows[i])]
            mine[i] = next((flag.text for flag in of_clip if user_key(flag.user) == own), "")
            others[i] = sum(user_key(flag.user) != own for flag in of_clip)
        return mine.astype(str), others

    def column(self, clips: int) -> np.ndarray:
        """(clips,) int8: index into KINDS for every clip of the dataset, -1 where it is not flagged."""
        column = np.full(clips, -1, dtype=np.int8)
        column[self.rows] = self.kinds
        return column


def _deciding(of_clip: Sequence[Flag]) -> Flag:
    return next((flag for flag in of_clip if flag.kind != "unsure"), of_clip[0])


def load_flags(dataset: Dataset, user: str | None = None) -> Flags:
    """Return the flags of a dataset as they are now on the disk.

    Parameters
    ----------
    user
        Only this user's; None for everybody's, merged.

    Raises
    ------
    BadInput
        a name that no user can have.

    """
    return _merged(dataset, user, FLAG_LOGS.state(dataset.id))


@cached(
    LRUCache(8),
    key=lambda dataset, user, state: (dataset.id, dataset.version, user, state),
    lock=RLock(),
)
def _merged(dataset: Dataset, user: str | None, state: str) -> Flags:
    """Merge the logs as they are in a `state` of theirs."""
    return merge(dataset, FLAG_LOGS.read(dataset.id, user))


def merge(dataset: Dataset, logs: Iterable[Log[Flag]]) -> Flags:
    """Put logs together. In a log the last line of a clip counts, whatever a clock said; of users, the latest."""
    collected: dict[int, list[Flag]] = defaultdict(list)
    unplaced: list[Flag] = []
    damaged = 0
    for user_log in logs:
        damaged += user_log.damaged
        last: dict[int, Flag] = {}
        for flag, row in zip(user_log.records, place(dataset, user_log.records), strict=True):
            if row < 0:
                unplaced.append(flag)
            else:
                last[row] = flag
        for row, flag in last.items():
            collected[row].append(flag)
    by_row = {
        row: tuple(sorted(collected[row], key=lambda f: (f.time, f.user), reverse=True))
        for row in sorted(collected)
    }
    return Flags(by_row, tuple(unplaced), damaged)


def place(dataset: Dataset, flags: Sequence[Flag]) -> list[int]:
    """Return the row of the clip of each flag, -1 for a clip that the dataset does not have (see `Places`)."""
    wanted = {flag.recording for flag in flags}
    is_wanted = np.array([r.content_hash in wanted for r in dataset.recordings], dtype=bool)
    clips = dataset.clips
    places = Places()
    for row in np.flatnonzero(is_wanted[clips.recording]).tolist() if wanted else ():
        recording = dataset.recordings[clips.recording[row]]
        clip = (recording.content_hash, *span(clips.start_s[row], clips.end_s[row]))
        places.add(recording.name, clip, row)
    return [places.find(flag.name, (flag.recording, *span(flag.start_s, flag.end_s))) for flag in flags]


def span(start_s: float, end_s: float) -> tuple[int, int]:
    """Start and end in whole microseconds, which a rounding error does not change."""
    return round(float(start_s) * 1e6), round(float(end_s) * 1e6)
