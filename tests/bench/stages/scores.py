"""The paper's scores (k-means of the map, NMI, ARI, silhouette of the embedding): ours, scikit-learn's alone."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.scores.paper import paper_scores
from tests.bench.stages.contender import Contender, Figures, Stage
from tests.bench.stages.inputs import Inputs


def _ours(inputs: Inputs) -> Figures:
    found = paper_scores(inputs.x, inputs.xy, inputs.parts.targets)
    return {name: getattr(found, name) or np.nan for name in ("nmi", "ari", "silhouette")}


def _sklearn(inputs: Inputs) -> Figures:
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, silhouette_score

    targets = inputs.parts.targets
    found = KMeans(len(np.unique(targets)), random_state=42).fit_predict(inputs.xy)
    return {
        "nmi": float(normalized_mutual_info_score(targets, found)),
        "ari": float(adjusted_rand_score(targets, found)),
        "silhouette": float(silhouette_score(inputs.x, found)),
    }


STAGE = Stage(
    "Scores: k-means of the map, NMI, ARI, silhouette of the embedding",
    {
        "ours": Contender(_ours, lambda inputs, figures: figures, up_to=1_000_000),
        "scikit-learn": Contender(_sklearn, lambda inputs, figures: figures, up_to=50_000),
    },
    wants=("xy",),
)
