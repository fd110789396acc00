"""The unit of independence: which files count as one, found from ids, places and times, with the reason why.

Cuts of one original recording, or of one evening, sound alike whatever calls in them. Neighbors "elsewhere", folds,
splits and resampling therefore go by a unit that may be coarser than the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from bioviz.errors import BadInput

if TYPE_CHECKING:
    from bioviz.datasets.types import Recording

GAP = timedelta(minutes=10)
"""Silence between the end of a file and the start of the next up to which both are of one session."""
LONGEST_SESSION = timedelta(hours=24)
"""A recorder that never stops is cut at every noon, or its whole season would be one session."""


class Unit(StrEnum):
    """Units of independence, from fine to coarse; a year may hold a part of a site."""

    FILE = "file"
    RECORDING = "recording"
    SESSION = "session"
    NIGHT = "night"
    SITE = "site"
    YEAR = "year"

    @property
    def heading(self) -> str:
        """Name in a list (`title` is a method of every str)."""
        return _TITLES[self]

    @property
    def noun(self) -> str:
        """Name in a sentence: "clips of the same original recording"."""
        return "original recording" if self is Unit.RECORDING else str(self)


_TITLES = {
    Unit.FILE: "File",
    Unit.RECORDING: "Original recording",
    Unit.SESSION: "Session",
    Unit.NIGHT: "Night",
    Unit.SITE: "Site",
    Unit.YEAR: "Year",
}


@dataclass(frozen=True)
class Independence:
    """The unit of a dataset.

    Attributes
    ----------
    unit
        In use.
    detected
        What the names, times and tables suggest.
    reason
        Why that one is suggested, a sentence.
    groups : (R,) int64
        The unit of each recording, numbered by the least content hash of its files.
    coarser
        Name and (R,) groups of every coarser unit that joins some of the units in use and leaves two or
        more.
    choices
        Units that differ from each other in this dataset, with the number of groups of each.

    """

    unit: Unit
    detected: Unit
    reason: str
    groups: np.ndarray
    coarser: dict[str, np.ndarray]
    choices: dict[Unit, int]


def independence(recordings: Sequence[Recording], wanted: str = "") -> Independence:
    """Find the unit of independence of a dataset's recordings.

    Copies of a file are always one unit. The original recordings are taken where ids say which files are cut from
    one, else sessions where files of one recorder follow each other, else files; coarser units are never chosen
    without being asked for, as a site is a fact of the design rather than of the cutting.

    Parameters
    ----------
    recordings
        Of the dataset.
    wanted
        a unit that the user chose; "" takes the detected one. One that does not differ in this dataset from
        a finer one is taken as it is.

    Raises
    ------
    BadInput
        No such unit.

    """
    try:
        chosen = Unit(wanted) if wanted else None
    except ValueError:
        known = ", ".join(Unit)
        raise BadInput(f"There is no unit of independence {wanted!r}. Choose one of {known}.") from None
    partitions = _partitions(recordings)
    counts = {unit: int(groups.max(initial=-1)) + 1 for unit, groups in partitions.items()}
    detected, reason = _detect(partitions, counts)
    unit = chosen or detected
    groups = partitions[unit]
    order = list(Unit)
    coarser: dict[str, np.ndarray] = {}
    for other in order[order.index(unit) + 1 :]:
        known = [groups, *coarser.values()]
        joined = partitions[other]
        if (
            counts[other] >= 2
            and _joins(groups, joined)
            and not any(_same(joined, other_groups) for other_groups in known)
        ):
            coarser[str(other)] = joined
    choices = {}
    for other_groups in order:
        new = counts[other_groups] > 1 and not any(
            _same(partitions[other_groups], partitions[k]) for k in choices
        )
        if new or other_groups in (unit, Unit.FILE):
            choices[other_groups] = counts[other_groups]
    return Independence(unit, detected, reason, groups, coarser, choices)


def names_of(recordings: Sequence[Recording], groups: np.ndarray) -> list[str]:
    """Return a name of each recording's unit that neither the order of files nor other units decide: its least hash."""
    least: dict[int, str] = {}
    for group, recording in zip(groups.tolist(), recordings, strict=True):
        least[group] = min(least.get(group, recording.content_hash), recording.content_hash)
    return [least[group] for group in groups.tolist()]


