"""Signs of each cause of confusion, clip by clip: what the sound, the boxes, the neighbors and the probe say.

A sign is looked for in every clip, confused or not, so that the confused ones can be compared with the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.neighbors.neighborhood import neighbor_count, neighbor_sums, shared_label_share
from bioviz.audio.measures import NOTHING_STANDS_OUT_DB

MIN_CLIPS = 8
"""Clips of a label from which on something is said of how they usually sound."""


@dataclass(frozen=True)
class Rules:
    """From where on a sign counts.

    Attributes:
        out_of_band: share of the annotated area above the model's Nyquist frequency.
        empty_share: share of the window with a call, below it the window is empty. silent_dbfs: level likewise.
        inside: share of the call within the window, below it the call is cut; but not where calls fill at least
            `filled` of the window, as within a long song.
        snr_db: below it a call is faint. prominence_db: below it nothing stands out.
        clear_db, stands_out_db: SNR from which on a sound is clear enough to say what it is; where the SNR is
            unknown, prominence.
        shortcut: share of neighbors of the same site (or recording) that share no label; and more than twice chance.
        rival: share of neighbors of one other label, of those that could be, which the held-out probe must name too.
        own: share of neighbors of the clip's own label, above which its label is not doubted.
        trusted: share of the clips taken for a label by neighbors and probe that must wear it (lower end of a 95 %
            interval), or the two are not believed about that label.
        usual: share of a label's clips that look like the same other label, above which the two are alike and none
            of them is doubted.
        trace: share of background clips that the probe finds more like the label than the clip; up to it, there is
            a trace of the call. Likewise of clips of other labels, where a label is doubted.
    """

    out_of_band: float = 0.5
    empty_share: float = 0.05
    silent_dbfs: float = -90.0
    inside: float = 0.5
    filled: float = 0.5
    snr_db: float = 3.0
    prominence_db: float = NOTHING_STANDS_OUT_DB
    clear_db: float = 6.0
    stands_out_db: float = 20.0
    shortcut: float = 0.5
    rival: float = 0.5
    own: float = 0.1
    trusted: float = 0.6
    usual: float = 0.25
    trace: float = 0.1


class Sound:
    """Columns of the sound and the boxes of n clips, by name; NaN where unknown, or not measured."""

    def __init__(self, columns: Mapping[str, np.ndarray], n: int) -> None:
        self._columns, self._n = columns, n

    def __getitem__(self, name: str) -> np.ndarray:
        return np.asarray(self._columns.get(name, np.full(self._n, np.nan)), dtype=np.float64)

    @property
    def boxed(self) -> np.ndarray:
        """(n,) bool, a call is annotated in it, so that its SNR is no estimate."""
        return np.nan_to_num(self["call_share"]) > 0


@dataclass(frozen=True)
class Usual:
    """What the clips of each target that are not confused sound like, for each of n clips by its target.

    Attributes:
        band: (n, 2) Hz, median edges of what stands out; NaN unknown.
        weak_db: (n,) SNR that a quarter of them fall short of; NaN unknown.
    """

    band: np.ndarray
    weak_db: np.ndarray


def usual(sound: Sound, target: np.ndarray, sure: np.ndarray) -> Usual:
    """Of the `sure` (n,) clips of each target (n,) with an SNR; unknown with fewer than `MIN_CLIPS`."""
    edges = np.stack([sound["call_low_hz"], sound["call_high_hz"]], axis=1)
    found = Usual(np.full((len(target), 2), np.nan), np.full(len(target), np.nan))
    for each in np.unique(target[target > 0]):
        own = sure & (target == each) & np.isfinite(sound["snr_db"])
        if own.sum() >= MIN_CLIPS:
            found.weak_db[target == each] = np.quantile(sound["snr_db"][own], 0.25)
        own &= np.isfinite(edges).all(axis=1)
        if own.sum() >= MIN_CLIPS:
            found.band[target == each] = np.median(edges[own], axis=0)
    return found


def faint(sound: Sound, usually: Usual, rules: Rules) -> np.ndarray:
    """(n,) bool: no call of the label is made out, or hardly.

    With a box: its SNR is low. Without: nothing stands out; or hardly; or less than in three quarters of the label's
    clips that are not confused; or only at other frequencies than there.
    """
    with np.errstate(invalid="ignore"):
        low = sound["snr_db"] < rules.snr_db
        lower = sound["snr_db"] < usually.weak_db
        band = usually.band
        elsewhere = (sound["call_high_hz"] < band[:, 0]) | (sound["call_low_hz"] > band[:, 1])
        nothing = np.isnan(sound["snr_db"]) & (sound["prominence_db"] < rules.prominence_db)
    return np.where(sound.boxed, low, low | lower | elsewhere | nothing)


def lacks_band(sound: Sound, band: np.ndarray) -> np.ndarray:
    """(n,) bool: the recording holds nothing from the middle of the label's band (n, 2) upwards."""
    with np.errstate(invalid="ignore"):
        return sound["band_limit_hz"] < np.sqrt(band[:, 0] * band[:, 1])


