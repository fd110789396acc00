"""How well labels and background can be told from the embedding: by neighbors and by a linear probe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.analysis.codes import with_background
from bioviz.analysis.neighbors.jackknife import p_above, part_counts, share_interval, share_p_above_half
from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.neighbors.neighborhood import neighbor_count, neighbor_sums
from bioviz.analysis.neighbors.noise_confusion import NoiseConfusion
from bioviz.analysis.scores.leakage import LeakageScore
from bioviz.analysis.statistics.auc import auroc, auroc_value


@dataclass(frozen=True)
class Separability:
    """How well background is told from labelled clips, as AUROC (0.5 chance, 1 apart).

    Attributes
    ----------
    neighbor
        Of the balanced share of background among the neighbors.
    probe
        Of the out-of-fold linear probe.
    low, high
        95 % interval of the neighbors' held-out AUROC by leaving out recordings; None below 8 of them.
    units
        Recordings with background, or with labelled clips, whichever are fewer.
    p
        one-sided, of that AUROC against 0.5.
    p_leak
        Of no fall when recordings are held out.
    p_linear
        Of the probe being no better than the neighbors, both held out. None where not known.

    """

    neighbor: LeakageScore
    probe: LeakageScore
    low: float | None = None
    high: float | None = None
    units: int = 0
    p: float | None = None
    p_leak: float | None = None
    p_linear: float | None = None


@dataclass(frozen=True)
class Prediction:
    """How well labels are told, background being one of them.

    Attributes
    ----------
    knn_accuracy, probe_accuracy
        Share of clips whose (first) label is predicted; see `prediction`.
    knn_map, probe_map
        Macro average precision over the labels (without background).
    label_ap : (L, 4) float64
        Average precision of each label: k-NN with and without the own unit, then the same of the probe.
    probe_scores : (n, L+1) float32
        held-out probe scores for background and each label; NaN if undefined.
    p_leak
        one-sided, of knn_accuracy not falling when recordings are held out; None if not known.

    """

    knn_accuracy: LeakageScore
    knn_map: LeakageScore
    probe_accuracy: LeakageScore
    probe_map: LeakageScore
    label_ap: np.ndarray
    probe_scores: np.ndarray
    p_leak: float | None = None


def neighbor_auroc(confusion: NoiseConfusion, background: np.ndarray) -> float:
    """AUROC of background against labelled clips by the neighbor score of `confusion`; NaN if undefined."""
    value = auroc_value(confusion.scores(background), background)
    return np.nan if value is None else value


def separability(
    with_same_unit: tuple[NoiseConfusion, np.ndarray],
    cross_unit: tuple[NoiseConfusion, np.ndarray],
    background: np.ndarray,
    units: np.ndarray,
    left_out: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None,
) -> Separability:
    """AUROC of background against labelled clips.

    AUROC = P(score of a background clip > score of a labelled clip) + P(equal) / 2, for the neighbor score s of
    `confusion.noise_confusion` and for the probe's score for background.

    Parameters
    ----------
    with_same_unit, cross_unit
        Noise confusion and (n,) probe score for background, without and with recordings held out.
    units : (n,)
        Recording of each clip.
    left_out : (n,)
        Part of each clip (`jackknife.parts_of`), and `neighbor_auroc` with each part left out, naive and
        held out;
    None
        No interval.

    """
    background = np.asarray(background, bool)
    knn = [_defined(neighbor_auroc(confusion, background)) for confusion, _ in (with_same_unit, cross_unit)]
    probe = [auroc(scores, background).value for _, scores in (with_same_unit, cross_unit)]
    note = ""
    if background.all() or not background.any():
        note = "Needs background clips and labelled clips."
    elif probe[1] is None or knn[1] is None:
        note = "Needs more than one recording."
    pairs = LeakageScore(knn[0], knn[1], 0.5, note), LeakageScore(probe[0], probe[1], 0.5, note)
    n_units = int(part_counts(np.column_stack([background, ~background]), units).min())
    if left_out is None or knn[0] is None or knn[1] is None:
        return Separability(*pairs, units=n_units)
    parts, naive_without, without = left_out
    low, high = (
        _defined(end[0]) for end in share_interval(np.array([knn[1]]), without[:, None], np.array([n_units]))
    )
    p = share_p_above_half(knn[1], without, n_units)
    p_leak = p_above(knn[0] - knn[1], naive_without - without, n_units)
    p_linear = None
    if probe[1] is not None:
        stay = [parts != i for i in range(len(without))]
        probe_without = np.array([auroc_value(cross_unit[1][rows], background[rows]) for rows in stay], float)
        p_linear = p_above(probe[1] - knn[1], probe_without - without, n_units)
    return Separability(*pairs, low, high, n_units, p, p_leak, p_linear)


def _defined(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def knn_scores(graph: KnnGraph, members: np.ndarray) -> np.ndarray:
    """(n, m) float32: share of the neighbors in each column of (n, m) bool `members`; NaN without neighbors."""
    count = neighbor_count(graph)[:, None]
    return np.where(count > 0, neighbor_sums(graph, members) / np.maximum(count, 1), np.nan).astype(
        np.float32
    )


def prediction(
    knn_all: KnnGraph,
    knn_cross_unit: KnnGraph,
    probe_naive: np.ndarray,
    probe_held_out: np.ndarray,
    label_matrix: np.ndarray,
    targets: np.ndarray,
    recording: np.ndarray,
) -> Prediction:
    """Accuracy (the highest score's target is the clip's) and macro average precision.

    AP = sum over clips by falling score of (recall_i - recall_{i-1}) * precision_i; the macro mean is over labels
    with clips in two recordings or more, since a label of one recording cannot be told with that held out. For
    the same reason accuracy is over the clips of such targets (over all clips where there is one recording).
    """
    members = with_background(label_matrix)
    scores = [
        knn_scores(knn_all, members),
        knn_scores(knn_cross_unit, members),
        probe_naive,
        probe_held_out,
    ]
    groups = np.unique(recording, return_inverse=True)[1]
    tellable = tellable_clips(targets, groups)
    accuracy = [_accuracy(each[tellable], targets[tellable]) for each in scores]
    spread = np.array([len(np.unique(groups[column])) > 1 for column in members.T[1:]], dtype=bool)
    ap = np.full((members.shape[1] - 1, 4), np.nan)
    for row in np.flatnonzero(spread):
        ap[row] = [_average_precision(each[:, row + 1], members[:, row + 1]) for each in scores]
    mean = [float(np.nanmean(column)) if np.isfinite(column).any() else None for column in ap.T]
    size = np.bincount(targets[tellable])
    chance = float(size.max() / size.sum()) if len(size) else None
    prevalence = float(members[:, 1:][:, spread].mean()) if spread.any() else None
    lost = int((members[:, 1:].any(axis=0) & ~spread).sum())
    note = ""
    if lost:
        verb = "label occurs" if lost == 1 else "labels occur"
        note = f"{lost} {verb} in one recording only and cannot be told with it held out: left out here."
    return Prediction(
        LeakageScore(accuracy[0], accuracy[1], chance, note),
        LeakageScore(mean[0], mean[1], prevalence, note),
        LeakageScore(accuracy[2], accuracy[3], chance, note),
        LeakageScore(mean[2], mean[3], prevalence, note),
        ap,
        probe_held_out,
        _p_gap(_right(scores[0], targets), _right(scores[1], targets), tellable, groups),
    )


def tellable_clips(targets: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return (n,) bool: clips whose target is in two groups or more; all where there is one group."""
    if len(np.unique(groups)) < 2:
        return np.ones(len(targets), dtype=bool)
    pairs = np.unique(np.column_stack([targets, groups]), axis=0)
    return (np.bincount(pairs[:, 0], minlength=1) > 1)[targets]


