"""t-SNE: openTSNE on all cores with given neighbors, as the product calls it; scikit-learn."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.projection.layouts import Method, ProjectionSpec, project
from tests.bench.stages.contender import Contender, Stage
from tests.bench.stages.inputs import PERPLEXITY, Inputs
from tests.bench.stages.umap_map import faithful


def _map(inputs: Inputs, method: Method) -> np.ndarray:
    return project(inputs.x, ProjectionSpec(method, perplexity=PERPLEXITY), inputs.graph)


STAGE = Stage(
    f"t-SNE, perplexity {PERPLEXITY} (neighbors given to ours; scikit-learn finds its own)",
    {
        "ours, by openTSNE": Contender(
            lambda inputs: _map(inputs, "tsne_parallel"), faithful, up_to=1_000_000
        ),
        "scikit-learn": Contender(lambda inputs: _map(inputs, "tsne"), faithful, up_to=10_000),
    },
    wants=("graph",),
)
