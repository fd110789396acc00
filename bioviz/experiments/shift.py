"""Window-shift stability of a run: do clips keep their neighbours when their windows start a little off?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bioviz import jobs
from bioviz.analysis.bootstrap import mean_interval
from bioviz.analysis.stability import ellipses, place, shift_stability
from bioviz.datasets import library
from bioviz.datasets.types import Dataset, Problem
from bioviz.errors import BadInput
from bioviz.experiments.settings import ShiftSettings
from bioviz.models import registry
from bioviz.progress import Progress, Silent
from bioviz.runs import stages
from bioviz.runs.run import Run, open_run
from bioviz.runs.spec import RunSpec
from bioviz.store.digest import digest

VERSION = 1  # raise it when a measure changes, and what is cached is computed anew
STAGE = "shift"


@dataclass(frozen=True)
class ShiftResult:
    """Clips embedded again with their windows shifted; the least stable first.

    Attributes:
        rows: (m,) int64, rows of the clips in the dataset.
        starts_s: (m, s) float64, where the shifted windows start.
        kept: (m, s) float64, share of neighbours kept by each shift; see `stability.Stability`.
        relative: (m,) float64, how far the clip moves / distance to its nearest neighbour.
        changed: (m,) bool, fewer than half of the neighbours stay, on average.
        places: (m, s, 2) float64, of the shifts on the map.
        ellipses: (m, 5) float64 centre, half axes and angle, of the shifts and the clip itself on the map.
        by_target: (T, 3) float64, mean share kept of each target's clips with a 95 % interval by recording.
        clips: (T,) int64, clips of each target; background first.
        problems: recordings that could not be read.
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


def draw_shifts(dataset: Dataset, rows: np.ndarray, chosen: ShiftSettings) -> tuple[np.ndarray, np.ndarray]:
    """Draw clips among `rows` and shift their windows within the recording.

    A shift that would leave the recording goes as far the other way; a clip with no room for it on either side
    is not drawn.

    Returns:
        (m,) int64 rows, ascending, and (m, s) float64 starts in seconds.

    Raises:
        BadInput: no clip has room.
    """
    durations = np.array([recording.duration_s for recording in dataset.recordings])
    start, width = dataset.clips.start_s[rows, None], dataset.plan.width_s
    last = durations[dataset.clips.recording[rows], None] - width + 1e-6
    wanted = start + chosen.fractions * width
    mirrored = start - chosen.fractions * width
    fits, fits_mirrored = ((each >= 0) & (each <= last) for each in (wanted, mirrored))
    starts = np.where(fits, wanted, mirrored)
    able = np.flatnonzero((fits | fits_mirrored).all(axis=1))
    if not len(able):
        raise BadInput(
            f"No clip of {dataset.name} can be shifted by {chosen.reach * width:.2f} s: its recordings are hardly "
            "longer than the clips. Choose a shorter shift, or a dataset with long recordings."
        )
    taken = np.sort(np.random.default_rng(chosen.seed).permutation(able)[: chosen.clips])
    return rows[taken].astype(np.int64), starts[taken]


def open_shift(run: Run, chosen: ShiftSettings) -> ShiftResult | None:
    """The finished experiment, or None where it is not computed yet."""
    key = _key(run, chosen)
    return stages.read_result(ShiftResult, STAGE, key)


