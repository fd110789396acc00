"""Two runs side by side, kept under both their keys: computed by a job, opened by a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from bioviz import jobs
from bioviz.analysis.comparison.comparison import Changes, compare_sides
from bioviz.analysis.comparison.headline import headline
from bioviz.analysis.comparison.sides import Side
from bioviz.analysis.neighbors.knn import knn_both
from bioviz.analysis.projection import parallel_umap, placed
from bioviz.analysis.projection.alignment import Similarity, procrustes, starting_places
from bioviz.analysis.projection.joint import joint_maps
from bioviz.analysis.projection.layouts import project
from bioviz.analysis.rows import float32_rows
from bioviz.datasets import library
from bioviz.errors import BadInput
from bioviz.models.titles import title_of
from bioviz.progress import Progress, Silent
from bioviz.runs import stages
from bioviz.runs.comparison_inputs import ComparisonInputs, SideInputs, comparison_inputs
from bioviz.runs.opening import open_run
from bioviz.runs.run import Run
from bioviz.runs.spec import LAYOUTS, RunSpec
from bioviz.store.keys import key_of, settle_numbers, value_of

VERSION = 13  # raise it when a measure changes, and what is cached is computed anew
STAGE = "comparison"


@dataclass(frozen=True)
class ComparisonSpec:
    """What is compared.

    Attributes
    ----------
    left, right
        The two runs, of one dataset, or of a dataset and its cleaned version.
    layout
        Of LAYOUTS; whichever it is, the right map is only turned, mirrored, scaled and moved onto the left. Principal
        components start from nowhere: of them "started" is "own".
    k
        Neighbors looked at.

    """

    left: RunSpec
    right: RunSpec
    layout: str = "started"
    k: int = 20

    def __post_init__(self) -> None:
        settle_numbers(self)
        if self.layout not in LAYOUTS:
            raise BadInput(f"Unknown layout {self.layout!r}: choose one of {', '.join(LAYOUTS)}.")
        object.__setattr__(self, "layout", _layout(self.layout, self.right))

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

    Attributes
    ----------
    left_places, right_places : (n,) int64
        Positions of the clips in the two runs.
    left_xy, right_xy : (n, 2) float32
        The two maps, the right one aligned.
    fit
        The similarity that aligned it.
    changes
        All that changed.

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
    """Return the finished comparison of two runs, or None where it is not computed yet."""
    return read_comparison(comparison_key(left, right, layout, k))


def comparison_key(left: Run, right: Run, layout: str = "started", k: int = 20) -> str:
    """Key of the comparison of two runs; another one as soon as anything it rests on changes."""
    return _key(comparison_inputs(left, right, _layout(layout, right.spec), k))


def _key(inputs: ComparisonInputs) -> str:
    """Key of a comparison, whose maps may be laid out by a kernel of ours."""
    return key_of(STAGE, f"{VERSION}, maps {parallel_umap.VERSION}", inputs)


def _layout(layout: str, right: RunSpec) -> str:
    """Return how a map is laid out: principal components start from nowhere."""
    return "own" if layout == "started" and right.projection.method == "pca" else layout


def read_comparison(key: str) -> Comparison | None:
    """Return the finished comparison of a `comparison_key`, or None."""
    return stages.read_result(Comparison, STAGE, key)


def compute_comparison(spec: ComparisonSpec, progress: Progress | None = None) -> Comparison:
    """Compute what is missing of both runs, then compare them, and keep it.

    Raises
    ------
    Missing
        No such dataset, model or weights.
    BadInput
        The runs have no clip in common, or cannot be laid out that way.
    Cancelled
        Through `progress`; what was computed is kept.

    """
    from bioviz.runs.compute import compute_run

    progress = progress or Silent()
    left, right = (open_run(side) or compute_run(side, progress) for side in (spec.left, spec.right))
    inputs = comparison_inputs(left, right, spec.layout, spec.k)
    stored = read_comparison(_key(inputs))
    if stored is not None:
        return stored
    if len(inputs.recording) < 2:
        raise BadInput("These two have hardly a clip in common, so there is nothing to compare clip by clip.")
    comparison = _compare(inputs, progress)
    stages.save_result(STAGE, _key(inputs), comparison, {"spec": spec.to_dict()})
    return comparison


def job_params(spec: ComparisonSpec) -> dict[str, Any]:
    """Parameters of the job, by which a running one is found again."""
    return {"spec": spec.to_dict()}


def start_comparison(spec: ComparisonSpec) -> jobs.Job:
    """Start computing a comparison in a process of its own, or join the job that does."""
    left, right = (title_of(side.model, side.checkpoint) for side in (spec.left, spec.right))
    title = f"{library.load(spec.left.dataset).name}: {left} against {right}"
    return jobs.start(
        "comparison", "bioviz.runs.comparison:comparison_job", job_params(spec), title=title, looks=True
    )


def comparison_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compute the comparison params["spec"] (`ComparisonSpec.to_dict`)."""
    comparison = compute_comparison(ComparisonSpec.from_dict(params["spec"]), progress)
    return {"clips": len(comparison), "headline": headline(comparison.changes)}


