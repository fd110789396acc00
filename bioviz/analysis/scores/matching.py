"""The one-to-one matching of clusters with labels, as in the paper-style protocol."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ClusterMatch:
    """The best one-to-one match of clusters and labels: each label has one cluster at most, and the reverse.

    It scores a partition; it does not tell which clips are confused, since a label (or background) that fills two
    clusters gets one of them alone. For that see `analysis.placement`.

    Attributes
    ----------
    table : (k, n_targets) int64
        Clips of each cluster and target.
    assigned : (k,) int64
        The target of each cluster, or -1 if it has none.
    matched
        Number of clips whose cluster is matched with their target.

    """

    table: np.ndarray
    assigned: np.ndarray

    @property
    def matched(self) -> int:
        return int(
            sum(self.table[cluster, target] for cluster, target in enumerate(self.assigned) if target >= 0)
        )


def match(clusters: np.ndarray, targets: np.ndarray, n_targets: int) -> ClusterMatch:
    """Match clusters with targets one to one so that most clips agree (Hungarian method).

    Maximises the sum over clusters c of table[c, assigned[c]].

    Parameters
    ----------
    clusters : (n,) ints
        0..k-1 or -1.
    targets : (n,) ints
        Below n_targets, 0 for background.

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
    return ClusterMatch(table, assigned)
