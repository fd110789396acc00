"""Folds for cross-validation: whole recordings together, labels spread evenly, the same from the same seed."""

from __future__ import annotations

import numpy as np


def folds(targets: np.ndarray, n_folds: int, seed: int = 0, groups: np.ndarray | None = None) -> np.ndarray:
    """(n,) int64 fold of each clip, 0..n_folds-1 (fewer where there are fewer groups).

    The largest groups first, each goes to the fold that has least of its labels so far.

    Parameters
    ----------
    targets : (n,) ints
        >= 0 to spread evenly.
    groups : (n,) ints
        Kept together;
    None
        Every clip on its own.

    """
    targets = np.asarray(targets)
    rng = np.random.default_rng(seed)
    if groups is None:
        return _each_alone(targets, min(n_folds, len(targets)), rng)
    group = np.unique(groups, return_inverse=True)[1]
    n_groups = int(group.max(initial=-1)) + 1
    n_folds = max(1, min(n_folds, n_groups))
    table = np.zeros((n_groups, int(targets.max(initial=0)) + 1))
    np.add.at(table, (group, targets), 1)
    total = np.maximum(table.sum(axis=0), 1)
    weight = table / total**2  # rare labels weigh as much as common ones
    order = rng.permutation(n_groups)
    order = order[np.argsort(-table.sum(axis=1)[order], kind="stable")]
    load = np.zeros((n_folds, table.shape[1]))
    size = np.zeros(n_folds)
    chosen = np.empty(n_groups, dtype=np.int64)
    for i in order:
        cost = load @ weight[i]
        cheapest = np.flatnonzero(cost <= cost.min() + 1e-12)
        fold = cheapest[size[cheapest].argmin()]
        chosen[i] = fold
        load[fold] += table[i]
        size[fold] += table[i].sum()
    return chosen[group]


def _each_alone(targets: np.ndarray, n_folds: int, rng: np.random.Generator) -> np.ndarray:
    """As `folds` where every clip is a group: of the folds with least of its label, the smallest one."""
    chosen = np.empty(len(targets), dtype=np.int64)
    n_folds = max(1, n_folds)
    load = [[0] * n_folds for _ in range(int(targets.max(initial=0)) + 1)]
    size = [0] * n_folds
    labels = targets.tolist()
    for i in rng.permutation(len(targets)).tolist():
        own = load[labels[i]]
        fold = min(range(n_folds), key=list(zip(own, size, strict=True)).__getitem__)
        chosen[i] = fold
        own[fold] += 1
        size[fold] += 1
    return chosen
