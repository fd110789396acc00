"""How good answers are: accuracy, average precision, and how well background is told apart. Arrays in, numbers out."""

from __future__ import annotations

import numpy as np


def measures(labels: np.ndarray, scores: np.ndarray, answers: np.ndarray) -> dict[str, float | None]:
    """Return the measures of n clips; None where they are not defined.

    Parameters
    ----------
    labels : (n, L) bool
        a row of zeros is background.
    scores : (n, L)
        How much each label is believed in, comparable between clips.
    answers : (n,)
        The label given, -1 for background.

    Returns
    -------
    accuracy: share of clips whose answer is one of their labels (background: whose answer is background).
    labelled_accuracy: share of labelled clips whose most believed label is one of theirs; background, in
    the clips and in the answers, does not count, so that trainings with and without it can be compared.
    macro_ap: mean over the labels of their average precision over all clips; a label without clips is left
    out. macro_ap_beans: the same with such a label counted as 0, as BEANS has it. background_auroc: chance
    that a labelled clip has a higher best score than a background clip.

    """
    is_labelled = np.any(labels, axis=1)
    hit = np.take_along_axis(labels, np.maximum(answers, 0)[:, None], axis=1)[:, 0] & (answers >= 0)
    right = np.where(is_labelled, hit, answers == -1)
    best = scores.argmax(axis=1)
    labelled_right = labels[np.arange(len(labels)), best][is_labelled]
    precision = average_precision(labels, scores)
    known = precision[~np.isnan(precision)]
    return {
        "accuracy": float(right.mean()),
        "labelled_accuracy": float(labelled_right.mean()) if len(labelled_right) else None,
        "macro_ap": float(known.mean()) if len(known) else None,
        "macro_ap_beans": float(np.nan_to_num(precision).mean()) if len(known) else None,
        "background_auroc": _auroc(is_labelled, scores.max(axis=1)),
    }


def average_precision(labels: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """(L,) average precision of each label over n clips; NaN for a label without clips. Ties count as one step."""
    precisions = np.full(labels.shape[1], np.nan)
    for j in range(labels.shape[1]):
        positives = int(labels[:, j].sum())
        if positives:
            order = np.argsort(-scores[:, j], kind="stable")
            ranked, is_last = scores[order, j], np.ones(len(order), dtype=bool)
            is_last[:-1] = ranked[1:] != ranked[:-1]
            hits = np.cumsum(labels[order, j])[is_last]
            n_taken = np.flatnonzero(is_last) + 1
            precisions[j] = float((np.diff(hits, prepend=0) * hits / n_taken).sum() / positives)
    return precisions


def _auroc(positive: np.ndarray, scores: np.ndarray) -> float | None:
    """Chance that a positive has a higher score than a negative, ties counting half."""
    n, m = int(positive.sum()), int((~positive).sum())
    if not n or not m:
        return None
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * m))
