"""How well labels and background can be told from the embedding: by neighbours and by a linear probe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.analysis.auc import Auc, auroc
from bioviz.analysis.codes import with_background
from bioviz.analysis.confusion import NoiseConfusion
from bioviz.analysis.neighbours import KnnGraph
from bioviz.analysis.paired import Paired
from bioviz.analysis.votes import neighbour_count, neighbour_sums


@dataclass(frozen=True)
class Separability:
    """How well background is told from labelled clips, as AUROC (0.5 chance, 1 apart).

    Attributes:
        neighbour: of the balanced share of background among the neighbours.
        probe: of the out-of-fold linear probe.
        neighbour_held_out, probe_held_out: with 95 % intervals by recording.
    """

    neighbour: Paired
    probe: Paired
    neighbour_held_out: Auc
    probe_held_out: Auc


@dataclass(frozen=True)
class Prediction:
    """How well labels are told, background being one of them.

    Attributes:
        knn_accuracy, probe_accuracy: share of clips whose (first) label is predicted; see `prediction`.
        knn_map, probe_map: macro average precision over the labels (without background).
        label_ap: (L, 4) float64, average precision of each label: kNN naive, held out, probe naive, held out.
        probe_scores: (n, L+1) float32, held-out probe scores for background and each label; NaN if undefined.
    """

    knn_accuracy: Paired
    knn_map: Paired
    probe_accuracy: Paired
    probe_map: Paired
    label_ap: np.ndarray
    probe_scores: np.ndarray


def separability(
    naive: tuple[NoiseConfusion, np.ndarray],
    held_out: tuple[NoiseConfusion, np.ndarray],
    background: np.ndarray,
    recording: np.ndarray,
) -> Separability:
    """AUROC of background against labelled clips.

    AUROC = P(score of a background clip > score of a labelled clip) + P(equal) / 2, for the neighbour score s of
    `confusion.noise_confusion` and for the probe's score for background.

    Args:
        naive, held_out: noise confusion and (n,) probe score for background, without and with recordings held out.
    """
    background = np.asarray(background, bool)
    results = []
    for confusion, probe in (naive, held_out):
        score = np.where(background, 1 - confusion.confusion, confusion.confusion)
        results.append([auroc(each, background, recording) for each in (score, probe)])
    (knn_naive, probe_naive), (knn_out, probe_out) = results
    note = ""
    if background.all() or not background.any():
        note = "Needs background clips and labelled clips."
    elif probe_out.value is None or knn_out.value is None:
        note = "Needs more than one recording."
    return Separability(
        Paired(knn_naive.value, knn_out.value, 0.5, note),
        Paired(probe_naive.value, probe_out.value, 0.5, note),
        knn_out,
        probe_out,
    )


def knn_scores(graph: KnnGraph, members: np.ndarray) -> np.ndarray:
    """(n, m) float32: share of the neighbours in each column of (n, m) bool `members`; NaN without neighbours."""
    count = neighbour_count(graph)[:, None]
    return np.where(count > 0, neighbour_sums(graph, members) / np.maximum(count, 1), np.nan).astype(
        np.float32
    )


def prediction(
    graph_with: KnnGraph,
    graph_without: KnnGraph,
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
        knn_scores(graph_with, members),
        knn_scores(graph_without, members),
        probe_naive,
        probe_held_out,
    ]
    groups = np.unique(recording, return_inverse=True)[1]
    tellable = _tellable(targets, groups)
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
        Paired(accuracy[0], accuracy[1], chance, note),
        Paired(mean[0], mean[1], prevalence, note),
        Paired(accuracy[2], accuracy[3], chance, note),
        Paired(mean[2], mean[3], prevalence, note),
        ap,
        probe_held_out,
    )


def _tellable(targets: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """(n,) bool: clips whose target is in two groups or more; all where there is one group."""
    if len(np.unique(groups)) < 2:
        return np.ones(len(targets), dtype=bool)
    pairs = np.unique(np.column_stack([targets, groups]), axis=0)
    return (np.bincount(pairs[:, 0], minlength=1) > 1)[targets]


def _accuracy(scores: np.ndarray, targets: np.ndarray) -> float | None:
    good = np.isfinite(scores).all(axis=1)
    if not good.any():
        return None
    return float((scores[good].argmax(axis=1) == targets[good]).mean())


def _average_precision(scores: np.ndarray, positive: np.ndarray) -> float:
    """Average precision with tied scores taken together; NaN without positives."""
    good = np.isfinite(scores)
    s, hit = scores[good], positive[good]
    if not hit.any():
        return np.nan
    order = np.argsort(-s, kind="stable")
    s, hit = s[order], hit[order]
    ends = np.append(np.flatnonzero(np.diff(s)), len(s) - 1)
    found = np.cumsum(hit)[ends]
    precision = found / (ends + 1)
    return float((np.diff(found, prepend=0) / found[-1]) @ precision)
