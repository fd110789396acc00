"""How separability, purity and labels fare as background is added: arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.analysis.neighbors.jackknife import MIN_UNITS, mean_share_interval, widened_at_edge
from bioviz.analysis.neighbors.knn import KnnGraph, nearest_to
from bioviz.analysis.neighbors.noise_confusion import CONFUSED, balanced, in_copies, noise_confusion
from bioviz.analysis.neighbors.window_shift import place
from bioviz.analysis.scores.lost_at import lost_range
from bioviz.analysis.statistics.auc import auroc_of_copies


@dataclass(frozen=True)
class Reference:
    """The run that mixtures are placed in.

    Attributes
    ----------
    embedding : (n, D)
    xy : (n, 2)
    recording : (n,) ints
    labels : (n, L) bool
        a row without any is background.
    knn_cross_unit
        Neighbors in other recordings, of the same rows.

    """

    embedding: np.ndarray
    xy: np.ndarray
    recording: np.ndarray
    labels: np.ndarray
    knn_cross_unit: KnnGraph

    @property
    def background(self) -> np.ndarray:
        """(n,) bool."""
        return ~np.any(self.labels, axis=1)


@dataclass(frozen=True)
class NoiseScores:
    """The S levels are those of `snrs_db`, the first of them infinity: the clips as recorded.

    Columns of the (S, 3), (L, 3) and (S, L, 3) arrays: value, and the ends of a 95 % interval by recording; NaN where
    unknown, as with fewer than `MIN_UNITS` recordings of the clips, or of background where it is compared.

    Attributes
    ----------
    snrs_db : (S,) float64
        Falling.
    background_share : (S, m) float64
        Share of background among a clip's neighbors; NaN without neighbors.
    confusion : (S, m) float64
        Noise confusion.
    purity : (S, m)
        Share of neighbors with a label in common.
    nearest : (S, m) int64
        Position in the run of the nearest clip; -1 without.
    places : (S, m, 2) float64
        On the map.
    separability : (S, 3)
        AUROC of the run's background clips against the mixtures.
    mean_confusion, mean_purity, accuracy : (S, 3)
        Over the clips.
    accuracy
        The most common target among the neighbors is the clip's.
    told : (S, L, 3)
        AUROC of the run's background clips against the label's mixtures: 0.5 by chance, however much
        background there is.
    clips : (L,) int64
        Clips of each label that could be judged.
    lost_at_db : (L, 3)
        See `lost.lost_range`; its ends can be infinite too.

    """

    snrs_db: np.ndarray
    background_share: np.ndarray
    confusion: np.ndarray
    purity: np.ndarray
    nearest: np.ndarray
    places: np.ndarray
    separability: np.ndarray
    mean_confusion: np.ndarray
    mean_purity: np.ndarray
    accuracy: np.ndarray
    told: np.ndarray
    clips: np.ndarray
    lost_at_db: np.ndarray


def score_mixtures(
    reference: Reference,
    mixtures: np.ndarray,
    snrs_db: np.ndarray,
    labels: np.ndarray,
    recording: np.ndarray,
    noise_recording: np.ndarray,
    k: int = 20,
) -> NoiseScores:
    """Judge mixtures by their neighbors in the run.

    Neighbors of the clip's own recording and of the recording that its background comes from are left out:
    the first share its noise floor, the second hold the very noise that was added.

    Parameters
    ----------
    mixtures : (S, m, D)
        First the clips as recorded; NaN for what could not be made.
    labels : (m, L) bool
    recording, noise_recording : (m,) ints
        -1 for background from elsewhere.

    """
    levels, m, dim = mixtures.shape
    background = reference.background
    graph = nearest_to(
        reference.embedding,
        mixtures.reshape(-1, dim),
        k,
        reference.knn_cross_unit.metric,
        reference.recording,
        np.tile(recording, levels),
        np.tile(noise_recording, levels),
    )
    known = graph.indices >= 0
    count = known.sum(axis=1)
    near = np.where(known, graph.indices, 0)
    tiled = np.tile(labels, (levels, 1))
    targets = np.hstack([background[:, None], reference.labels])
    votes = np.zeros((len(near), targets.shape[1]))
    same = np.zeros(len(near))
    for column in range(near.shape[1]):  # by columns: (S m, k, L) would be large
        hit = targets[near[:, column]] & known[:, column, None]
        votes += hit
        same += (hit[:, 1:] & tiled).any(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (votes[:, 0] / count).reshape(levels, m)
        purity = (same / count).reshape(levels, m)
    base = _base_rates(background, reference, recording, noise_recording)
    confusion = balanced(share, base[None])
    first = labels.argmax(axis=1) + 1
    right = np.where(count > 0, votes.argmax(axis=1) == np.tile(first, levels), np.nan).reshape(levels, m)
    own = _background_scores(reference, k)
    calls = np.zeros(m, dtype=bool)
    mixed = np.stack([in_copies(each, base, calls) for each in share])
    recognized = np.stack([_told(own, reference, each, labels, recording) for each in mixed])
    everyone = np.ones((m, 1), dtype=bool)

    def curve(values: np.ndarray) -> np.ndarray:
        return np.stack([_means(each, everyone, recording)[0] for each in values])

    return NoiseScores(
        snrs_db=np.asarray(snrs_db, dtype=np.float64),
        background_share=share,
        confusion=confusion,
        purity=purity,
        nearest=graph.indices[:, 0].astype(np.int64).reshape(levels, m),
        places=place(graph, reference.xy).reshape(levels, m, 2),
        separability=_separability(own, reference, mixed, recording),
        mean_confusion=curve(confusion),
        mean_purity=curve(purity),
        accuracy=curve(right),
        told=recognized,
        clips=(labels & np.isfinite(share).any(axis=0)[:, None]).sum(axis=0),
        lost_at_db=lost_range(np.asarray(snrs_db, dtype=np.float64), recognized),
    )


def lost_share(scores: NoiseScores, units: np.ndarray) -> np.ndarray:
    """Return (S, 3): share of the clips with more background around them than by chance, with a 95 % interval.

    Parameters
    ----------
    scores : NoiseScores
    units : ndarray of int, shape (m,)
        Unit of independence of each clip; below `MIN_UNITS` of them there is no interval (NaN).

    """
    everyone = np.ones((len(units), 1), dtype=bool)
    lost = np.where(np.isfinite(scores.confusion), scores.confusion > CONFUSED, np.nan)
    return np.stack([_means(level, everyone, units)[0] for level in lost])


def _means(values: np.ndarray, members: np.ndarray, recording: np.ndarray) -> np.ndarray:
    return np.stack(mean_share_interval(values, members, recording), axis=1)


def _base_rates(
    background: np.ndarray, reference: Reference, recording: np.ndarray, noise_recording: np.ndarray
) -> np.ndarray:
    """(m,) share of background among the clips that could be neighbors of each mixture."""
    size = (
        int(max(reference.recording.max(initial=0), recording.max(initial=0), noise_recording.max(initial=0)))
        + 1
    )
    clips = np.bincount(reference.recording, minlength=size)
    hits = np.bincount(reference.recording, weights=background, minlength=size)
    other = (noise_recording >= 0) & (noise_recording != recording)
    left = len(background) - clips[recording] - np.where(other, clips[noise_recording], 0)
    hits_elsewhere = background.sum() - hits[recording] - np.where(other, hits[noise_recording], 0)
    return np.where(left > 0, hits_elsewhere / np.maximum(left, 1), np.nan)


def _background_scores(reference: Reference, k: int) -> np.ndarray:
    """(b, COPIES) how much like background each background clip of the run looks."""
    background = reference.background
    judged = noise_confusion(reference.knn_cross_unit.first(k), background, reference.recording)
    return judged.scores(background)[background]


def _separability(
    own: np.ndarray, reference: Reference, mixed: np.ndarray, recording: np.ndarray
) -> np.ndarray:
    """(S, 3) AUROC of the background clips against all mixtures of each level."""
    everyone = np.ones((len(recording), 1), dtype=bool)
    return np.stack([_told(own, reference, each, everyone, recording)[0] for each in mixed])


def _told(
    own: np.ndarray, reference: Reference, mixed: np.ndarray, labels: np.ndarray, recording: np.ndarray
) -> np.ndarray:
    """(L, 3) AUROC of the background clips (b, c) against the mixtures (m, c) of each label, with interval."""
    from scipy.stats import t

    out = np.full((labels.shape[1], 3), np.nan)
    for i, members in enumerate(labels.T):
        truth = np.repeat([True, False], [len(own), members.sum()])
        groups = np.concatenate([reference.recording[reference.background], recording[members]])
        auc = auroc_of_copies(np.concatenate([own, mixed[members]]), truth, groups)
        units = min(
            len(np.unique(recording[members & np.isfinite(mixed[:, 0])])),
            len(np.unique(reference.recording[reference.background][np.isfinite(own[:, 0])])),
        )
        if auc.value is None:
            continue
        out[i, 0] = auc.value
        if auc.se is not None and units >= MIN_UNITS:
            reach = t.ppf(0.975, units - 1) * auc.se
            low, high, n_units = (np.array(x) for x in (auc.value - reach, auc.value + reach, units))
            out[i, 1:] = np.clip(widened_at_edge(np.array(auc.value), low, high, n_units), 0, 1)
    return out
