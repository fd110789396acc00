"""Its neighbors share the place it was recorded at, not its label."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.diagnosis.causes.evidence import Evidence
from bioviz.analysis.diagnosis.causes.registry import Cause, Sign, register
from bioviz.analysis.diagnosis.causes.words import ClipWords
from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.neighbors.neighborhood import shared_label_share
from bioviz.percent import percent


def shortcut(graph: KnnGraph, group: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(share of neighbors of the same group that share no label, share of the group among all clips)."""
    valid = graph.indices >= 0
    near = np.where(valid, graph.indices, 0)
    same = valid & (group[near] == group[:, None]) & (group[:, None] >= 0)
    only_same = KnnGraph(np.where(same, graph.indices, -1), graph.distances, graph.metric, graph.grouped)
    purity = np.nan_to_num(shared_label_share(only_same, labels))
    count = valid.sum(axis=1)
    share = same.sum(axis=1) * (1 - purity) / np.maximum(count, 1)
    size = np.bincount(group[group >= 0], minlength=1)
    return share, np.where(group >= 0, size[np.maximum(group, 0)] / len(group), 0)


def shares(evidence: Evidence) -> tuple[np.ndarray, np.ndarray]:
    """`shortcut` among neighbors elsewhere for a site, among all for a recording."""
    graph = evidence.knn_all if evidence.place == "recording" else evidence.knn_cross_unit
    return shortcut(graph, evidence.group, evidence.label_matrix)


def _sign(evidence: Evidence) -> np.ndarray:
    share, chance = shares(evidence)
    return (share > evidence.rules.shortcut) & (share > 2 * chance)


def _why(words: ClipWords) -> str:
    part = percent(words.found.shortcut_share[words.row])
    return f"{part} of its neighbors are from the same {words.found.shortcut_place} but share no label."


register(
    Cause(
        "shortcut",
        "recorder shortcut",
        60,
        _why,
        Sign("shortcut", "neighbors from the same place that share no label", _sign),
    )
)
