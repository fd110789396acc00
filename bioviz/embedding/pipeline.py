"""Embed a dataset: its missing blocks, then its set, then its acoustic columns."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from bioviz.audio.decode import RESAMPLER
from bioviz.cluster.connect import connect
from bioviz.config import settings
from bioviz.datasets.types import Dataset, Problem
from bioviz.embedding.acoustic import WIDTH, acoustic_key, acoustic_store, acoustic_tasks, open_acoustic
from bioviz.embedding.complete import Target, complete
from bioviz.embedding.compute import compute_acoustic, compute_embeddings
from bioviz.embedding.imports.lookup import look_up
from bioviz.embedding.keys import Recipe, rows_by_recording
from bioviz.embedding.plan import opener_of, plan_for, recipe_for
from bioviz.embedding.scores import score_key, score_store
from bioviz.embedding.source import RecordingTask
from bioviz.embedding.spreading.spread import Workers, spread_acoustic, spread_embeddings
from bioviz.embedding.stored.blocks import BlockStore
from bioviz.embedding.stored.sets import EmbeddingSet, folder_of, key_for
from bioviz.embedding.work import Counter
from bioviz.errors import BadInput
from bioviz.models import registry
from bioviz.models.titles import title_of
from bioviz.progress import Progress, Silent
from bioviz.store.usage import prune

if TYPE_CHECKING:
    from bioviz.models.base import Model

__all__ = [
    "embed_dataset",
    "embed_with",
    "measure_dataset",
    "measure_missing",
    "opener_of",
    "plan_for",
    "recipe_for",
    "score_dataset",
    "tasks_of",
]


def embed_dataset(
    dataset: Dataset,
    model_name: str,
    checkpoint: str,
    *,
    seed: int = 0,
    device: str | None = None,
    progress: Progress | None = None,
    cluster: str | None = None,
    stored_as: str = "",
) -> EmbeddingSet:
    """Embed every clip that has no embedding yet, and put all of them together.

    What is finished is kept whatever happens: a second call goes on from there. Two processes that want the
    same share the work. The acoustic columns of the clips are measured along the way.

    Parameters
    ----------
    device
        "cuda", "cuda:1", "mps", "cpu", or "all" GPUs of this computer; the one of the settings, else the best there
        is, if None.
    cluster
        Whose workers compute, as `cluster.spec.parse_spec` reads it; "" for none, None for that of the settings.

    stored_as
        One of `config.STORED_AS`; that of the settings if "".

    Returns
    -------
    The set, opened. Recordings that cannot be read, or that changed since the dataset was added, are its
    `failures`; a later call tries them again.

    Raises
    ------
    Cancelled
        From `progress`.
    Missing
        The model, its checkpoint or its weights are not there.
    BadInput
        Not one recording can be read, or memory is not enough for a single clip.
    DiskFull
        No room on the disk.

    """
    progress = progress or Silent()
    if (brought := registry.imported_of(model_name)) is not None:
        embeddings = look_up(dataset, brought)
        measure_dataset(dataset, progress, embeddings.failures, cluster)
        return embeddings
    plan = plan_for(dataset, model_name, checkpoint, seed, device, cluster, progress)
    return embed_with(
        dataset,
        plan.recipe,
        plan.open_model,
        plan.computed_on,
        progress,
        plan.workers,
        plan.others,
        stored_as,
    )


def embed_with(
    dataset: Dataset,
    recipe: Recipe,
    open_model: Callable[[], Model],
    computed_on: str,
    progress: Progress,
    workers: Workers | None = None,
    others: Sequence[Callable[[], Model]] = (),
    stored_as: str = "",
) -> EmbeddingSet:
    """`embed_dataset` for a model that need not be in the registry; it is opened only if a block is missing.

    Parameters
    ----------
    computed_on
        a few words for the provenance.
    workers
        Of a cluster, to which `open_model` is sent; this process computes if None.
    others
        Open the model on further devices of this computer, see `compute.compute_embeddings`.
    stored_as
        As of `embed_dataset`.

    """
    started = time.time()
    store = BlockStore(recipe.fingerprint[:32], recipe.dim)
    key, stored_as = key_for(dataset, recipe.identity, recipe.rate, stored_as)
    counter = Counter(
        progress, f"Embedding with {title_of(recipe.model, recipe.checkpoint)}", len(dataset.clips)
    )
    computed: list[RecordingTask] = []

    def compute(tasks: list[RecordingTask]) -> None:
        computed.extend(tasks)
        if workers is None:
            compute_embeddings(tasks, store, recipe, open_model, counter, others)
        else:
            spread_embeddings(tasks, store, recipe, open_model, counter, workers)

    def provenance() -> dict[str, object]:
        return _provenance(dataset, recipe, computed_on, time.time() - started)

    made_by = f"{recipe.fingerprint} {recipe.arithmetic}"
    target = Target(key, made_by, (len(dataset.clips), recipe.dim), store, provenance, stored_as)
    embeddings = complete(target, tasks_of(dataset, recipe), compute, counter)
    columns = measure_dataset(dataset, progress, embeddings.failures, workers.cluster if workers else "")
    if computed:
        prune(settings(), keep={folder_of(key), columns})
    return embeddings


def score_dataset(dataset: Dataset, recipe: Recipe, device: str, progress: Progress) -> None:
    """Compute the scores that are missing of a dataset, such as of embeddings that are older than they.

    Parameters
    ----------
    recipe
        Of a model that scores; see `recipe_for`.

    Raises
    ------
    Cancelled, DiskFull, Missing, BadInput
        As `embed_dataset`.

    """
    counter = Counter(progress, f"Scores of {title_of(recipe.model, recipe.checkpoint)}", len(dataset.clips))
    tasks = tasks_of(dataset, recipe)
    for task in tasks:
        task.key, task.beside, task.acoustic = task.beside, task.key, None
    compute_embeddings(tasks, score_store(recipe), recipe, opener_of(recipe, device), counter)


def measure_dataset(
    dataset: Dataset, progress: Progress, unreadable: Sequence[Problem] = (), cluster: str | None = None
) -> Path:
    """Measure the acoustic columns that are missing, and put them together.

    Parameters
    ----------
    unreadable
        Recordings already known to fail.
    cluster
        As in `embed_dataset`.

    Returns
    -------
    The folder of the columns; `open_acoustic` reads it.

    Raises
    ------
    BadInput
        Not one recording can be read. Cancelled, DiskFull.

    """
    known = {failure.file: failure for failure in unreadable}
    clips, tasks = dataset.clips, []
    measured = acoustic_tasks(dataset)
    for recording, rows, own in zip(dataset.recordings, rows_by_recording(dataset), measured, strict=True):
        if len(rows):
            task = RecordingTask(recording, rows, clips.start_s[rows], own.key, acoustic=own)
            task.failed = known.get(recording.name)
            tasks.append(task)
    counter = Counter(progress, "Measuring levels", len(clips))
    key = acoustic_key(dataset, [own.key for own in measured])
    target = Target(key, "", (len(clips), WIDTH), acoustic_store(), lambda: {"dataset": dataset.id})
    width_s, cluster = dataset.plan.width_s, settings().cluster if cluster is None else cluster

    def compute(todo: list[RecordingTask]) -> None:
        if cluster:
            spread_acoustic(todo, width_s, counter, lambda: connect(cluster))
        else:
            compute_acoustic(todo, width_s, counter)

    complete(target, tasks, compute, counter)
    return folder_of(key)


def measure_missing(dataset: Dataset, progress: Progress) -> bool:
    """Measure the acoustic columns of a dataset where they are not there, such as after its boxes have changed.

    Returns
    -------
    Whether they were missing and are there now; they stay missing where not one recording can be read.

    Raises
    ------
    Cancelled, DiskFull.

    """
    if open_acoustic(dataset) is not None:
        return False
    try:
        measure_dataset(dataset, progress)
    except BadInput:
        return False
    return True


def tasks_of(dataset: Dataset, recipe: Recipe) -> list[RecordingTask]:
    """One task a recording that has clips."""
    tasks = []
    for recording, rows, measured in zip(
        dataset.recordings, rows_by_recording(dataset), acoustic_tasks(dataset), strict=True
    ):
        if len(rows):
            starts = dataset.clips.start_s[rows]
            key = recipe.block_key(recording.content_hash, starts)
            beside = score_key(key, recipe) if recipe.scores else ""
            tasks.append(RecordingTask(recording, rows, starts, key, beside, measured))
    return tasks


def _provenance(dataset: Dataset, recipe: Recipe, computed_on: str, seconds: float) -> dict[str, object]:
    return {
        "dataset": {"id": dataset.id, "name": dataset.name, "version": dataset.version},
        "clips": len(dataset.clips),
        "recordings": len(dataset.recordings),
        "model": recipe.model,
        "checkpoint": recipe.checkpoint,
        "seed": recipe.seed,
        "fingerprint": recipe.fingerprint,
        "precision": recipe.precision,
        "arithmetic": recipe.arithmetic,
        "sample_rate_hz": recipe.rate,
        "window_s": recipe.width_s,
        "resampler": RESAMPLER,
        "computed_on": computed_on,
        "seconds": round(seconds, 2),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {name: version(name) for name in ("torch", "torchaudio", "soundfile", "soxr", "numpy")},
    }