def rivals(graph: KnnGraph, members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((n,) the target, not one of the clip's own, most common among its neighbors, its share); -1, NaN without."""
    count = neighbor_count(graph)
    sums = np.where(members, -1, neighbor_sums(graph, members))
    rival = np.where(count > 0, sums.argmax(axis=1), -1)
    best = np.maximum(sums.max(axis=1), 0)
    return rival, np.where(count > 0, best / np.maximum(count, 1), np.nan)


def looks_like(
    graph: KnnGraph, members: np.ndarray, probe: np.ndarray | None, rules: Rules
) -> tuple[np.ndarray, np.ndarray]:
    """Another label that neighbors and probe agree on.

    Args:
        members: (n, T) bool, background first. probe: (n, T) held-out scores; without them nothing agrees.

    Returns:
        ((n,) its target, -1 for none; (n,) share of the neighbors with it). Not for background.
    """
    from scipy.stats import beta

    n, count = len(members), neighbor_count(graph)
    none = np.full(n, -1, dtype=np.int64), np.zeros(n)
    if probe is None or members.shape[1] < 2:
        return none
    sums = neighbor_sums(graph, members)
    # A label with fewer clips than neighbors cannot fill a neighborhood.
    possible = np.minimum(count[:, None], np.maximum(members.sum(axis=0) - members, 1))
    share = sums / np.maximum(possible, 1)
    probed = np.nan_to_num(probe, nan=-np.inf).argmax(axis=1)
    other = np.where(members, -1, share)
    other[:, 0] = -1
    rival = other.argmax(axis=1)
    own = np.where(members, share, 0)[:, 1:].max(axis=1)
    alike = share[np.arange(n), probed] >= rules.rival  # neighbors and probe agree on it, whatever the label
    right = members[np.arange(n), probed]
    size, fit = (np.bincount(probed[alike & part], minlength=members.shape[1]) for part in (True, right))
    trusted = beta.ppf(0.05, fit, size - fit + 1) >= rules.trusted  # NaN, so not trusted, where none fits
    agrees = alike & (own <= rules.own) & (probed == rival) & trusted[rival] & (count > 0)
    target = np.where(agrees, rival, -1)
    return target, np.where(agrees, sums[np.arange(n), rival] / np.maximum(count, 1), 0)


def unusual(target: np.ndarray, members: np.ndarray, rules: Rules) -> np.ndarray:
    """(n,) bool: the clip looks like a label that its own label's clips do not usually look like."""
    keep = target >= 0
    for column in members.T[1:]:
        own = np.flatnonzero(column & keep)
        often = np.bincount(target[own], minlength=members.shape[1]) > rules.usual * column.sum()
        keep[own] &= ~often[target[own]]
    return keep


def trace(probe: np.ndarray | None, members: np.ndarray, labelled: bool = False) -> np.ndarray:
    """(n,) share of background clips that the probe finds more like the clip's label than the clip; NaN unknown.

    Args:
        labelled: the share of clips of other labels instead.
    """
    out = np.full(len(members), np.nan)
    if probe is None:
        return out
    for i, column in enumerate(members.T[1:], start=1):
        others = ~column & ~members[:, 0] if labelled else members[:, 0]
        null = np.sort(probe[others & np.isfinite(probe[:, i]), i])
        rows = np.flatnonzero(column & np.isfinite(probe[:, i]))
        if len(null):
            above = (len(null) - np.searchsorted(null, probe[rows, i], "left")) / len(null)
            out[rows] = np.fmin(out[rows], above)
    return out


def shortcut(graph: KnnGraph, group: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(share of neighbors of the same group that share no label, share of the group among all clips)."""
    there = graph.indices >= 0
    near = np.where(there, graph.indices, 0)
    same = there & (group[near] == group[:, None]) & (group[:, None] >= 0)
    only_same = KnnGraph(np.where(same, graph.indices, -1), graph.distances, graph.metric, graph.grouped)
    purity = np.nan_to_num(shared_label_share(only_same, labels))
    count = there.sum(axis=1)
    share = same.sum(axis=1) * (1 - purity) / np.maximum(count, 1)
    size = np.bincount(group[group >= 0], minlength=1)
    return share, np.where(group >= 0, size[np.maximum(group, 0)] / len(group), 0)


def spread(members: np.ndarray, recording: np.ndarray) -> np.ndarray:
    """(n,) bool: clips with a target that occurs in another recording too."""
    several = np.array([len(np.unique(recording[column])) > 1 for column in members.T], dtype=bool)
    return (members & several).any(axis=1)
