"""The paper's scores, by the paper's protocol exactly (DESIGN section 3)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from bioviz.analysis.rows import finite_rows
from bioviz.analysis.scores.clustering import cluster
from bioviz.analysis.scores.silhouette import mean_silhouette, sample_note


@dataclass(frozen=True)
class PaperScores:
    """What the paper reports of one embedding set.

    Attributes
    ----------
    nmi
        Normalised mutual information of clusters and labels, 0 to 1; None if undefined.
    ari
        Adjusted Rand index, about 0 by chance, 1 at best; None if undefined.
    silhouette
        Mean silhouette of the *clusters* on the *embedding*, -1 to 1; None if undefined.
    k
        Number of clusters = number of distinct labels, background included.
    clusters : (n,) int32
        -1 for clips without an embedding.
    notes
        For each score that is None its name and the reason, and for one that is an estimate that it is; "rows" if clips
        were left out.

    """

    nmi: float | None
    ari: float | None
    silhouette: float | None
    k: int
    clusters: np.ndarray
    notes: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, object]:
        """JSON-able, without the clusters."""
        return {
            "nmi": self.nmi,
            "ari": self.ari,
            "silhouette": self.silhouette,
            "k": self.k,
            "notes": self.notes,
        }


def paper_scores(
    embedding: np.ndarray, projection: np.ndarray, targets: np.ndarray, seed: int = 42
) -> PaperScores:
    """Cluster the projection with KMeans(k = distinct labels, random_state = seed) and score it.

    NMI = I(C; T) / ((H(C) + H(T)) / 2); ARI = (RI - E[RI]) / (max RI - E[RI]); the silhouette is that of the
    predicted clusters on the embedding. Equal to scikit-learn's on the same arrays.

    Parameters
    ----------
    embedding : (n, d)
    projection : (n, 2)
        Clips with NaN in either are left out and noted.
    targets : (n,) ints
        0 for background.

    """
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    embedding, projection, targets = np.asarray(embedding), np.asarray(projection), np.asarray(targets)
    good = finite_rows(embedding) & finite_rows(projection)
    notes: dict[str, str] = {}
    if not good.all():
        notes["rows"] = f"{int((~good).sum())} of {len(good)} clips have no embedding and are left out."
    clusters = np.full(len(targets), -1, dtype=np.int32)
    labels = targets[good]
    k = len(np.unique(labels))
    if k == 0:
        reason = "There is no clip to score."
        return PaperScores(None, None, None, 0, clusters, {**notes, **dict.fromkeys(_NAMES, reason)})
    clusters_on_map = cluster(projection[good], k, "kmeans", seed)
    clusters[good] = clusters_on_map
    nmi = ari = silhouette = None
    if k == 1:
        notes["nmi"] = notes["ari"] = "All clips have the same label, so there is nothing to agree with."
    else:
        nmi = float(normalized_mutual_info_score(labels, clusters_on_map))
        ari = float(adjusted_rand_score(labels, clusters_on_map))
    groups = len(np.unique(clusters_on_map))
    if groups < 2:
        notes["silhouette"] = (
            "All clips fall into one cluster, so there is no other cluster to be apart from."
        )
    elif groups >= len(clusters_on_map):
        notes["silhouette"] = "Every clip is a cluster of its own, so no cluster has an inside."
    else:
        silhouette = mean_silhouette(embedding[good], clusters_on_map)
        if note := sample_note(len(clusters_on_map)):
            notes["silhouette"] = note
    return PaperScores(nmi, ari, silhouette, k, clusters, notes)


_NAMES = ("nmi", "ari", "silhouette")
