"""Clusters against labels, and how compact groups are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.analysis.rows import blocks, finite_rows
from bioviz.analysis.scores.clustering import Clustering, cluster, principal
from bioviz.analysis.scores.silhouette import mean_silhouettes


@dataclass(frozen=True)
class Agreement:
    """How well clusters agree with labels; None where there is one label only. See `agreement`."""

    nmi: float | None
    ami: float | None
    ari: float | None
    homogeneity: float | None
    completeness: float | None
    v_measure: float | None


@dataclass(frozen=True)
class Compactness:
    """How compact and apart groups are in a space; None where there are too few groups. See `compactness`."""

    silhouette: float | None
    davies_bouldin: float | None
    calinski_harabasz: float | None


@dataclass(frozen=True)
class ClusteringScores:
    """One clustering of one space.

    Attributes
    ----------
    space
        "projection" or "embedding", where it was found.
    method
        Of clustering.
    clusters : (n,) int32
        -1 for none.
    with_labels
        Agreement with the labels.
    shape
        Compactness of the clusters where they were found.
    silhouette_on_embedding
        The paper's silhouette, of these clusters on the embedding; None if undefined.

    """

    space: str
    method: str
    clusters: np.ndarray
    with_labels: Agreement
    shape: Compactness
    silhouette_on_embedding: float | None


@dataclass(frozen=True)
class ClusterReport:
    """All clusterings asked for, and how compact the labels themselves are.

    Attributes
    ----------
    clusterings
        One for each space and method.
    labels_on_projection, labels_on_embedding
        Compactness of the true labels (background is one).

    """

    clusterings: tuple[ClusteringScores, ...]
    labels_on_projection: Compactness | None
    labels_on_embedding: Compactness


def agreement(clusters: np.ndarray, targets: np.ndarray) -> Agreement:
    """Agreement of two partitions; clips in no cluster (-1) count as one more cluster.

    With H entropies, I mutual information of clusters C and labels T: NMI = I / ((H(C) + H(T)) / 2);
    AMI = (I - E[I]) / ((H(C) + H(T)) / 2 - E[I]); ARI = (RI - E[RI]) / (max RI - E[RI]);
    homogeneity = 1 - H(T|C) / H(T); completeness = 1 - H(C|T) / H(C); V = their harmonic mean.
    """
    from sklearn import metrics

    if len(np.unique(targets)) < 2:
        return Agreement(None, None, None, None, None, None)
    homogeneity, completeness, v = metrics.homogeneity_completeness_v_measure(targets, clusters)
    return Agreement(
        nmi=float(metrics.normalized_mutual_info_score(targets, clusters)),
        ami=float(metrics.adjusted_mutual_info_score(targets, clusters)),
        ari=float(metrics.adjusted_rand_score(targets, clusters)),
        homogeneity=float(homogeneity),
        completeness=float(completeness),
        v_measure=float(v),
    )


def cluster_report(
    embedding: np.ndarray,
    projection: np.ndarray | None,
    targets: np.ndarray,
    methods: tuple[Clustering, ...] = ("kmeans",),
    seed: int = 42,
) -> ClusterReport:
    """Cluster projection and embedding with k = number of distinct labels and score it all.

    Clusters of the embedding are found on its first 50 principal components, and scored on all its dimensions.
    Silhouettes on the embedding are found for all partitions in one pass over the distances. Clips without
    embedding are left out.
    """
    good = finite_rows(embedding)
    if projection is not None:
        good &= finite_rows(projection)
    x, labels = np.asarray(embedding)[good], np.asarray(targets)[good]
    k = max(1, len(np.unique(labels)))
    spaces = {"embedding": x} if projection is None else {"projection": projection[good], "embedding": x}
    clusterings = [
        (space, method, cluster(points, k, method, seed))
        for space, points in {**spaces, "embedding": principal(x)}.items()
        for method in methods
    ]
    # On the embedding all partitions are scored in one pass; on the picture those alone that were found there.
    partitions = {
        space: [
            labels,
            *(clusters for space_of, _, clusters in clusterings if space_of == space or space == "embedding"),
        ]
        for space in spaces
    }
    means = {space: _silhouettes(points, partitions[space]) for space, points in spaces.items()}
    scores = []
    for i, (space, method, clusters) in enumerate(clusterings, start=1):
        everywhere = np.full(len(good), -1, dtype=np.int32)
        everywhere[good] = clusters
        # The projection, where there is one, comes first: its clusterings have the same numbers in both lists.
        shape = compactness(spaces[space], clusters, means[space][i])
        with_labels = agreement(clusters, labels)
        scores.append(ClusteringScores(space, method, everywhere, with_labels, shape, means["embedding"][i]))
    of_labels = {space: compactness(points, labels, means[space][0]) for space, points in spaces.items()}
    return ClusterReport(tuple(scores), of_labels.get("projection"), of_labels["embedding"])


def _silhouettes(points: np.ndarray, labelings: list[np.ndarray]) -> list[float | None]:
    """Mean silhouette of each labeling, its clips in no group left out; None if undefined."""
    whole = [labels for labels in labelings if (labels >= 0).all()]
    together = iter(mean_silhouettes(points, whole)) if len(points) else iter(())
    means: list[float | None] = []
    for labels in labelings:
        member = labels >= 0
        groups = len(np.unique(labels[member]))
        mean = next(together, None) if member.all() else None
        if not 2 <= groups < member.sum():
            means.append(None)
            continue
        means.append(mean_silhouettes(points[member], [labels[member]])[0] if mean is None else mean)
    return means


def compactness(points: np.ndarray, groups: np.ndarray, silhouette: float | None) -> Compactness:
    """How compact groups are; clips in no group (-1) are left out.

    Davies-Bouldin: mean over groups of the worst (s_i + s_j) / d_ij, with s the mean distance to the centre and d
    between centres; 0 is best. Calinski-Harabasz: between-group over within-group variance,
    (B / (k-1)) / (W / (n-k)); larger is better.

    Parameters
    ----------
    points : ndarray, shape (n, d)
    groups : ndarray of int, shape (n,)
    silhouette : float or None
        Their mean silhouette (see `silhouette`), -1 to 1; None where it is undefined, as then all is.
    """
    from scipy.sparse import csr_array
    from scipy.spatial.distance import cdist

    if silhouette is None:
        return Compactness(None, None, None)
    member = groups >= 0
    points, code = points[member], np.unique(groups[member], return_inverse=True)[1]
    sizes = np.bincount(code)
    hot = csr_array((np.ones(len(code)), (code, np.arange(len(code)))), shape=(len(sizes), len(code)))
    centres = hot @ points / sizes[:, None]
    square = np.empty(len(code))
    for start, stop in blocks(len(code), 8 * points.shape[1]):
        difference = points[start:stop] - centres[code[start:stop]]
        square[start:stop] = np.einsum("ij,ij->i", difference, difference)
    width = np.bincount(code, np.sqrt(square)) / sizes
    apart = cdist(centres, centres)
    apart[apart == 0] = np.inf  # as in scikit-learn
    worst = ((width[:, None] + width) / apart).max(axis=1)
    middle = sizes @ centres / sizes.sum()
    between = sizes @ np.square(centres - middle).sum(axis=1) / (len(sizes) - 1)
    within = square.sum() / (len(code) - len(sizes))
    return Compactness(silhouette, float(worst.mean()), float(between / within) if within else 1.0)
