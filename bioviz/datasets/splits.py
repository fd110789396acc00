"""Train, valid and test by whole units of independence, from a seed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from bioviz.datasets.independence import names_of
from bioviz.datasets.options import Options
from bioviz.datasets.types import Dataset, Recording

SPLITS = ("train", "valid", "test")
_ALIASES = {
    "train": "train", "training": "train", "trn": "train",
    "valid": "valid", "validation": "valid", "val": "valid", "dev": "valid",
    "test": "test", "testing": "test", "tst": "test", "eval": "test", "evaluation": "test",
}  # fmt: skip


def as_split(name: str) -> str:
    """ "train", "valid" or "test" for the usual spellings, else ""."""
    return _ALIASES.get(name.strip().casefold(), "")


def split_of_table(table: str) -> str:
    """Return the split in a table's name, as in annotations.train.csv or test.csv."""
    words = table.rsplit("/", 1)[-1].replace("_", ".").replace("-", ".").split(".")
    return next((split for word in reversed(words) if (split := as_split(word))), "")


def make_splits(
    groups: Sequence[str], strata: Sequence[str], fractions: tuple[float, float, float], seed: int
) -> list[str]:
    """Put recordings into splits so that each stratum is shared out as evenly as its size allows.

    The order within a stratum comes from a hash of seed and group, so that neither the order of files nor a
    recording more elsewhere decides it.

    Parameters
    ----------
    groups
        What must stay together, one a recording (`independence.names_of`: copies of a file, and all that is
        one unit of independence with it, never land in another split).
    strata
        One a recording, e.g. its labels.
    fractions
        Shares of train, valid, test.
    seed
        Any integer.

    Returns
    -------
    One split a recording.

    """
    first_stratum: dict[str, str] = {}
    for group, stratum in zip(groups, strata, strict=True):
        first_stratum.setdefault(group, stratum)

    def order(group: str) -> tuple[str, str]:
        return first_stratum[group], hashlib.sha256(f"{seed}:{group}".encode()).hexdigest()

    assigned = [0, 0, 0]
    split_of: dict[str, str] = {}
    for position, group in enumerate(sorted(first_stratum, key=order), start=1):
        owed = [share * position - n for share, n in zip(fractions, assigned, strict=True)]
        best = owed.index(max(owed))
        assigned[best] += 1
        split_of[group] = SPLITS[best]
    return [split_of[group] for group in groups]


def share_out(
    recordings: Sequence[Recording],
    groups: np.ndarray,
    labels: Sequence[Iterable[str]],
    fractions: tuple[float, float, float],
    seed: int,
) -> list[str]:
    """`make_splits` by the groups (R,) of recordings, each group's stratum being all labels (R,) within it."""
    together: dict[int, set[str]] = {}
    for group, of in zip(groups.tolist(), labels, strict=True):
        together.setdefault(group, set()).update(of)
    strata = ["\0".join(sorted(together[group])) for group in groups.tolist()]
    return make_splits(names_of(recordings, groups), strata, fractions, seed)


def with_unit(dataset: Dataset, unit: str) -> Dataset:
    """Give the dataset another unit of independence ("" for the detected one); a split made here is made anew.

    A split that the source declares stays.

    Raises
    ------
    BadInput
        No such unit.

    """
    changed = replace(dataset, unit=unit)
    groups = changed.independence.groups
    if not dataset.source.get("split_made") or np.array_equal(groups, dataset.independence.groups):
        return changed
    clips = dataset.clips
    labels: list[set[str]] = [set() for _ in dataset.recordings]
    for row, column in zip(*np.nonzero(clips.labels), strict=True):
        labels[clips.recording[row]].add(dataset.labels[column])
    options = Options.of(dataset.source.get("options"))
    shares = share_out(dataset.recordings, groups, labels, options.split_fractions, options.split_seed)
    recordings = tuple(replace(r, split=s) for r, s in zip(dataset.recordings, shares, strict=True))
    split = np.array(shares, dtype="U5")[clips.recording]
    return replace(changed, recordings=recordings, clips=replace(clips, split=split))