def _accuracy(scores: np.ndarray, targets: np.ndarray) -> float | None:
    good = np.isfinite(scores).all(axis=1)
    if not good.any():
        return None
    return float((scores[good].argmax(axis=1) == targets[good]).mean())


def _right(scores: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """(n,) 1 where the highest score is that of the clip's target, else 0; NaN without scores."""
    good = np.isfinite(scores).all(axis=1)
    return np.where(good, np.nan_to_num(scores).argmax(axis=1) == targets, np.nan)


def _p_gap(
    with_same_unit: np.ndarray, cross_unit: np.ndarray, rows: np.ndarray, units: np.ndarray
) -> float | None:
    """One-sided p of mean(with_same_unit - cross_unit) > 0 over `rows`, leaving out units of the judged."""
    difference = with_same_unit - cross_unit
    rows = rows & np.isfinite(difference)
    if not rows.any():
        return None
    code = np.unique(units[rows], return_inverse=True)[1]
    count, total = np.bincount(code), np.bincount(code, difference[rows])
    if len(count) < 2:
        return None
    without = (total.sum() - total) / (count.sum() - count)
    return p_above(total.sum() / count.sum(), without, len(count))


def _average_precision(scores: np.ndarray, positive: np.ndarray) -> float:
    """Average precision with tied scores taken together; NaN without positives."""
    good = np.isfinite(scores)
    s, hit = scores[good], positive[good]
    if not hit.any():
        return np.nan
    order = np.argsort(-s, kind="stable")
    s, hit = s[order], hit[order]
    ends = np.append(np.flatnonzero(np.diff(s)), len(s) - 1)
    hits_at = np.cumsum(hit)[ends]
    precision = hits_at / (ends + 1)
    return float((np.diff(hits_at, prepend=0) / hits_at[-1]) @ precision)
