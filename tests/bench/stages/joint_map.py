"""Two maps of the same clips laid out together: ours, umap-learn's AlignedUMAP."""

from __future__ import annotations

import warnings

import numpy as np

from bioviz.analysis.projection.alignment import procrustes
from bioviz.analysis.projection.joint import joint_maps
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.analysis.projection.trustworthiness import trustworthiness
from tests.bench.stages.contender import Contender, Figures, Stage
from tests.bench.stages.inputs import Inputs, K

Pair = tuple[np.ndarray, np.ndarray]


def _ours(inputs: Inputs) -> Pair:
    graphs = inputs.both[0], inputs.both_changed[0]
    return joint_maps(inputs.x, inputs.changed, ProjectionSpec("umap_parallel", K), graphs)


def _aligned(inputs: Inputs) -> Pair:
    """AlignedUMAP takes no neighbors and finds them itself."""
    import umap

    same = {row: row for row in range(inputs.n)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mapper = umap.AlignedUMAP(n_neighbors=K, random_state=42).fit(
            [inputs.x, inputs.changed], relations=[same]
        )
    left, right = mapper.embeddings_
    return np.asarray(left), np.asarray(right)


def _figures(inputs: Inputs, maps: Pair) -> Figures:
    return {
        "trustworthiness, left": trustworthiness(inputs.x, maps[0]) or np.nan,
        "right": trustworthiness(inputs.changed, maps[1]) or np.nan,
        "misfit": procrustes(*maps).misfit,
    }


STAGE = Stage(
    f"Two maps together, {K} neighbors (given to ours; AlignedUMAP finds its own)",
    {
        "ours": Contender(_ours, _figures, up_to=1_000_000),
        "umap-learn, AlignedUMAP": Contender(_aligned, _figures, up_to=10_000),
    },
    wants=("both", "both_changed"),
)
