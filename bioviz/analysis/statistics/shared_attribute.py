"""Whether neighbors share a place (site, hour, recorder) more often than their labels alone would bring.

Where each site has its own species, clips of one species are clips of one site: neighbors then share the site
though nothing of the site is heard. Chance is therefore taken within the label of each neighbor.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.analysis.rows import blocks

PERMUTATIONS = 499
MIN_PERMUTATIONS = 199
MAX_COMPARED = 400_000_000
_LINK_BYTES = 80
"""Of a clip and a neighbor, while links are counted."""


@dataclass(frozen=True)
class Links:
    """Who is whose neighbor, summed over units.

    Attributes
    ----------
    row, column, weight : (m,)
        Links from unit to unit.
    unit, label, asked : (q,)
        For each unit and each label among its clips' neighbors, the number of such neighbors divided by the
        number of clips of that label outside the unit.
    of_unit, of_label, count : (c,)
        Number of clips of each label in each unit.
    own
        What a unit's own clips would add to the expected links: they cannot be its neighbors.
    units, labels
        How many there are.

    """

    row: np.ndarray
    column: np.ndarray
    weight: np.ndarray
    unit: np.ndarray
    label: np.ndarray
    asked: np.ndarray
    of_unit: np.ndarray
    of_label: np.ndarray
    count: np.ndarray
    own: float
    units: int
    labels: int

    @classmethod
    def of(cls, indices: np.ndarray, units: np.ndarray, labels: np.ndarray, known: np.ndarray) -> Links:
        """From (n, k) neighbors (-1 none), (n,) unit and label codes; clips not `known` (n,) take no part."""
        n_units, n_labels = int(units.max(initial=-1)) + 1, int(labels.max(initial=-1)) + 1
        of_cell, count = np.unique(units[known] * n_labels + labels[known], return_counts=True)
        size = np.bincount(labels[known], minlength=n_labels)
        pair, weight, cell, asked = _linked(indices, units, labels, known)
        own = _Counts(of_cell, count)(cell)
        elsewhere = np.maximum(size[cell % n_labels] - own, 1)
        return cls(
            pair // n_units, pair % n_units, weight.astype(np.float64),
            cell // n_labels, cell % n_labels, asked / elsewhere,
            of_cell // n_labels, of_cell % n_labels, count.astype(np.float64),
            float((asked / elsewhere) @ own), n_units, n_labels,
        )  # fmt: skip

    @property
    def shuffles(self) -> int:
        """How often places are dealt out anew: less often where there are very many links."""
        cost = len(self.row) + len(self.unit) + len(self.of_unit)
        return int(np.clip(MAX_COMPARED // max(cost, 1), MIN_PERMUTATIONS, PERMUTATIONS))

    def excess(self, attribute: np.ndarray) -> float:
        """Links between units of the same `attribute` (units,) beyond those that the neighbors' labels bring."""
        n_places = int(attribute.max()) + 1
        place = attribute.astype(
            np.min_scalar_type(n_places)
        )  # there are millions of links: small numbers are quick
        same = (self.weight * (place.take(self.row) == place.take(self.column))).sum()
        sizes = np.bincount(
            attribute[self.of_unit] * self.labels + self.of_label, self.count, n_places * self.labels
        )
        first = attribute * self.labels
        expected = self.asked @ sizes.take(first.take(self.unit) + self.label)
        return float(same - (expected - self.own))


def place_p(links: Links, attribute: np.ndarray, seed: int = 0) -> float | None:
    """One-sided p of `excess`, places dealt out over the units anew; None where there is one place only.

    Parameters
    ----------
    attribute : (units,) ints
        >= 0.

    """
    if len(np.unique(attribute)) < 2:
        return None
    n = links.shuffles
    observed, reached = links.excess(attribute), 0
    if abs(observed) < 1e-9 * max(links.weight.sum(), 1):
        return None  # the labels leave nothing open: each has its own place
    rng = np.random.default_rng(seed)
    for _ in range(n):
        reached += links.excess(rng.permutation(attribute)) >= observed - 1e-9 * abs(observed)
    return (reached + 1) / (n + 1)


