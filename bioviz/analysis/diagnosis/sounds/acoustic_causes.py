"""Which acoustic property goes with confusion, for all labelled clips and for each label, in numbers and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bioviz.analysis.features import feature
from bioviz.analysis.neighbors.jackknife import MIN_UNITS, interval, parts_of, share_interval
from bioviz.analysis.neighbors.noise_confusion import CONFUSED, NoiseConfusion
from bioviz.analysis.statistics.max_t import MAX_UNITS, sign_flip_max_t
from bioviz.analysis.statistics.rank_correlation import RankedFeatures
from bioviz.analysis.statistics.small_counts import against
from bioviz.analysis.statistics.threshold import Split, honest_split
from bioviz.analysis.unit_words import UnitWords

MIN_CLIPS = 20
"""Clips below which nothing is said of a label."""
BINS = 8


@dataclass(frozen=True)
class Curve:
    """Confusion against one feature, in bins of equally many clips.

    Attributes
    ----------
    edges : (b+1,) float64
        Of the bins.
    count : (b,) int64
        Clips.
    mean, low, high : (b,) float64
        Mean confusion in each bin with its 95 % interval by recording.
    adjusted : (b,) float64
        Partial dependence: what remains of the mean when all features are taken together.

    """

    edges: np.ndarray
    count: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    adjusted: np.ndarray


@dataclass(frozen=True)
class Cause:
    """How one feature goes with the confusion of one label's clips (target -1: of all labelled clips).

    Attributes
    ----------
    feature, target, clips, units
        Which, of which, how many clips and recordings.
    rho, low, high
        Spearman's rank correlation, and for target -1 its 95 % interval by recording; NaN below 8.
    p
        That chance brings so strong a relation of any feature with any label (sign-flip max-T over
        recordings); NaN where there are fewer than 8 recordings.
    split
        Where the shares differ most; None where no split leaves enough clips, or the two halves of the
        recordings disagree.
    curve
        For target -1; else None.

    """

    feature: str
    target: int
    clips: int
    units: int
    rho: float
    low: float
    high: float
    p: float
    split: Split | None
    curve: Curve | None

    def sentence(self, names: tuple[str, ...], unit: str = "recording", short: bool = False) -> str:
        """Say it in words; `short` leaves out how the threshold was chosen."""
        name = feature(self.feature)
        who = "Labelled clips" if self.target < 0 else f"Clips of {names[self.target]}"
        if self.split is None:
            way = "more" if self.rho > 0 else "less"
            return f"{who} sit in background {way} often where the {name.title} is higher."
        part = self.split
        sides = [
            ("below", (part.confused_below, part.below), (part.confused_above, part.above)),
            ("at or above", (part.confused_above, part.above), (part.confused_below, part.below)),
        ]
        side, more, less = max(sides, key=lambda each: each[1][0] / each[1][1])
        said = f"{who} with {name.title} {side} {name.text(part.threshold)} sit in background: {against(more, less)}"
        if short:
            return f"{said}."
        return f"{said} (in the half of the {UnitWords(unit).several} that the threshold was not chosen on)."


@dataclass
class _Part:
    """One target's clips: what is computed once, and again with each part of the recordings left out."""

    target: int
    rows: np.ndarray
    columns: dict[str, np.ndarray]
    ranked: RankedFeatures
    bins: dict[str, tuple[np.ndarray, np.ndarray]]
    hot: np.ndarray | None = field(default=None)

    def scores(self, confusion: NoiseConfusion) -> np.ndarray:
        """(m + bins,) rank correlations, and the mean confusion in each bin; nothing where there is no curve."""
        if self.hot is None:
            return np.empty(0)
        y = confusion.confusion[self.rows]
        return np.append(self.ranked.correlation(y), _bin_means(y, self.hot))


