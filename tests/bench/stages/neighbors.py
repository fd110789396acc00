"""The 50 nearest neighbors of every clip: ours, pynndescent, scikit-learn."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.neighbors.knn import knn, knn_both
from tests.bench.stages.contender import Contender, Figures, Stage
from tests.bench.stages.inputs import Inputs, K


def _ours(inputs: Inputs) -> np.ndarray:
    return knn(inputs.x, K, "euclidean").indices


def _both(inputs: Inputs) -> np.ndarray:
    return knn_both(inputs.x, K, inputs.parts.recording, "euclidean")[0].indices


def _sklearn(inputs: Inputs) -> np.ndarray:
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=K, algorithm="brute", n_jobs=-1).fit(inputs.x)
    return search.kneighbors(return_distance=False)


def _pynndescent(inputs: Inputs) -> np.ndarray:
    from pynndescent import NNDescent

    found = NNDescent(inputs.x, n_neighbors=K + 1, random_state=0).neighbor_graph
    assert found is not None
    return found[0][:, 1:]


def _recall(inputs: Inputs, near: np.ndarray) -> Figures:
    """Of a sample, against all pairs."""
    rows = np.random.default_rng(0).choice(inputs.n, min(500, inputs.n), replace=False)
    truth = inputs.graph.indices[rows, :K]
    shared = [len(np.intersect1d(*pair)) for pair in zip(near[rows], truth, strict=True)]
    return {"recall": float(np.mean(shared)) / truth.shape[1]}


STAGE = Stage(
    f"{K} nearest neighbors",
    {
        "ours": Contender(_ours, _recall, up_to=1_000_000),
        "ours, with the graph of other recordings": Contender(_both, _recall, up_to=1_000_000),
        "scikit-learn, all pairs": Contender(_sklearn, _recall, up_to=100_000),
        "pynndescent": Contender(_pynndescent, _recall, up_to=1_000_000),
    },
    wants=("graph",),
)
