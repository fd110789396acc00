"""Window-shift stability of a run: do clips keep their neighbors when their windows start a little off?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bioviz import jobs
from bioviz.analysis.neighbors.jackknife import mean_share_interval
from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.neighbors.window_shift import ellipses, place, shift_stability
from bioviz.analysis.rows import positions
from bioviz.datasets import library
from bioviz.datasets.types import Dataset, Problem
from bioviz.errors import BadInput
from bioviz.experiments.settings import ShiftSettings
from bioviz.experiments.shift_draw import draw_shifts
from bioviz.models import registry
from bioviz.models.titles import title_of
from bioviz.progress import Progress, Silent
from bioviz.runs import stages
from bioviz.runs.opening import open_run
from bioviz.runs.run import Run
from bioviz.runs.spec import RunSpec
from bioviz.store.keys import Stored, key_of, value_of

VERSION = 4  # raise it when a measure changes, and what is cached is computed anew
STAGE = "shift"


@dataclass(frozen=True)
class ShiftResult:
    """Clips embedded again with their windows shifted; the least stable first.

    Attributes
    ----------
    rows : (m,) int64
        Rows of the clips in the dataset.
    starts_s : (m, s) float64
        Where the shifted windows start.
    kept : (m, s) float64
        Share of neighbors kept by each shift; see `stability.Stability`.
    relative : (m,) float64
        How far the clip moves / distance to its nearest neighbor.
    changed : (m,) bool
        Fewer than half of the neighbors stay, on average.
    places : (m, s, 2) float64
        Of the shifts on the map.
    ellipses : (m, 5) float64
        Centre, half axes and angle, of the shifts and the clip itself on the map.
    by_target : (T, 3) float64
        Mean share kept of each target's clips with a 95 % interval by recording
        (`jackknife.mean_share_interval`; NaN unknown).
    clips : (T,) int64
        Clips of each target; background first.
    problems
        Recordings that could not be read.

    """

    rows: np.ndarray
    starts_s: np.ndarray
    kept: np.ndarray
    relative: np.ndarray
    changed: np.ndarray
    places: np.ndarray
    ellipses: np.ndarray
    by_target: np.ndarray
    clips: np.ndarray
    problems: tuple[Problem, ...]


@dataclass(frozen=True, eq=False)
class ShiftInputs:
    """All that an experiment rests on: its key is made of this, and the result computed from this and embeddings alone.

    Attributes
    ----------
    rows : (m,) int64
        Clips drawn.
    starts_s : (m, s) float64
        Where their shifted windows start.
    content_hashes
        Of the recording of each clip drawn.
    identity
        Of the model at float32; rate in Hz and width_s in s: of the sound that it gets.
    k
        Neighbors looked at.
    embedding, xy, knn_cross_unit
        Of the run.
    run_rows : (n,) int64
        Of the run in the dataset.
    recording, targets : (n,) ints
        Of them.
    n_targets
        Kinds.

    """

    rows: np.ndarray
    starts_s: np.ndarray
    content_hashes: tuple[str, ...]
    identity: str
    rate: int
    width_s: float
    k: int
    embedding: Stored[np.ndarray] | np.ndarray
    xy: Stored[np.ndarray] | np.ndarray
    knn_cross_unit: Stored[KnnGraph] | KnnGraph
    run_rows: np.ndarray
    recording: np.ndarray
    targets: np.ndarray
    n_targets: int


def shift_inputs(run: Run, settings: ShiftSettings) -> ShiftInputs:
    """All that an experiment on a run rests on, as it is now. Raises BadInput as `draw_shifts`, Missing."""
    spec = run.spec
    dataset = library.load(spec.dataset)
    rows, starts = draw_shifts(dataset, run.rows, settings)
    return ShiftInputs(
        rows=rows,
        starts_s=starts,
        content_hashes=tuple(dataset.recordings[i].content_hash for i in dataset.clips.recording[rows]),
        identity=registry.fingerprint(spec.model, spec.checkpoint, spec.seed, "float32"),
        rate=registry.card(spec.model).sample_rate or dataset.sample_rate,
        width_s=dataset.plan.width_s,
        k=settings.k,
        embedding=run.stored("embedding"),
        xy=run.stored("xy"),
        knn_cross_unit=run.stored("knn_cross_unit"),
        run_rows=run.rows,
        recording=run.groups,
        targets=run.targets,
        n_targets=len(run.target_names),
    )


def open_shift(run: Run, settings: ShiftSettings) -> ShiftResult | None:
    """Return the finished experiment, or None where it is not computed yet. Raises BadInput as `draw_shifts`."""
    return stages.read_result(ShiftResult, STAGE, key_of(STAGE, VERSION, shift_inputs(run, settings)))


def compute_shift(
    run: Run, settings: ShiftSettings, progress: Progress | None = None, device: str | None = None
) -> ShiftResult:
    """Embed the shifted windows, compare their neighbors (of other recordings) and keep the result.

    Raises
    ------
    BadInput
        No clip can be shifted or read, or there is one recording only.
    Cancelled
        Through `progress`; recordings that are finished are kept.

    """
    progress = progress or Silent()
    dataset = library.load(run.spec.dataset)
    inputs = shift_inputs(run, settings)
    if len(np.unique(inputs.recording)) < 2:
        raise BadInput("Neighbors are looked for in other units of independence, and this map has only one.")
    embeddings, problems = _embed(dataset, run.spec, inputs.rows, inputs.starts_s, progress, device)
    if not np.isfinite(embeddings).all(axis=(1, 2)).any():
        raise BadInput(f"None of the shifted clips could be read ({problems[0].detail}).")
    progress.report("neighbors of the shifted clips", 0, 1, "steps")
    result = _judge(inputs, embeddings, problems)
    about = {"settings": settings.to_dict(), "run": run.key}
    stages.save_result(STAGE, key_of(STAGE, VERSION, inputs), result, about)
    progress.report("neighbors of the shifted clips", 1, 1, "steps")
    return result


def _judge(inputs: ShiftInputs, embeddings: np.ndarray, problems: tuple[Problem, ...]) -> ShiftResult:
    """Return what became of clips embedded at s shifts, (m, s, D); those with NaN are left out."""
    good = np.flatnonzero(np.isfinite(embeddings).all(axis=(1, 2)))
    rows, starts, embeddings = inputs.rows[good], inputs.starts_s[good], embeddings[good]
    at = positions(inputs.run_rows, rows)
    graph, xy, recording = value_of(inputs.knn_cross_unit), value_of(inputs.xy), inputs.recording
    stability = shift_stability(
        value_of(inputs.embedding), at, embeddings, recording, min(inputs.k, graph.k), graph.metric
    )
    places = place(stability.graph, xy).reshape(*starts.shape, 2)
    mean = stability.kept.mean(axis=1)
    members = inputs.targets[at][:, None] == np.arange(inputs.n_targets)
    order = np.lexsort((-stability.relative, mean))
    return ShiftResult(
        rows=rows[order],
        starts_s=starts[order],
        kept=stability.kept[order],
        relative=stability.relative[order],
        changed=stability.changed[order],
        places=places[order],
        ellipses=ellipses(np.concatenate([places, xy[at][:, None]], axis=1))[order],
        by_target=np.stack(mean_share_interval(mean, members, recording[at]), axis=1),
        clips=members.sum(axis=0),
        problems=problems,
    )


def _embed(
    dataset: Dataset,
    spec: RunSpec,
    rows: np.ndarray,
    starts_s: np.ndarray,
    progress: Progress,
    device: str | None,
) -> tuple[np.ndarray, tuple[Problem, ...]]:
    """(m, s, D) float32 by the pipeline that embeds datasets; NaN where a recording could not be read."""
    from bioviz.embedding.compute import compute_embeddings
    from bioviz.embedding.pipeline import opener_of, recipe_for
    from bioviz.embedding.source import RecordingTask
    from bioviz.embedding.stored.blocks import BlockStore
    from bioviz.embedding.work import Counter
    from bioviz.models.devices.device import device_of

    device = device_of(registry.card(spec.model), device)
    recipe = recipe_for(dataset, spec.model, spec.checkpoint, spec.seed, device)
    store = BlockStore(recipe.fingerprint[:32], recipe.dim)
    out = np.full((*starts_s.shape, recipe.dim), np.nan, dtype=np.float32)
    of = dataset.clips.recording[rows]
    tasks = []
    for index in np.unique(of):
        mine = np.flatnonzero(of == index)
        flat = starts_s[mine].reshape(-1)
        recording = dataset.recordings[index]
        key = recipe.block_key(recording.content_hash, flat)
        tasks.append((mine, RecordingTask(recording, np.arange(len(flat)), flat, key)))
    counter = Counter(
        progress, f"Embedding shifted clips with {title_of(spec.model, spec.checkpoint)}", starts_s.size
    )
    compute_embeddings([task for _, task in tasks], store, recipe, opener_of(recipe, device), counter)
    for mine, task in tasks:
        block = None if task.failed else store.load(task.key, len(task.rows))
        if block is not None:
            out[mine] = block.reshape(len(mine), starts_s.shape[1], recipe.dim)
    return out, tuple(task.failed for _, task in tasks if task.failed)


def job_params(spec: RunSpec, settings: ShiftSettings) -> dict[str, Any]:
    """Parameters of the job, by which a running one is found again."""
    return {"spec": spec.to_dict(), "settings": settings.to_dict()}


def start_shift(spec: RunSpec, settings: ShiftSettings) -> jobs.Job:
    """Start the experiment in a process of its own, or join the job that does."""
    title = f"Shifted windows of {library.load(spec.dataset).name}: {title_of(spec.model, spec.checkpoint)}"
    return jobs.start(
        "shift", "bioviz.experiments.shift:shift_job", job_params(spec, settings), title=title, looks=True
    )


def shift_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compute the run params["spec"] where it is missing, then its stability."""
    from bioviz.runs.compute import compute_run

    spec, settings = RunSpec.from_dict(params["spec"]), ShiftSettings.from_dict(params["settings"])
    run = open_run(spec) or compute_run(spec, progress)
    result = open_shift(run, settings) or compute_shift(run, settings, progress)
    return {"run": run.key, "clips": len(result.rows), "changed": int(result.changed.sum())}
