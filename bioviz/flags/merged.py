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
    moved
        How many were given to a clip that was cut a little otherwise, and count for the one at that time now.

    """

    by_row: Mapping[int, tuple[Flag, ...]]
    unplaced: tuple[Flag, ...] = ()
    damaged: int = 0
    moved: int = 0

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
    damaged = moved = 0
    for user_log in logs:
        damaged += user_log.damaged
        last: dict[int, Flag] = {}
        rows = place(dataset, user_log.records)
        lost = [flag for flag, row in zip(user_log.records, rows, strict=True) if row < 0]
        nearby = iter(place_nearby(dataset, lost))
        # What was said of just this clip stands over what was said of one at nearly the same time.
        carried: dict[int, Flag] = {}
        for flag, row in zip(user_log.records, rows, strict=True):
            if row >= 0:
                last[row] = flag
            elif (near := next(nearby)) >= 0:
                carried[near] = flag
            else:
                unplaced.append(flag)
        carried = {row: flag for row, flag in carried.items() if row not in last}
        moved += len(carried)
        for row, flag in (last | carried).items():
            collected[row].append(flag)
    by_row = {
        row: tuple(sorted(collected[row], key=lambda f: (f.time, f.user), reverse=True))
        for row in sorted(collected)
    }
    return Flags(by_row, tuple(unplaced), damaged, moved)


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


def place_nearby(dataset: Dataset, flags: Sequence[Flag]) -> list[int]:
    """Return, for each flag of a clip that is not there, the row of the one at most of its time; -1 for none.

    Windows cut anew seldom begin where the old ones did. What was heard is still what the new clip holds where they
    share more than half of what both cover together; with less, a clip may hold something that nobody listened to.
    """
    clips, by_recording = dataset.clips, defaultdict(list)
    for index, recording in enumerate(dataset.recordings):
        by_recording[recording.content_hash].append((recording.name, index))
    order = np.argsort(clips.recording, kind="stable")
    first = np.searchsorted(clips.recording[order], np.arange(len(dataset.recordings) + 1))
    rows = []
    for flag in flags:
        copies = by_recording.get(flag.recording, [])
        index = next((i for name, i in copies if name == flag.name), copies[0][1] if copies else -1)
        of_recording = order[first[index] : first[index + 1]] if index >= 0 else order[:0]
        start_s, end_s = clips.start_s[of_recording], clips.end_s[of_recording]
        shared_s = np.minimum(end_s, flag.end_s) - np.maximum(start_s, flag.start_s)
        share = shared_s / (np.maximum(end_s, flag.end_s) - np.minimum(start_s, flag.start_s))
        best = int(share.argmax()) if len(share) else -1
        rows.append(int(of_recording[best]) if best >= 0 and share[best] > 0.5 else -1)
    return rows


def span(start_s: float, end_s: float) -> tuple[int, int]:
    """Start and end in whole microseconds, which a rounding error does not change."""
    return round(float(start_s) * 1e6), round(float(end_s) * 1e6)
