"""Parallel UMAP beside umap-learn on the same neighbors: `python -m tests.bench.bench_projection [2000 ...]`.

umap-learn runs with a seed, as in the product, and is compiled beforehand, as ours is. Neighbors kept: share of the 15
nearest in the embedding that are among the 15 nearest on the map.
"""

from __future__ import annotations

import sys
import time
import warnings

import numba
import numpy as np

from bioviz.analysis.neighbors.knn import knn
from bioviz.analysis.projection.layouts import UMAPS, ProjectionSpec, project
from bioviz.analysis.projection.trustworthiness import trustworthiness
from tests.bench.bench_analysis import clips

SAMPLE = 3000  # clips whose kept neighbors are counted


def kept(near: np.ndarray, xy: np.ndarray) -> float:
    """Share of neighbors (n, 15) that are among the 15 nearest on the map too."""
    rows = np.random.default_rng(0).choice(len(xy), min(SAMPLE, len(xy)), replace=False)
    on_map = knn(xy, 15).indices
    return float(np.mean([len(np.intersect1d(near[row], on_map[row])) / 15 for row in rows]))


def main(sizes: list[int]) -> None:
    warnings.filterwarnings("ignore")
    cores = numba.get_num_threads()
    umap, parallel = (ProjectionSpec(method=method) for method in UMAPS)
    compiled = clips(600)[0]
    for spec in (umap, parallel):
        project(compiled, spec)
    print(
        "clips   umap-learn   1 thread   all threads   ratio   same bytes   trustworthiness   neighbors kept"
    )
    for n in sizes:
        x = clips(n)[0]
        graph = knn(x, 49)
        maps, seconds = [], []
        for spec, threads in ((umap, 1), (parallel, 1), (parallel, cores)):
            numba.set_num_threads(threads)
            start = time.perf_counter()
            maps.append(project(x, spec, graph))
            seconds.append(time.perf_counter() - start)
        same = maps[1].tobytes() == maps[2].tobytes()
        trust = [trustworthiness(x, xy) or np.nan for xy in maps[:2]]
        near = [kept(graph.indices[:, :15], xy) for xy in maps[:2]]
        print(
            f"{n:6,} {seconds[0]:9.1f} s {seconds[1]:8.1f} s {seconds[2]:11.1f} s {seconds[2] / seconds[0]:7.2f} "
            f"{same!s:>12} {trust[0]:9.3f} {trust[1]:.3f} {near[0]:10.3f} {near[1]:.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [2000])
