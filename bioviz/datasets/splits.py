"""Train, valid and test by whole recordings, from a seed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

SPLITS = ("train", "valid", "test")
_ALIASES = {
    "train": "train", "training": "train", "trn": "train",
    "valid": "valid", "validation": "valid", "val": "valid", "dev": "valid",
    "test": "test", "testing": "test", "tst": "test", "eval": "test", "evaluation": "test",
}  # fmt: skip


def as_split(name: str) -> str:
    """ "train", "valid" or "test" for the usual spellings, else ""."""
    return _ALIASES.get(name.strip().casefold(), "")


def make_splits(
    groups: Sequence[str], strata: Sequence[str], fractions: tuple[float, float, float], seed: int
) -> list[str]:
    """Put recordings into splits so that each stratum is shared out as evenly as its size allows.

    The order within a stratum comes from a hash of seed and group, so that neither the order of files nor a
    recording more elsewhere decides it.

    Args:
        groups: what must stay together, one a recording (the content hash: a copy never lands in another split).
        strata: one a recording, e.g. its labels.
        fractions: shares of train, valid, test.
        seed: any integer.

    Returns:
        One split a recording.
    """
    first_stratum: dict[str, str] = {}
    for group, stratum in zip(groups, strata, strict=True):
        first_stratum.setdefault(group, stratum)

    def order(group: str) -> tuple[str, str]:
        return first_stratum[group], hashlib.sha256(f"{seed}:{group}".encode()).hexdigest()

    given = [0, 0, 0]
    split_of: dict[str, str] = {}
    for position, group in enumerate(sorted(first_stratum, key=order), start=1):
        owed = [share * position - n for share, n in zip(fractions, given, strict=True)]
        best = owed.index(max(owed))
        given[best] += 1
        split_of[group] = SPLITS[best]
    return [split_of[group] for group in groups]
