"""How many clips would lie in the wrong place by chance: the labels dealt out anew among whole recordings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from math import lgamma, log
from typing import Any

import numpy as np

from bioviz.analysis.misclustered.placement import AMONG_BACKGROUND, AMONG_LABELLED, MIXED, PLACES, Placement

N_DEALS = 499
LEVEL = 0.01
"""Chance at which "fewer than by chance" may be said of a score to which the labels mean nothing."""
MIN_DEALS = 200
"""Ways to deal the labels out below which nothing is said: too few recordings."""


@dataclass(frozen=True)
class Chance:
    """A number of clips against what it is when the labels are dealt out at random.

    Attributes
    ----------
    observed
        Clips counted.
    expected
        The mean of the deals.
    low, high
        That 99 % of them lie between.
    against
        "fewer" than by chance, "as" by chance or "more"; None where there are too few recordings to tell.

    """

    observed: int
    expected: float
    low: int
    high: int
    against: str | None


@dataclass(frozen=True)
class PlacementChance:
    """What chance would do to the lists of misclustered clips; None where there is nothing to deal out.

    Whether the clusters tell labelled clips from background is judged by all clips on the wrong side: by chance one
    of the two lists alone can be long or empty, as a half-and-half cluster falls to the one or the other.

    Attributes
    ----------
    wrong_side
        Labelled clips among background and background among labelled clips together.
    among_background
        The labelled clips among background alone, in the same deals.
    mixed
        Labelled clips with another label, out of those in clusters that stand for labels, the background
        left where it is.
    recordings
        In which the clips lie.

    """

    wrong_side: Chance | None
    among_background: Chance | None
    mixed: Chance | None
    recordings: int

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, for `from_dict`."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> PlacementChance:
        sides = {
            name: None if values[name] is None else Chance(**values[name])
            for name in ("wrong_side", "among_background", "mixed")
        }
        return cls(**{**values, **sides})


def placement_chance(
    clusters: np.ndarray,
    label_matrix: np.ndarray,
    recording: np.ndarray,
    places: Placement,
    n_deals: int = N_DEALS,
    seed: int = 0,
) -> PlacementChance:
    """Return what chance alone would put in the wrong place, the clusters as they are.

    In each deal every recording gets the labels of another one, in their order of time, stretched or shrunk to the
    number of its clips: clips of one recording sound alike and carry alike labels, so they are not independent.
    (Laying labels on across the ends of recordings said "fewer than by chance" of nothing five times too often.)

    Parameters
    ----------
    clusters : (n,) ints
        -1 for none.
    label_matrix : (n, L) bool
    recording : (n,) ints
    places
        Of the same clips, see `placement.placement`.

    """
    clusters, labels = np.asarray(clusters, np.int64), np.asarray(label_matrix, bool)
    background = ~np.any(labels, axis=1)
    member = np.flatnonzero(clusters >= 0)
    counts = places.counts
    wrong_side, among_background = None, None
    if 0 < background[member].sum() < len(member):
        of_clip, quiet = clusters[member], background[member]
        sizes = np.bincount(of_clip)

        def sides(source: np.ndarray) -> tuple[int, int]:
            noise = np.bincount(of_clip, weights=quiet[source], minlength=len(sizes)).astype(np.int64)
            return np.minimum(noise, sizes - noise).sum(), (sizes - noise)[2 * noise > sizes].sum()

        dealt = _deals(sides, recording[member], n_deals, seed)
        ways = _ways(quiet[:, None], recording[member])
        observed = counts[AMONG_BACKGROUND] + counts[AMONG_LABELLED]
        wrong_side = _against_chance(observed, dealt[:, 0], ways)
        among_background = _against_chance(counts[AMONG_BACKGROUND], dealt[:, 1], ways)
    labelled = np.flatnonzero(np.isin(places.place, [PLACES.index(p) for p in (MIXED, "with_its_label")]))
    mixed = None
    if len(labelled) and labels[labelled].any(axis=0).sum() > 1:
        mixed = _mixed(
            clusters[labelled], labels[labelled], recording[labelled], counts[MIXED], n_deals, seed
        )
    return PlacementChance(wrong_side, among_background, mixed, len(np.unique(recording[member])))


def _mixed(
    clusters: np.ndarray,
    labels: np.ndarray,
    recording: np.ndarray,
    observed: int,
    n_deals: int,
    seed: int,
) -> Chance:
    clusters = np.unique(clusters, return_inverse=True)[1]
    combinations, combination = np.unique(labels, axis=0, return_inverse=True)
    combination = combination.reshape(-1)
    n, k, width = len(clusters), int(clusters.max()) + 1, len(combinations)

    def wrong(source: np.ndarray) -> tuple[int]:
        cells = np.bincount(clusters * width + combination[source], minlength=k * width).reshape(k, width)
        return (n - (cells @ combinations.astype(np.int64)).max(axis=1).sum(),)

    dealt = _deals(wrong, recording, n_deals, seed)
    return _against_chance(observed, dealt[:, 0], _ways(labels, recording))


def _deals(
    count: Callable[[np.ndarray], tuple[int, ...]], recording: np.ndarray, n_deals: int, seed: int
) -> np.ndarray:
    """(n_deals, m) int64: `count` of (n,) positions from which each clip takes its labels."""
    laid = np.argsort(recording, kind="stable")
    sizes = np.unique(recording, return_counts=True)[1]
    starts = np.cumsum(sizes) - sizes
    own = np.repeat(np.arange(len(sizes)), sizes)
    along = (np.arange(len(laid)) - starts[own] + 0.5) / sizes[own]  # 0 to 1 within the clip's recording
    rng = np.random.default_rng(seed)
    dealt = []
    for _ in range(n_deals):
        other = rng.permutation(len(sizes))[own]
        source = np.empty(len(laid), dtype=np.int64)
        source[laid] = laid[starts[other] + (along * sizes[other]).astype(np.int64)]
        dealt.append(count(source))
    return np.array(dealt, dtype=np.int64)


def _ways(values: np.ndarray, recording: np.ndarray) -> float:
    """Logarithm of the number of ways to deal out (n, m) `values`, recordings of equal values being the same."""
    code = np.unique(recording, return_inverse=True)[1]
    size = int(code.max()) + 1
    sums = np.zeros((size, values.shape[1] + 1))
    np.add.at(sums, code, np.column_stack([values, np.ones(len(values))]))
    equal = np.unique(sums, axis=0, return_counts=True)[1]
    return lgamma(size + 1) - sum(lgamma(count + 1) for count in equal)


def _against_chance(observed: int, dealt: np.ndarray, log_ways: float) -> Chance:
    low, high = np.quantile(dealt, [LEVEL / 2, 1 - LEVEL / 2], method="closest_observation")
    against = "as"
    if (1 + (dealt <= observed).sum()) / (len(dealt) + 1) <= LEVEL:
        against = "fewer"
    elif observed > high:
        against = "more"
    can_be_told = log_ways >= log(MIN_DEALS)
    return Chance(int(observed), float(dealt.mean()), int(low), int(high), against if can_be_told else None)