class AcousticCauses:
    """Each feature against noise confusion, for all labelled clips and each label with 20 clips or more.

    First `scores` is evaluated with each part of the recordings left out (`jackknife.replicates`), then `found`.
    """

    def __init__(
        self,
        confusion: np.ndarray,
        columns: Mapping[str, np.ndarray],
        label_matrix: np.ndarray,
        units: np.ndarray,
        seed: int = 0,
    ) -> None:
        """Look for causes.

        Parameters
        ----------
        confusion : (n,)
            Noise confusion.
        columns
            Feature name to (n,) float, NaN unknown.
        label_matrix : (n, L) bool
        units : (n,) ints
            The recording of each clip.
        seed
            Of the sign flips and of the half of the recordings that thresholds are chosen on.

        """
        labels = np.asarray(label_matrix, dtype=bool)
        self._confusion, self._seed = np.asarray(confusion, np.float64), seed
        self._units = np.unique(units, return_inverse=True)[1]
        wanted = [(-1, labels.any(axis=1)), *((i + 1, column) for i, column in enumerate(labels.T))]
        self._parts: list[_Part] = []
        for target, members in wanted:
            rows = np.flatnonzero(members & np.isfinite(self._confusion))
            usable = {
                name: values
                for name, column in columns.items()
                if _varies(values := np.asarray(column, np.float64)[rows])
            }
            if len(rows) < MIN_CLIPS or not usable:
                continue
            bins = {name: _bins(values, np.isfinite(values)) for name, values in usable.items()}
            ranked = RankedFeatures.of(np.column_stack(list(usable.values())))
            part = _Part(target, rows, usable, ranked, bins)
            if target < 0:
                part.hot = np.hstack(
                    [of[:, None] == np.arange(len(edges) - 1) for edges, of in bins.values()]
                )
            self._parts.append(part)

    def scores(self, confusion: NoiseConfusion) -> np.ndarray:
        """(m,) every figure that gets an interval."""
        return np.concatenate([part.scores(confusion) for part in self._parts] or [np.empty(0)])

    def found(self, left_out: np.ndarray | None = None) -> tuple[Cause, ...]:
        """Return the causes, with intervals if `left_out` (parts, m) holds `scores` with each part left out."""
        adjusted = self._p()
        causes: list[Cause] = []
        start = 0
        for part in self._parts:
            y, names = self._confusion[part.rows], list(part.columns)
            n_units = len(np.unique(self._units[part.rows]))
            rho, m = part.ranked.correlation(y), len(names)
            value = part.scores(NoiseConfusion(self._confusion, self._confusion, self._confusion))
            moved = None if left_out is None else left_out[:, start : start + len(value)]
            start += len(value)
            low = high = np.full(m, np.nan)
            if moved is not None and len(value):
                ends = interval(_fisher(rho), _fisher(moved[:, :m]), np.full(m, n_units))
                low, high = (np.tanh(end) for end in ends)
            curves = self._curves(part, value[m:], None if moved is None else moved[:, m:])
            half = self._half(part.rows)
            for i, name in enumerate(names):
                edges = part.bins[name][0]
                split = honest_split(part.columns[name], y > CONFUSED, edges[1:-1], half)
                if split is not None and (split.shares[0] > split.shares[1]) != (rho[i] < 0):
                    split = None  # the other half does not bear it out
                causes.append(
                    Cause(
                        name,
                        part.target,
                        int(np.isfinite(part.columns[name]).sum()),
                        n_units,
                        float(rho[i]),
                        float(low[i]),
                        float(high[i]),
                        float(adjusted[part.target][i]),
                        split,
                        curves.get(name),
                    )
                )
        return tuple(causes)

    def _p(self) -> dict[int, np.ndarray]:
        """Target to adjusted p of each of its features, over all targets with enough recordings at once."""
        units = parts_of(self._units, MAX_UNITS, self._seed)
        n_units = int(units.max(initial=-1)) + 1
        enough = [part for part in self._parts if len(np.unique(self._units[part.rows])) >= MIN_UNITS]
        tables = [
            part.ranked.contributions(self._confusion[part.rows], units[part.rows], n_units)
            for part in enough
        ]
        p = sign_flip_max_t(np.hstack(tables), seed=self._seed) if tables else np.empty(0)
        ends = np.cumsum([table.shape[1] for table in tables])[:-1]
        known = (
            {part.target: each for part, each in zip(enough, np.split(p, ends), strict=True)}
            if tables
            else {}
        )
        return {
            part.target: known.get(part.target, np.full(len(part.columns), np.nan)) for part in self._parts
        }

    def _half(self, rows: np.ndarray) -> np.ndarray:
        """(rows,) bool: clips of the half of their recordings that thresholds are chosen on."""
        half_units, code = np.unique(self._units[rows], return_inverse=True)
        order = np.random.default_rng(self._seed).permutation(len(half_units))
        return (order < len(half_units) / 2)[code]

    def _curves(self, part: _Part, mean: np.ndarray, moved: np.ndarray | None) -> dict[str, Curve]:
        if part.hot is None:
            return {}
        low = high = np.full(len(mean), np.nan)
        if moved is not None:
            units = self._units[part.rows]
            n_units = np.array([len(np.unique(units[column])) for column in part.hot.T])
            low, high = share_interval(mean, moved, n_units)
        sizes = [len(edges) - 1 for edges, _ in part.bins.values()]
        adjusted = _partial(self._confusion[part.rows], part.hot, sizes)
        curves, start = {}, 0
        for name, size in zip(part.bins, sizes, strict=True):
            at = slice(start, start + size)
            start += size
            count = part.hot[:, at].sum(axis=0)
            edges = part.bins[name][0]
            curves[name] = Curve(edges, count, mean[at], low[at], high[at], adjusted[at])
        return curves


