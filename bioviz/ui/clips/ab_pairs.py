"""What a clip is best heard against: its nearest neighbors on either side."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.datasets.types import Dataset
from bioviz.runs import Run

NEAREST_BACKGROUND = "nearest background"
NEAREST_SAME = "nearest of the same label"
NEAREST_LABELLED = "nearest labelled clip"


def nearest_for_ab(run: Run, dataset: Dataset, row: int) -> list[tuple[str, int]]:
    """Return what to hear a clip against, as (role, row in the dataset): its nearest neighbors on either side.

    A labelled clip gets the nearest background and the nearest with a label in common; background gets the
    nearest labelled clip and the nearest other background. They come from other recordings where the stored
    neighbors hold one, else from its own, which the role then says; a side without neighbors is left out.

    Raises
    ------
    Missing
        The clip is not in the run.

    """
    position = run.position(row)
    on = np.asarray(dataset.clips.labels[run.rows], dtype=bool)
    background = ~np.any(on, axis=1)
    if background[position]:
        sides = ((NEAREST_LABELLED, ~background), (NEAREST_BACKGROUND, background))
    else:
        sides = ((NEAREST_BACKGROUND, background), (NEAREST_SAME, np.any(on & on[position], axis=1)))
    graphs = ((run.knn_cross_unit, ""), (run.graph, f" (same {run.unit.noun})"))
    pairs = []
    for role, wanted in sides:
        for graph, same_unit in graphs:
            at = _first(graph, position, wanted)
            if at is not None:
                pairs.append((role + same_unit, int(run.rows[at])))
                break
    return pairs


def _first(graph: KnnGraph, position: int, wanted: np.ndarray) -> int | None:
    """Return the nearest neighbor of `place` among the `wanted` (n,) bool, or None."""
    near = np.asarray(graph.indices[position])
    near = near[(near >= 0) & (near != position)]
    hits = near[wanted[near]]
    return int(hits[0]) if len(hits) else None