def _detect(partitions: dict[Unit, np.ndarray], counts: dict[Unit, int]) -> tuple[Unit, str]:
    files = counts[Unit.FILE]
    for unit, finer, reason in (
        (Unit.RECORDING, Unit.FILE, "are cut from the same original recordings"),
        (Unit.SESSION, Unit.RECORDING, "follow each other within minutes on the same recorder"),
    ):
        if counts[unit] == counts[finer]:
            continue
        shared = int((np.bincount(partitions[unit])[partitions[unit]] > 1).sum())
        if counts[unit] < 2:
            return finer, (
                f"All {files} files are of one {unit.noun}, so nothing could be held out by it: figures by "
                f"{finer.noun} are likely too good."
            )
        return unit, f"{shared} of {len(partitions[unit])} files {reason}: {counts[unit]} {unit.noun}s."
    return Unit.FILE, "No two files are known to be cut from one recording or to follow each other."


def _partitions(recordings: Sequence[Recording]) -> dict[Unit, np.ndarray]:
    """(R,) groups of every unit, each but the year a coarsening of the one before."""
    rank = np.argsort(np.argsort([r.content_hash for r in recordings], kind="stable"), kind="stable")
    file = _merged([r.content_hash for r in recordings], rank=rank)
    recording = _merged(file, [r.recording_id or None for r in recordings], rank=rank)
    session = _merged(recording, _sessions(recordings), rank=rank)
    night = _merged(session, [_night(r) for r in recordings], rank=rank)
    site = _merged(night, [r.site or None for r in recordings], rank=rank)
    year = _merged(session, [r.year or None for r in recordings], rank=rank)
    names = (Unit.FILE, Unit.RECORDING, Unit.SESSION, Unit.NIGHT, Unit.SITE, Unit.YEAR)
    return dict(zip(names, (file, recording, session, night, site, year), strict=True))


def _merged(*keys: Sequence[object] | np.ndarray, rank: np.ndarray) -> np.ndarray:
    """(R,) int64: recordings that agree in any of the keys (None agrees with nothing), directly or through others."""
    parent = list(range(len(rank)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for key in keys:
        first: dict[object, int] = {}
        for i, value in enumerate(key):
            if value is not None:
                parent[root(i)] = root(first.setdefault(value, i))
    roots = np.array([root(i) for i in range(len(rank))], dtype=np.int64)
    # Numbered by the first content hash, so that neither the order of files nor their names decide a number.
    least = np.full(len(rank), len(rank))
    np.minimum.at(least, roots, rank)
    return np.unique(least[roots], return_inverse=True)[1].astype(np.int64)


def _sessions(recordings: Sequence[Recording]) -> list[object]:
    """One key a recording: files of one recorder that follow each other share it; None without a time."""
    sessions: list[object] = [None] * len(recordings)
    of_recorder: dict[tuple[str, str], list[int]] = {}
    for i, r in enumerate(recordings):
        if r.recorded_at is not None:
            of_recorder.setdefault((r.site, r.recorder), []).append(i)
    for recorder, members in of_recorder.items():
        members.sort(key=lambda i: (_clock(recordings[i]), recordings[i].name))
        chain: list[int] = []
        ends = datetime.min
        for i in [*members, None]:
            if chain and (i is None or _clock(recordings[i]) - ends > GAP):
                first = _clock(recordings[chain[0]])
                cut = ends - first > LONGEST_SESSION
                for j in chain:
                    day = _noon_day(_clock(recordings[j])) if cut else ""
                    sessions[j] = (recorder, first, day)
                chain, ends = [], datetime.min
            if i is not None:
                chain.append(i)
                ends = max(ends, _clock(recordings[i]) + timedelta(seconds=recordings[i].duration_s))
    return sessions


def _night(recording: Recording) -> object:
    if recording.recorded_at is not None:
        return recording.site, _noon_day(_clock(recording))
    return None


def _noon_day(moment: datetime) -> str:
    """Return the day on which a night begins, so that an evening and the morning after it are one."""
    return (moment - timedelta(hours=12)).date().isoformat()


def _clock(recording: Recording) -> datetime:
    """Return what the recorder's clock showed: names of one recorder are in one zone, whether they state it or not."""
    assert recording.recorded_at is not None  # only asked of recordings with a time
    return recording.recorded_at.replace(tzinfo=None)


def _joins(fine: np.ndarray, coarse: np.ndarray) -> bool:
    """Each fine group lies within one coarse group, and some coarse group holds several."""
    pairs = np.unique(np.column_stack([fine, coarse]), axis=0)
    return len(pairs) == len(np.unique(fine)) > len(np.unique(coarse))


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.array_equal(a, b))  # both are numbered by the first hash
