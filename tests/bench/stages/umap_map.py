"""UMAP of given neighbors: ours in parallel, on one thread and in torch, umap-learn with a seed."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.projection.layouts import Method, ProjectionSpec, project
from bioviz.analysis.projection.trustworthiness import trustworthiness
from tests.bench.stages.contender import Contender, Figures, Stage
from tests.bench.stages.inputs import Inputs, K, kept


def _map(inputs: Inputs, method: Method = "umap_parallel") -> np.ndarray:
    return project(inputs.x, ProjectionSpec(method, n_neighbors=K), inputs.graph)


def _one_thread(inputs: Inputs) -> np.ndarray:
    import numba

    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        return _map(inputs)
    finally:
        numba.set_num_threads(threads)


def _in_torch(inputs: Inputs) -> np.ndarray:
    """As on a GPU; on one core where there is none, as more of them wait for each other in very many short steps."""
    import torch

    torch.set_num_threads(1)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return project(inputs.x, ProjectionSpec("umap_parallel", n_neighbors=K), inputs.graph, device=device)


def faithful(inputs: Inputs, xy: np.ndarray) -> Figures:
    return {
        "trustworthiness": trustworthiness(inputs.x, xy) or np.nan,
        "neighbors kept": kept(inputs.graph.indices, xy),
    }


STAGE = Stage(
    f"UMAP, {K} neighbors, minimum distance 0.1, neighbors given",
    {
        "ours": Contender(_map, faithful, up_to=1_000_000),
        "ours, one thread": Contender(_one_thread, faithful, up_to=1_000_000),
        "ours, in torch (on a GPU where there is one)": Contender(_in_torch, faithful, up_to=10_000),
        "umap-learn, seeded": Contender(lambda inputs: _map(inputs, "umap"), faithful, up_to=100_000),
    },
    wants=("graph",),
)