def _varies(values: np.ndarray) -> bool:
    good = np.isfinite(values)
    return bool(good.sum() >= MIN_CLIPS and len(np.unique(values[good])) > 1)


def _fisher(rho: np.ndarray) -> np.ndarray:
    """Fisher's z, on which the interval of a correlation is symmetrical."""
    return np.arctanh(np.clip(rho, -1 + 1e-6, 1 - 1e-6))


def _bin_means(y: np.ndarray, hot: np.ndarray) -> np.ndarray:
    """(bins,) mean of (rows,) `y` in each bin of (rows, bins) `hot`; NaN left out, NaN in a bin without any."""
    good = np.isfinite(y)
    with np.errstate(invalid="ignore"):
        return (np.where(good, y, 0.0) @ hot) / (good.astype(np.float64) @ hot)


def _bins(values: np.ndarray, good: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(edges (b+1,), bin of each value (n,), -1 unknown), with about as many clips in each bin."""
    edges = np.unique(np.quantile(values[good], np.linspace(0, 1, BINS + 1)))
    bins = np.full(len(values), -1)
    bins[good] = np.clip(np.searchsorted(edges, values[good], "right") - 1, 0, len(edges) - 2)
    return edges, bins


def _partial(y: np.ndarray, hot: np.ndarray, sizes: list[int]) -> np.ndarray:
    """(sum of sizes,) partial dependence on each bin of each feature; NaN in an empty bin."""
    design = hot.astype(np.float64)
    design -= design.mean(axis=0)
    gram = design.T @ design
    gram[np.diag_indices_from(gram)] += 1.0  # one clip's worth of doubt a bin
    weights = np.linalg.solve(gram, design.T @ (y - y.mean()))
    count = hot.sum(axis=0)
    out, start = np.empty(len(weights)), 0
    for size in sizes:
        part = slice(start, start + size)
        start += size
        centre = weights[part] @ count[part] / max(count[part].sum(), 1)
        out[part] = y.mean() + weights[part] - centre
    return np.where(count > 0, np.clip(out, 0, 1), np.nan)
