"""All that changed between two embeddings of the same clips; nobody else has it."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.comparison.comparison import compare_sides
from bioviz.analysis.comparison.sides import Side
from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.scores.clustering import cluster
from tests.bench.bench_analysis import LABELS
from tests.bench.stages.contender import Contender, Stage
from tests.bench.stages.diagnosis import NAMES
from tests.bench.stages.inputs import Inputs


def _side(inputs: Inputs, x: np.ndarray, graphs: tuple[KnnGraph, KnnGraph]) -> Side:
    clusters = cluster(inputs.xy, LABELS + 1, "kmeans", 42)
    targets = inputs.parts.targets
    return Side(x, *graphs, inputs.labels, targets, clusters, clusters != targets)


def _ours(inputs: Inputs) -> object:
    left = _side(inputs, inputs.x, inputs.both)
    right = _side(inputs, inputs.changed, inputs.both_changed)
    return compare_sides(left, right, NAMES, inputs.parts.recording)


STAGE = Stage(
    "Comparison: all that changed between two embeddings (no peer)",
    {"ours": Contender(_ours, up_to=1_000_000)},
    wants=("both", "both_changed", "xy"),
)