def compute_shift(
    run: Run, chosen: ShiftSettings, progress: Progress | None = None, device: str | None = None
) -> ShiftResult:
    """Embed the shifted windows, compare their neighbours (of other recordings) and keep the result.

    Raises:
        BadInput: no clip can be shifted or read, or there is one recording only.
        Cancelled: through `progress`; recordings that are finished are kept.
    """
    progress = progress or Silent()
    dataset = library.load(run.spec.dataset)
    recording = dataset.clips.recording[run.rows]
    if len(np.unique(recording)) < 2:
        raise BadInput("Neighbours are looked for in other recordings, and this map has only one.")
    rows, starts = draw_shifts(dataset, run.rows, chosen)
    embeddings, problems = _embed(dataset, run.spec, rows, starts, progress, device)
    good = np.flatnonzero(np.isfinite(embeddings).all(axis=(1, 2)))
    if not len(good):
        raise BadInput(f"None of the shifted clips could be read ({problems[0].detail}).")
    rows, starts, embeddings = rows[good], starts[good], embeddings[good]
    at = np.searchsorted(run.rows, rows)
    progress.report("neighbours of the shifted clips", 0, 1, "steps")
    graph = run.graph_elsewhere
    found = shift_stability(run.embedding, at, embeddings, recording, min(chosen.k, graph.k), graph.metric)
    places = place(found.graph, run.xy).reshape(*starts.shape, 2)
    mean = found.kept.mean(axis=1)
    members = run.targets[at][:, None] == np.arange(len(run.target_names))
    order = np.lexsort((-found.relative, mean))
    result = ShiftResult(
        rows=rows[order],
        starts_s=starts[order],
        kept=found.kept[order],
        relative=found.relative[order],
        changed=found.changed[order],
        places=places[order],
        ellipses=ellipses(np.concatenate([places, run.xy[at][:, None]], axis=1))[order],
        by_target=np.stack(mean_interval(mean, members, recording[at]), axis=1),
        clips=members.sum(axis=0),
        problems=problems,
    )
    about = {"settings": chosen.to_dict(), "run": run.key}
    stages.save_result(STAGE, _key(run, chosen), result, about)
    progress.report("neighbours of the shifted clips", 1, 1, "steps")
    return result


def _embed(
    dataset: Dataset,
    spec: RunSpec,
    rows: np.ndarray,
    starts_s: np.ndarray,
    progress: Progress,
    device: str | None,
) -> tuple[np.ndarray, tuple[Problem, ...]]:
    """(m, s, D) float32 by the pipeline that embeds datasets; NaN where a recording could not be read."""
    from bioviz.embedding.blocks import BlockStore
    from bioviz.embedding.compute import Counter, compute_embeddings
    from bioviz.embedding.pipeline import recipe_for
    from bioviz.embedding.source import RecordingTask
    from bioviz.models.device import best_device

    device = device or best_device()
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

    def open_model():
        return registry.open_model(
            spec.model, spec.checkpoint, seed=spec.seed, device=device, precision=recipe.precision
        )

    counter = Counter(progress, f"Embedding shifted clips with {spec.model}", starts_s.size)
    compute_embeddings([task for _, task in tasks], store, recipe, open_model, counter)
    for mine, task in tasks:
        block = None if task.failed else store.load(task.key, len(task.rows))
        if block is not None:
            out[mine] = block.reshape(len(mine), starts_s.shape[1], recipe.dim)
    return out, tuple(task.failed for _, task in tasks if task.failed)


def job_params(spec: RunSpec, chosen: ShiftSettings) -> dict[str, Any]:
    """Parameters of the job, by which a running one is found again."""
    return {"spec": spec.to_dict(), "settings": chosen.to_dict()}


def start_shift(spec: RunSpec, chosen: ShiftSettings) -> jobs.Job:
    """Start the experiment in a process of its own, or join the job that does."""
    title = f"Shifted windows of {library.load(spec.dataset).name}: {spec.model} ({spec.checkpoint})"
    return jobs.start("shift", "bioviz.experiments.shift:shift_job", job_params(spec, chosen), title=title)


def shift_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compute the run params["spec"] where it is missing, then its stability."""
    from bioviz.runs.compute import compute_run

    spec, chosen = RunSpec.from_dict(params["spec"]), ShiftSettings.from_dict(params["settings"])
    run = open_run(spec) or compute_run(spec, progress)
    found = open_shift(run, chosen) or compute_shift(run, chosen, progress)
    return {"run": run.key, "clips": len(found.rows), "changed": int(found.changed.sum())}


def _key(run: Run, chosen: ShiftSettings) -> str:
    return digest(STAGE, VERSION, run.key, chosen.to_dict())
