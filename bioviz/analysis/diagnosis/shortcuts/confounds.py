"""What else the embedding knows: recording, site, hour instead of the label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.codes import codes, with_background
from bioviz.analysis.neighbors.jackknife import MIN_UNITS
from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.neighbors.neighborhood import same_share
from bioviz.analysis.scores.leakage import LeakageScore
from bioviz.analysis.statistics.shared_attribute import PERMUTATIONS, Links, label_chance, place_p


@dataclass(frozen=True)
class Confound:
    """How well the neighborhoods tell one attribute of the recording.

    Attributes
    ----------
    name
        "recording", "site", "hour" or what was given.
    values
        Number of distinct known values.
    recall
        Mean share of neighbors with the clip's own value, and the share that the labels of the neighbors
        would bring; held out: among clips of other recordings (None for the recording itself).
    lift
        Recall / chance, held out where that is defined; None if undefined.
    p
        one-sided, of a recall no higher than the labels bring, from dealing the values out over recordings
        anew; None where it cannot be told (fewer than 8 recordings, or each label has its own value).
    clusters_nmi, clusters_ami
        Of the clusters with the attribute; None without clusters.
    per_label : (T,) float64
        Recall of the clips of each target (background first); NaN without.
    clip_share : (n,) float64
        The share for each clip; NaN unknown. Held out where that is defined.
    clip_chance : (n,) float64
        What the share would be by chance.
    shuffles
        That `p` is from.

    """

    name: str
    values: int
    recall: LeakageScore
    lift: float | None
    p: float | None
    clusters_nmi: float | None
    clusters_ami: float | None
    per_label: np.ndarray
    clip_share: np.ndarray
    clip_chance: np.ndarray
    shuffles: int = PERMUTATIONS


def confounds(
    knn_all: KnnGraph,
    knn_cross_unit: KnnGraph,
    attributes: Mapping[str, np.ndarray],
    recording: np.ndarray,
    label_matrix: np.ndarray,
    clusters: np.ndarray | None = None,
    seed: int = 0,
) -> tuple[Confound, ...]:
    """For each attribute with two known values or more: does it draw neighbors together?

    recall = mean over clips of |{j in N(i): a_j = a_i}| / |{j in N(i): a_j known}|. Chance is what the labels of
    the neighbors bring (`place_test.label_chance`): where each site has its own species, neighbors of one species
    share the site though nothing of it is heard. lift = recall / chance, 1 for no trace.

    Parameters
    ----------
    attributes
        Name to (n,) ints or strings (-1, NaN, "" unknown). The one that is equal to `recording` is told
        from neighbors in all recordings, the others from neighbors in other recordings.

    """
    groups = codes(recording)
    members = with_background(label_matrix)
    label_sets = np.unique(members, axis=0, return_inverse=True)[1].reshape(-1)
    results = []
    for name, values in attributes.items():
        attribute = codes(values)
        distinct = len(np.unique(attribute[attribute >= 0]))
        if distinct < 2:
            continue
        own = bool((attribute == groups).all())
        with_same_unit = same_share(knn_all, attribute)
        cross_unit = same_share(knn_cross_unit, attribute)
        share, graph = (with_same_unit, knn_all) if own else (cross_unit, knn_cross_unit)
        # Clips of one recording are not independent of each other, unless it is the recording that is asked for.
        units = np.arange(len(groups)) if own else groups
        chance = label_chance(graph.indices, attribute, units, label_sets)
        p, shuffles = _p(graph, attribute, units, label_sets, seed)
        recall = _mean(share)
        level = _mean(np.where(np.isfinite(share), chance, np.nan))
        note = "Cannot be told with the recording held out." if own else ""
        if p is None:
            note = (note + " Cannot be told from the labels.").strip()
        nmi, ami = _with_clusters(clusters, attribute)
        results.append(
            Confound(
                name=name,
                values=distinct,
                recall=LeakageScore(_mean(with_same_unit), None if own else recall, level, note),
                lift=recall / level if recall is not None and level else None,
                p=p,
                clusters_nmi=nmi,
                clusters_ami=ami,
                per_label=np.array([_mean(share[column], np.nan) for column in members.T]),
                clip_share=share,
                clip_chance=chance,
                shuffles=shuffles,
            )
        )
    return tuple(results)


def _p(
    graph: KnnGraph, attribute: np.ndarray, units: np.ndarray, labels: np.ndarray, seed: int
) -> tuple[float | None, int]:
    """P of `place_test.place_p` and its shuffles; a unit of several values has the one of most of its clips."""
    known = attribute >= 0
    n_values = int(attribute.max()) + 1
    cell, count = np.unique(units[known] * n_values + attribute[known], return_counts=True)
    order = np.lexsort((-count, cell // n_values))
    unit, first = np.unique(cell[order] // n_values, return_index=True)
    if len(unit) < MIN_UNITS:
        return None, PERMUTATIONS
    value = (cell[order] % n_values)[first]
    inner = np.full(int(units.max()) + 1, -1)
    inner[unit] = np.arange(len(unit))
    links = Links.of(graph.indices, np.where(known, inner[units], 0), labels, known)
    return place_p(links, value, seed), links.shuffles


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