def _compare(inputs: ComparisonInputs, progress: Progress) -> Comparison:
    left, right = (_side(side, inputs.recording, progress) for side in (inputs.left, inputs.right))
    left_xy, right_xy = _maps(inputs, left, right, progress)
    fit = procrustes(left_xy, right_xy)
    changes = compare_sides(left, right, inputs.names, inputs.recording, inputs.k, inputs.seed, progress)
    if _is_sampled(inputs):
        note = placed.sampled_note(placed.LAID_OUT_UP_TO, len(left_xy))
        changes = replace(changes, notes=(*changes.notes, note))
    return Comparison(inputs.left.places, inputs.right.places, left_xy, fit(right_xy), fit, changes)


def _side(side: SideInputs, recording: np.ndarray, progress: Progress) -> Side:
    """Return a run with its common clips alone."""
    whole, places = value_of(side.embedding), side.places
    n = len(whole)
    embedding = float32_rows(whole, places)
    graph, cross_unit = value_of(side.graph), value_of(side.knn_cross_unit)
    if not np.array_equal(places, np.arange(n)):
        # The neighbors that were kept may be of clips that the other side lacks.
        k = min(graph.k, len(places) - 1)
        graph, cross_unit = knn_both(
            embedding, k, recording, side.projection.metric, progress=progress, approximate=graph.approximate
        )
    clusters, misclustered = (
        np.asarray(each)[places] for each in (value_of(side.clusters), side.misclustered)
    )
    return Side(embedding, graph, cross_unit, side.labels, side.targets, clusters, misclustered)


def _maps(
    inputs: ComparisonInputs, left_side: Side, right_side: Side, progress: Progress
) -> tuple[np.ndarray, np.ndarray]:
    """(left, right) maps (n, 2) of the common clips, the right one not aligned yet."""
    left, right = inputs.left, inputs.right
    projection = right.projection
    if _is_sampled(inputs) and inputs.layout != "own":
        return _maps_of_a_sample(inputs, left_side, right_side, progress)
    if inputs.layout == "joint":
        graphs = left_side.graph, right_side.graph
        return joint_maps(left_side.embedding, right_side.embedding, projection, graphs, progress)
    left_xy = np.asarray(value_of(left.xy))[left.places]
    right_xy = np.asarray(value_of(right.xy))[right.places]
    same = np.array_equal(left_xy, right_xy, equal_nan=True)
    if inputs.layout == "own" or projection.method == "pca" or same:
        return left_xy, right_xy
    embedding, graph = value_of(right.embedding), value_of(right.graph)
    known = np.full((len(embedding), 2), np.nan, dtype=np.float32)
    known[right.places] = left_xy
    xy = project(embedding, projection, graph, starting_places(known, graph), progress)
    return left_xy, xy[right.places]


def _is_sampled(inputs: ComparisonInputs) -> bool:
    """Whether so many clips are compared that their maps are laid out for a sample."""
    return placed.is_sampled(inputs.right.projection, len(inputs.right.places))


def _maps_of_a_sample(
    inputs: ComparisonInputs, left: Side, right: Side, progress: Progress
) -> tuple[np.ndarray, np.ndarray]:
    """(left, right) maps (n, 2): as `_maps` of the same sample on both sides, the others placed by their neighbors."""
    spec = inputs.right.projection
    size, seed = placed.LAID_OUT_UP_TO, stages.SAMPLE_SEED
    drawn = placed.sample_by_label(left.targets, size, seed)
    some = [np.asarray(side.embedding[drawn]) for side in (left, right)]
    to_search = [placed.no_neighbors(size, spec.metric, side.graph.approximate) for side in (left, right)]
    if inputs.layout == "joint":
        maps = joint_maps(some[0], some[1], spec, (to_search[0], to_search[1]), progress)
        return (
            placed.place_others(left.embedding, left.graph, drawn, maps[0]),
            placed.place_others(right.embedding, right.graph, drawn, maps[1]),
        )
    left_xy = np.asarray(value_of(inputs.left.xy))[inputs.left.places]
    places = project(some[1], spec, to_search[1], left_xy[drawn], progress)
    return left_xy, placed.place_others(right.embedding, right.graph, drawn, places)
