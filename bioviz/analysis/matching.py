"""Which cluster stands for which label, and the clips that ended up in another label's cluster."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ClusterMatch:
    """The best one-to-one match of clusters and labels.

    Attributes:
        table: (k, n_targets) int64, clips of each cluster and target.
        assigned: (k,) int64, the target of each cluster, or -1 if it has none.
        misclustered: (n,) bool, the clip's cluster does not stand for its label. A clip in no cluster (-1) is
            not counted: nothing is known of it.
    """

    table: np.ndarray
    assigned: np.ndarray
    misclustered: np.ndarray


def match(clusters: np.ndarray, targets: np.ndarray, n_targets: int) -> ClusterMatch:
    """Match clusters with targets one to one so that most clips agree (Hungarian method).

    Maximises the sum over clusters c of table[c, assigned[c]].

    Args:
        clusters: (n,) ints, 0..k-1 or -1. targets: (n,) ints below n_targets, 0 for background.
    """
    from scipy.optimize import linear_sum_assignment

    clusters, targets = np.asarray(clusters, np.int64), np.asarray(targets, np.int64)
    member = clusters >= 0
    k = int(clusters.max(initial=-1)) + 1
    table = np.bincount(clusters[member] * n_targets + targets[member], minlength=k * n_targets)
    table = table.reshape(k, n_targets)
    assigned = np.full(k, -1, dtype=np.int64)
    rows, columns = linear_sum_assignment(table, maximize=True)
    shared = table[rows, columns] > 0
    assigned[rows[shared]] = columns[shared]
    wrong = np.zeros(len(clusters), dtype=bool)
    wrong[member] = assigned[clusters[member]] != targets[member]
    return ClusterMatch(table, assigned, wrong)
