"""What else the embedding knows: recording, site, hour instead of the label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.codes import codes, with_background
from bioviz.analysis.neighbours import KnnGraph
from bioviz.analysis.paired import Paired
from bioviz.analysis.votes import same_share


@dataclass(frozen=True)
class Confound:
    """How well the neighbourhoods tell one attribute of the recording.

    Attributes:
        name: "recording", "site", "hour" or what was given.
        values: number of distinct known values.
        recall: mean share of neighbours with the clip's own value, and its chance level; held out: among clips of
            other recordings (None for the recording itself).
        lift: recall / chance, held out where that is defined; None if undefined.
        clusters_nmi, clusters_ami: of the clusters with the attribute; None without clusters.
        per_label: (T,) float64, recall of the clips of each target (background first); NaN without.
        clip_share: (n,) float64, the share for each clip; NaN unknown. Held out where that is defined.
        clip_chance: (n,) float64, what the share would be by chance.
    """

    name: str
    values: int
    recall: Paired
    lift: float | None
    clusters_nmi: float | None
    clusters_ami: float | None
    per_label: np.ndarray
    clip_share: np.ndarray
    clip_chance: np.ndarray


def confounds(
    graph_with: KnnGraph,
    graph_without: KnnGraph,
    attributes: Mapping[str, np.ndarray],
    recording: np.ndarray,
    label_matrix: np.ndarray,
    clusters: np.ndarray | None = None,
) -> tuple[Confound, ...]:
    """For each attribute with two known values or more: does it draw neighbours together?

    recall = mean over clips of |{j in N(i): a_j = a_i}| / |{j in N(i): a_j known}|. Chance is the share of the
    value among all other clips that could be neighbours; lift = recall / chance, 1 for no trace.

    Args:
        attributes: name to (n,) ints or strings (-1, NaN, "" unknown). The one that is equal to `recording` is
            told from neighbours in all recordings, the others from neighbours in other recordings.
    """
    groups = codes(recording)
    members = with_background(label_matrix)
    found = []
    for name, values in attributes.items():
        attribute = codes(values)
        distinct = len(np.unique(attribute[attribute >= 0]))
        if distinct < 2:
            continue
        own = bool((attribute == groups).all())
        naive = same_share(graph_with, attribute)
        held_out = same_share(graph_without, attribute)
        share = naive if own else held_out
        chance = _chance(attribute, None if own else groups)
        recall = _mean(share)
        level = _mean(np.where(np.isfinite(share), chance, np.nan))
        note = "Cannot be told with the recording held out." if own else ""
        nmi, ami = _with_clusters(clusters, attribute)
        found.append(
            Confound(
                name=name,
                values=distinct,
                recall=Paired(_mean(naive), None if own else recall, level, note),
                lift=recall / level if recall is not None and level else None,
                clusters_nmi=nmi,
                clusters_ami=ami,
                per_label=np.array([_mean(share[column], np.nan) for column in members.T]),
                clip_share=share,
                clip_chance=chance,
            )
        )
    return tuple(found)


def _chance(attribute: np.ndarray, groups: np.ndarray | None) -> np.ndarray:
    """(n,) share of a clip's value among the known clips other than itself, or of other groups."""
    known = attribute >= 0
    size = np.bincount(attribute[known])
    same = np.where(known, size[attribute], 0).astype(np.float64)
    if groups is None:
        same, total = same - 1, np.full(len(same), known.sum() - 1.0)
    else:
        pair = groups * (len(size) + 1) + attribute + 1
        own_same = np.unique(pair, return_inverse=True, return_counts=True)
        same = same - own_same[2][own_same[1]]
        total = known.sum() - np.bincount(groups, weights=known.astype(float))[groups]
    return np.where(known & (total > 0), same / np.maximum(total, 1), np.nan)


def _with_clusters(clusters: np.ndarray | None, attribute: np.ndarray) -> tuple[float | None, float | None]:
    from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score

    if clusters is None:
        return None, None
    good = (clusters >= 0) & (attribute >= 0)
    if not good.any():
        return None, None
    a, c = attribute[good], clusters[good]
    return float(normalized_mutual_info_score(a, c)), float(adjusted_mutual_info_score(a, c))


def _mean(values: np.ndarray, empty: float | None = None) -> float | None:
    good = np.isfinite(values)
    return float(values[good].mean()) if good.any() else empty
