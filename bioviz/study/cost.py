"""How long models take on this machine: a timed sample of the very clips that are to be embedded, which are kept."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from bioviz import jobs
from bioviz.datasets import library
from bioviz.errors import BiovizError, Cancelled
from bioviz.models import registry
from bioviz.models.base import RANDOM
from bioviz.progress import Progress, Silent
from bioviz.study.spec import Cell

KIND = "study_sample"
SAMPLE = 16  # clips that are timed, after as many that warm up


def job_params(cells: Sequence[Cell]) -> dict[str, Any]:
    """Return the parameters of the job: the first cell of each model alone."""
    first: dict[str, Cell] = {}
    for cell in cells:
        first.setdefault(f"{cell.entry.model}:{cell.entry.checkpoint}", cell)
    return {"cells": [[cell.dataset, name, cell.seed] for name, cell in first.items()]}


def start_sample(cells: Sequence[Cell]) -> jobs.Job:
    """Start timing the models of these cells in a process of its own, or join the job that does."""
    return jobs.start(
        KIND, "bioviz.study.cost:sample_job", job_params(cells), title="Timing models on a sample", looks=True
    )


def sample_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Time the models of params["cells"]; returns {"rates": {model: seconds a second of sound}}."""
    return {"rates": time_models(params, progress)}


def time_models(params: dict[str, Any], progress: Progress | None = None) -> dict[str, float]:
    """Return seconds of computing a second of sound by "model:checkpoint"; a model that cannot be timed is left out.

    Raises
    ------
    Cancelled
        Through `progress`.

    """
    progress, rates = progress or Silent(), {}
    total = len(params["cells"])
    for number, (dataset, name, seed) in enumerate(params["cells"]):
        progress.report("timing", number, total, "models", name)
        model, _, checkpoint = name.partition(":")
        try:
            rate = _rate(dataset, model, checkpoint, seed if checkpoint == RANDOM else 0)
        except Cancelled:
            raise
        except BiovizError:  # the plan says so of its cells
            continue
        if rate is not None:
            rates[name] = rate
    progress.report("timing", total, total, "models")
    return rates


def _rate(dataset_id: str, model: str, checkpoint: str, seed: int) -> float | None:
    """Embed some recordings that are not embedded yet; 0 where all are, None where the model only knows its own."""
    from bioviz.embedding.compute import compute_embeddings
    from bioviz.embedding.pipeline import opener_of, recipe_for, tasks_of
    from bioviz.embedding.stored.blocks import BlockStore
    from bioviz.embedding.work import Counter
    from bioviz.models.devices.device import device_of

    if registry.imported_of(model) is not None:
        return None
    dataset, device = library.load(dataset_id), device_of(registry.card(model), None)
    recipe = recipe_for(dataset, model, checkpoint, seed, device)
    store = BlockStore(recipe.fingerprint[:32], recipe.dim)
    left = [task for task in tasks_of(dataset, recipe) if not store.has(task.key)]
    if not left:
        return 0.0
    opened = opener_of(recipe, device)()
    seconds, clips = 0.0, 0
    enough = min(SAMPLE, max(sum(len(task.rows) for task in left) // 2, 1))
    for _ in ("warming up", "timed"):
        if not left:  # one recording was all: its time, with the warming up, is what is known
            break
        chosen, clips = [], 0
        while left and clips < enough:
            chosen.append(left.pop(0))
            clips += len(chosen[-1].rows)
        started = time.perf_counter()
        compute_embeddings(chosen, store, recipe, lambda: opened, Counter(Silent(), "timing", clips))
        seconds = time.perf_counter() - started
    return seconds / (clips * dataset.plan.width_s)