def label_chance(
    indices: np.ndarray, attribute: np.ndarray, units: np.ndarray, labels: np.ndarray
) -> np.ndarray:
    """(n,) share of neighbors of the clip's own place that their labels bring; NaN where unknown.

    The mean, over the neighbors, of the share of the clip's place among all clips of the neighbor's label outside
    the clip's unit (places that are not known do not count).

    Parameters
    ----------
    indices : (n, k)
        -1 none.
    attribute : (n,) ints
        -1 unknown.
    units, labels : (n,) ints
        >= 0.

    """
    n_labels, n_places = int(labels.max(initial=-1)) + 1, int(attribute.max(initial=-1)) + 1
    known = attribute >= 0
    size = np.bincount(labels[known], minlength=n_labels).astype(np.float64)
    of_place = np.zeros((n_labels, max(n_places, 1)))
    np.add.at(of_place, (labels[known], attribute[known]), 1)
    own_cell = units[known] * n_labels + labels[known]
    of_unit, of_unit_there = _Counts.of(own_cell), _Counts.of(own_cell * max(n_places, 1) + attribute[known])
    chance = np.empty(len(indices))
    for start, stop in blocks(len(indices), _LINK_BYTES * indices.shape[1]):
        some = slice(start, stop)
        valid = (indices[some] >= 0) & known[some, None]
        near = np.where(valid, indices[some], 0)
        valid &= known[near]
        theirs, mine = labels[near], np.maximum(attribute[some], 0)[:, None]
        cell = units[some, None] * n_labels + theirs
        left = size[theirs] - of_unit(cell)
        there = of_place[theirs, mine] - of_unit_there(cell * max(n_places, 1) + mine)
        share = np.where(left > 0, there / np.maximum(left, 1), 0.0)
        count = valid.sum(axis=1)
        chance[some] = np.where(count > 0, (share * valid).sum(axis=1) / np.maximum(count, 1), np.nan)
    return chance


def _linked(
    indices: np.ndarray, units: np.ndarray, labels: np.ndarray, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(pairs of units that clips and neighbors are of, how often; pairs of unit and neighbor's label, how often)."""
    n_units, n_labels = int(units.max(initial=-1)) + 1, int(labels.max(initial=-1)) + 1
    counted = []
    for start, stop in blocks(len(indices), _LINK_BYTES * indices.shape[1]):
        some = np.asarray(indices[start:stop])
        clip, rank = np.nonzero((some >= 0) & known[start:stop, None])
        near = some[clip, rank]
        clip += start
        good = known[near] & (units[clip] != units[near])
        of, near = units[clip[good]], near[good]
        pairs = of * n_units + units[near], of * n_labels + labels[near]
        counted.append([np.unique(each, return_counts=True) for each in pairs])
    if not counted:
        none = np.empty(0, np.int64)
        return none, none, none, none
    return *_added([each for each, _ in counted]), *_added([each for _, each in counted])


def _added(counted: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Add up counts of (keys, how often each) that were made in parts."""
    if len(counted) == 1:
        return counted[0]
    keys, place = np.unique(np.concatenate([keys for keys, _ in counted]), return_inverse=True)
    # Counts are whole numbers far below 2^53, so that sums of doubles are exact.
    return keys, np.bincount(place, np.concatenate([count for _, count in counted])).astype(np.int64)


@dataclass(frozen=True)
class _Counts:
    """How often each key occurs."""

    keys: np.ndarray
    count: np.ndarray

    @classmethod
    def of(cls, keys: np.ndarray) -> _Counts:
        return cls(*np.unique(keys, return_counts=True))

    def __call__(self, pairs: np.ndarray) -> np.ndarray:
        if not len(self.keys):
            return np.zeros(pairs.shape, np.int64)
        at = np.minimum(np.searchsorted(self.keys, pairs), len(self.keys) - 1)
        return np.where(self.keys[at] == pairs, self.count[at], 0)
