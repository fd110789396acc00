"""Two runs side by side, kept under both their keys: computed by a job, opened by a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from bioviz import jobs
from bioviz.analysis.alignment import Similarity, procrustes, starting_places
from bioviz.analysis.comparison import Changes, Side, compare_sides
from bioviz.analysis.joint import joint_maps
from bioviz.analysis.neighbours import KnnGraph, knn_both
from bioviz.analysis.projection import project
from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput
from bioviz.progress import Progress, Silent
from bioviz.runs import stages
from bioviz.runs.run import Run, open_run
from bioviz.runs.spec import RunSpec
from bioviz.store.digest import digest

VERSION = 4  # raise it when a measure changes, and what is cached is computed anew
STAGE = "comparison"
SEED = 0
LAYOUTS = {
    "started": "right map started from the left one",
    "joint": "both maps laid out together (AlignedUMAP)",
    "own": "each map as it is on its own",
}


@dataclass(frozen=True)
class ComparisonSpec:
    """What is compared.

    Attributes:
        left, right: the two runs, of one dataset, or of a dataset and its cleaned version.
        layout: of LAYOUTS; whichever it is, the right map is only turned, mirrored, scaled and moved onto the left.
        k: neighbours looked at.
    """

    left: RunSpec
    right: RunSpec
    layout: str = "started"
    k: int = 20

    def __post_init__(self) -> None:
        if self.layout not in LAYOUTS:
            raise BadInput(f"Unknown layout {self.layout!r}: choose one of {', '.join(LAYOUTS)}.")

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, for `from_dict`."""
        return {**asdict(self), "left": self.left.to_dict(), "right": self.right.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ComparisonSpec:
        sides = {name: RunSpec.from_dict(values[name]) for name in ("left", "right")}
        return cls(**{**values, **sides})


@dataclass(frozen=True)
class Comparison:
    """A finished comparison over the n clips that both runs have; row i of all arrays is the same clip.

    Attributes:
        left_places, right_places: (n,) int64 positions of the clips in the two runs.
        left_xy, right_xy: (n, 2) float32, the two maps, the right one aligned.
        fit: the similarity that aligned it.
        changes: all that changed.
    """

    left_places: np.ndarray
    right_places: np.ndarray
    left_xy: np.ndarray
    right_xy: np.ndarray
    fit: Similarity
    changes: Changes

    def __len__(self) -> int:
        return len(self.left_places)


def open_comparison(left: Run, right: Run, layout: str = "started", k: int = 20) -> Comparison | None:
    """The finished comparison of two runs, or None where it is not computed yet."""
    return stages.read_result(Comparison, STAGE, _key(left, right, layout, k))


def compute_comparison(spec: ComparisonSpec, progress: Progress | None = None) -> Comparison:
    """Compute what is missing of both runs, then compare them, and keep it.

    Raises:
        Missing: no such dataset, model or weights.
        BadInput: the runs have no clip in common, or cannot be laid out that way.
        Cancelled: through `progress`; what was computed is kept.
    """
    from bioviz.runs.compute import compute_run

    progress = progress or Silent()
    runs = [open_run(side) or compute_run(side, progress) for side in (spec.left, spec.right)]
    kept = open_comparison(*runs, spec.layout, spec.k)
    if kept is not None:
        return kept
    datasets = [library.load(run.spec.dataset) for run in runs]
    places = common_clips(*runs, *datasets)
    if len(places[0]) < 2:
        raise BadInput("These two have hardly a clip in common, so there is nothing to compare clip by clip.")
    names = (*datasets[0].target_names, *(n for n in datasets[1].labels if n not in datasets[0].labels))
    recording = datasets[0].clips.recording[runs[0].rows[places[0]]].astype(np.int64)
    sides = [
        _side(run, dataset, place, names, recording, progress)
        for run, dataset, place in zip(runs, datasets, places, strict=True)
    ]
    left_xy, right_xy = _maps(runs, sides, places, spec.layout, progress)
    fit = procrustes(left_xy, right_xy)
    changes = compare_sides(*sides, names, recording, spec.k, SEED, progress)
    found = Comparison(*places, left_xy, fit(right_xy), fit, changes)
    stages.save_result(STAGE, _key(*runs, spec.layout, spec.k), found, {"spec": spec.to_dict()})
    return found


def start_comparison(spec: ComparisonSpec) -> jobs.Job:
    """Start computing a comparison in a process of its own, or join the job that does."""
    left, right = (f"{side.model} ({side.checkpoint})" for side in (spec.left, spec.right))
    title = f"{library.load(spec.left.dataset).name}: {left} and {right}"
    return jobs.start(
        "comparison", "bioviz.runs.comparison:comparison_job", {"spec": spec.to_dict()}, title=title
    )


def comparison_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compute the comparison params["spec"] (`ComparisonSpec.to_dict`)."""
    return {"clips": len(compute_comparison(ComparisonSpec.from_dict(params["spec"]), progress))}


def common_clips(
    left: Run, right: Run, left_dataset: Dataset, right_dataset: Dataset
) -> tuple[np.ndarray, np.ndarray]:
    """((n,), (n,)) int64 positions, in the two runs, of the clips that both have, in the left one's order.

    In one dataset a clip is the same by its row; between two by the content of its recording, its start and end,
    where copies of a recording are told apart by their order.
    """
    if left_dataset is right_dataset or left_dataset.version == right_dataset.version:
        _, a, b = np.intersect1d(left.rows, right.rows, assume_unique=True, return_indices=True)
        return a.astype(np.int64), b.astype(np.int64)
    waiting: dict[tuple, list[int]] = defaultdict(list)
    for place, name in enumerate(_identities(right, right_dataset)):
        waiting[name].append(place)
    pairs = [
        (place, waiting[name].pop(0))
        for place, name in enumerate(_identities(left, left_dataset))
        if waiting.get(name)
    ]
    found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _identities(run: Run, dataset: Dataset) -> list[tuple[str, int, int]]:
    clips, rows = dataset.clips, run.rows
    hashes = [dataset.recordings[i].content_hash for i in clips.recording[rows]]
    micros = [
        np.round(values[rows] * 1e6).astype(np.int64).tolist() for values in (clips.start_s, clips.end_s)
    ]
    return list(zip(hashes, *micros, strict=True))


def _side(
    run: Run,
    dataset: Dataset,
    places: np.ndarray,
    names: tuple[str, ...],
    recording: np.ndarray,
    progress: Progress,
) -> Side:
    """The run with its common clips alone, its labels in the columns of `names`."""
    embedding = run.embedding if len(places) == len(run) else np.asarray(run.embedding)[places]
    if np.array_equal(places, np.arange(len(run))):
        graphs = run.graph, run.graph_elsewhere
    else:  # the neighbours that were kept may be of clips that the other side lacks
        k = min(run.graph.k, len(places) - 1)
        graphs = knn_both(embedding, k, recording, run.spec.projection.metric, progress=progress)
    column = np.array([names.index(name) for name in dataset.target_names])
    labels = np.zeros((len(places), len(names) - 1), dtype=bool)
    labels[:, column[1:] - 1] = dataset.clips.labels[run.rows[places]]
    return Side(
        embedding,
        *graphs,
        labels,
        column[run.targets[places]],
        np.asarray(run.clusters)[places],
        np.asarray(run.misclustered)[places],
    )


def _maps(
    runs: list[Run], sides: list[Side], places: tuple[np.ndarray, np.ndarray], layout: str, progress: Progress
) -> tuple[np.ndarray, np.ndarray]:
    """(left, right) maps (n, 2) of the common clips, the right one not aligned yet."""
    left, right = runs
    projection = right.spec.projection
    if layout == "joint":
        graphs = sides[0].graph, sides[1].graph
        return joint_maps(sides[0].embedding, sides[1].embedding, projection, graphs, progress)
    left_xy = np.asarray(left.xy)[places[0]]
    if layout == "own" or projection.method == "pca" or left.key == right.key:
        return left_xy, np.asarray(right.xy)[places[1]]
    known = np.full((len(right), 2), np.nan, dtype=np.float32)
    known[places[1]] = left_xy
    graph: KnnGraph = right.graph
    xy = project(right.embedding, projection, graph, starting_places(known, graph), progress)
    return left_xy, xy[places[1]]


def _key(left: Run, right: Run, layout: str, k: int) -> str:
    return digest(STAGE, VERSION, left.key, right.key, layout, k, SEED)
