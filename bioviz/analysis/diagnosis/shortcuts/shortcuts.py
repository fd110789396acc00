"""What else could tell background from labelled clips: the year, site, recorder, source or level of their units.

An embedding that knows where or when a clip was made seems to tell background wherever the two go together. So an
attribute is named where it tells background on its own, of units that it was not learnt from, better than it would
by chance: the attributes are shuffled between units, and the rarest figure of all of them at once decides. That the
model tells background worse among clips of one value says how much of its figure this may be; it names nothing, as
an embedding that hears the place does so wherever background is unevenly spread by chance.
Attributes that go together in the data
(a recorder that was turned up with the years) cannot be told apart, so the others are named beside the one found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bioviz.analysis.diagnosis.shortcuts.coarser_units import background_auroc
from bioviz.analysis.diagnosis.shortcuts.held import Held, held_by
from bioviz.analysis.diagnosis.shortcuts.pairs import Pairs, UnitCounts
from bioviz.analysis.diagnosis.shortcuts.unit_values import unit_values
from bioviz.analysis.rows import Metric
from bioviz.analysis.statistics.auc import auroc_of_copies

N_PERMUTATIONS = 999
LEVEL = 0.05
"""Family-wise: share of datasets without any shortcut in which one is named."""
TELLS = 0.6
"""AUROC of an attribute alone from which it is worth a sentence."""
LOWER = 0.03
"""Fall of the AUROC within one value from which a part of the pooled figure may be the attribute."""
TOGETHER, SELDOM = 0.3, 0.1
"""Adjusted mutual information from which two attributes go together, and the share of shuffles that may reach it."""
MAX_UNITS = 300
"""Units drawn for the test where there are more: a shuffle costs their square."""


@dataclass(frozen=True)
class Shortcut:
    """One attribute of the units, or several that divide them alike.

    Attributes
    ----------
    name
        "year", "site or recorder" ...
    values
        Number of distinct values.
    alone
        AUROC of background told by the share of background in other units of the value; None if undefined.
    pooled, within
        AUROC of the model over all pairs of clips, and over pairs of one value (the same scores).
    p
        Chance that any attribute tells as well on its own were all unrelated to background.
    named
        The page names it: p is at most LEVEL, and `alone` at least TELLS.
    stratum
        The value with most to compare, "" where none has two units of both sides.
    stratum_auroc, low, high
        AUROC among its clips alone, neighbors included, with a 95 % interval by unit.
    beside
        Named because it goes with this attribute, which was found; "" where it was found itself.
    held
        Nearly all background, or nearly all that is labelled, has one value (`stratum`) and the other side has not: of
        how many clips each side has. Whether chance alone brings that is another question.

    """

    name: str
    values: int
    alone: float | None
    pooled: float | None
    within: float | None
    p: float
    named: bool
    stratum: str = ""
    stratum_auroc: float | None = None
    low: float | None = None
    high: float | None = None
    beside: str = ""
    held: Held | None = None

    @property
    def inside(self) -> float | None:
        """AUROC within one value: of the stratum, else over pairs."""
        return self.within if self.stratum_auroc is None else self.stratum_auroc

    @property
    def matters(self) -> bool:
        """The page names it, and the model tells background worse within one value, or nothing shows otherwise."""
        if self.inside is None or self.pooled is None:
            return self.named
        return self.named and self.pooled - self.inside >= LOWER

    def held_sentence(self) -> str:
        """Return what cannot be told as nearly all of one side has one value; "" where it makes no difference."""
        if self.held is None or self.stratum_auroc is None or self.pooled is None:
            return ""
        if self.pooled - self.stratum_auroc < LOWER:
            return ""
        parts = {"background": self.held.background, "labelled": self.held.labelled}
        most, total = parts.pop(self.held.side)
        ((other, (some, of)),) = parts.items()
        span = "" if self.low is None else f" ({self.low:.2f} to {self.high:.2f})"
        return (
            f"{most:,} of {total:,} {self.held.side} clips are from {self.stratum}, but only {some:,} of {of:,} "
            f"{other} ones: within {self.stratum} alone the AUROC is {self.stratum_auroc:.2f}{span}, over all clips "
            f"{self.pooled:.2f}. How much of that is the {self.name} cannot be told."
        )

    def sentence(self) -> str:
        """Return what to know before (or, where it does not matter after all, after) the pooled figure is believed."""
        alone = (
            ""
            if self.alone is None or self.alone < TELLS
            else f"the {self.name} alone gives {self.alone:.2f}"
        )
        if self.stratum_auroc is not None:
            span = "" if self.low is None else f" ({self.low:.2f} to {self.high:.2f})"
            inside = f"within {self.stratum} alone the AUROC is {self.stratum_auroc:.2f}{span}"
        elif self.within is not None:
            inside = f"between clips of one {self.name} the AUROC is {self.within:.2f}"
        else:
            inside = f"no {self.name} holds enough of both sides to tell"
        over = f"over all clips it is {self.pooled:.2f}"
        if self.beside:
            return f"The {self.name} goes with the {self.beside} here, so it may as well be the {self.name}: {inside}."
        if self.matters:
            both = f"{inside}, and {alone}" if alone else inside
            # "Most" was said of what explained two fifths in 28 % of simulated data: the figures speak for themselves.
            return f"Some or all of this may be the {self.name}: {both} ({over})."
        return f"The {self.name} tells background too ({alone or over}), but {inside}: it does not explain the figure."


def shortcuts(
    score: np.ndarray,
    background: np.ndarray,
    groups: np.ndarray,
    attributes: Mapping[str, np.ndarray],
    embedding: np.ndarray | None = None,
    k: int = 20,
    metric: Metric = "euclidean",
    n_permutations: int = N_PERMUTATIONS,
    seed: int = 0,
) -> tuple[Shortcut, ...]:
    """Every attribute with two values or more that two units share each, those named first.

    Parameters
    ----------
    score : (n,) or (n, m)
        How much like background each clip looks by neighbors of other units; NaN unknown. Of m copies of it for
        clips that are tied (`noise_confusion.in_copies`) all are looked at.
    background : (n,) bool
    groups : (n,) ints
        The unit of independence.
    attributes
        Name to (n,) ints or strings ("", -1 or NaN unknown), or floats, which are put into three bins of
        equally many units. A unit has the value that most of its clips have (the median of floats).
    embedding : (n, d)
        For the AUROC within one value with neighbors of that value alone; None leaves that out.
    k, metric
        Of its neighbors.
    n_permutations
        Shuffles of the attributes between units.
    seed
        Of the shuffles and draws.

    """
    score, background = np.asarray(score, dtype=np.float64), np.asarray(background, dtype=bool)
    score = score.reshape(len(background), -1)
    good = np.asarray(np.isfinite(score).all(axis=1))
    if not good.any() or background[good].all() or not background[good].any():
        return ()
    unit = np.unique(np.asarray(groups)[good], return_inverse=True)[1]
    names, values, titles = unit_values({n: np.asarray(v)[good] for n, v in attributes.items()}, unit)
    if not names:
        return ()
    pooled = auroc_of_copies(score[good], background[good]).value
    rng = np.random.default_rng(seed)
    tested = np.arange(values.shape[1])
    if len(tested) > MAX_UNITS:
        tested = np.sort(rng.permutation(tested)[:MAX_UNITS])
    pairs = Pairs.of(score[good], background[good], unit)
    p = _p_values(pairs.alone_of_units(tested), values[:, tested], n_permutations, rng)
    results = []
    for name, value, title, chance in zip(names, values, titles, p, strict=True):
        alone, within = pairs.alone(value), pairs.within(value)
        named = bool(chance <= LEVEL and alone is not None and alone >= TELLS)
        results.append(Shortcut(name, len(title), alone, pooled, within, float(chance), named))
    results = _with_companions(results, values, rng)
    if embedding is not None:
        for i, (shortcut, value, title) in enumerate(zip(results, values, titles, strict=True)):
            inside = np.full(len(score), -1)
            inside[good] = value[unit]
            stated = all(
                np.asarray(attributes[each]).dtype.kind != "f" for each in shortcut.name.split(" or ")
            )
            holds, held = held_by(inside, background) if stated else (-1, None)
            if shortcut.named or held is not None:
                results[i] = _with_stratum(
                    replace(shortcut, held=held),
                    title,
                    inside,
                    np.asarray(embedding),
                    background,
                    groups,
                    k,
                    metric,
                    seed,
                    -1 if shortcut.named else holds,
                )
                if held is not None and results[i].stratum != title[holds]:
                    results[i] = replace(results[i], held=None)
    return tuple(
        sorted(
            results,
            key=lambda shortcut: (
                not shortcut.named,
                bool(shortcut.beside),
                shortcut.p,
                shortcut.inside or 0.0,
            ),
        )
    )


def _with_companions(results: list[Shortcut], values: np.ndarray, rng: np.random.Generator) -> list[Shortcut]:
    """Name what goes with a named attribute too; whichever of them it is, the data cannot tell."""
    from sklearn.metrics import adjusted_mutual_info_score, mutual_info_score

    out = list(results)
    for a in sorted((i for i, shortcut in enumerate(results) if shortcut.named), key=lambda i: results[i].p):
        for b, other in enumerate(out):
            both = (values[a] >= 0) & (values[b] >= 0)
            x, y = values[a][both], values[b][both]
            if other.named or not both.any() or adjusted_mutual_info_score(x, y) < TOGETHER:
                continue
            shared = mutual_info_score(x, y)
            by_chance = [
                mutual_info_score(x, rng.permutation(y)) >= shared - 1e-9 for _ in range(N_PERMUTATIONS)
            ]
            if np.mean([True, *by_chance]) <= SELDOM:
                out[b] = replace(other, named=True, beside=results[a].name)
    return out


def _with_stratum(
    shortcut: Shortcut,
    titles: Sequence[str],
    inside: np.ndarray,
    embedding: np.ndarray,
    background: np.ndarray,
    groups: np.ndarray,
    k: int,
    metric: Metric,
    seed: int,
    only: int = -1,
) -> Shortcut:
    """Return the shortcut with the AUROC among clips of the one value (`only`) that has most pairs to compare."""
    best, most = -1, 0
    for value in range(len(titles)) if only < 0 else (only,):
        of = inside == value
        sides = [len(np.unique(groups[of & side])) for side in (background, ~background)]
        pairs = int((of & background).sum()) * int((of & ~background).sum())
        if min(sides) >= 2 and pairs > most:
            best, most = value, pairs
    if best < 0:
        return shortcut
    of = np.flatnonzero(inside == best)
    auc = background_auroc(embedding[of], background[of], groups[of], k, metric, seed=seed)
    if auc.value is None:
        return shortcut
    return replace(shortcut, stratum=titles[best], stratum_auroc=auc.value, low=auc.low, high=auc.high)


def _p_values(
    pairs: UnitCounts, values: np.ndarray, n_permutations: int, rng: np.random.Generator
) -> np.ndarray:
    """Return (A,) family-wise p of attributes (A, G) by `alone`, the rarest of all over shuffles of the units (min-p).

    The attributes of a unit move together, so that what they share with each other stays.
    """
    orders = [np.arange(values.shape[1])]
    orders += [rng.permutation(values.shape[1]) for _ in range(n_permutations)]
    rarity = np.ones((len(orders), len(values)))
    for a, value in enumerate(values):
        alone = np.array([pairs.alone(value[order]) for order in orders], dtype=np.float64)  # None is NaN
        known = np.isfinite(alone)
        # Each by its rank among its own shuffles, as attributes of many values are spread in another way than of two.
        ordered = np.sort(alone[known])
        rarity[known, a] = 1 - np.searchsorted(ordered, alone[known] - 1e-9, "left") / len(orders)
    rarest = rarity.min(axis=1)
    return (rarest[:, None] <= rarity[0] + 1e-9).mean(axis=0)
