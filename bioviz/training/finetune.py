"""Fine-tune a model on a dataset: from the choice of clips to a checked checkpoint."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput, Missing
from bioviz.models import registry
from bioviz.models.device import best_device, best_precision, describe_device
from bioviz.progress import Progress, Silent
from bioviz.training import checkpoints, parity
from bioviz.training.checkpoints import Checkpoint
from bioviz.training.settings import LINEAR, LORA, TrainSettings
from bioviz.training.split import Split, describe, obstacles, split_rows, uses_own_split, warnings
from bioviz.training.waves import Waves, open_waves
from bioviz.training.work import Work

if TYPE_CHECKING:
    import torch

    from bioviz.models.encoder import TorchModel
    from bioviz.training.layers import Learner
    from bioviz.training.objective import Objective
    from bioviz.training.trainer import Trainer

FORMAT = 1


def work_of(dataset: Dataset, model: str, checkpoint: str, base_seed: int, settings: TrainSettings) -> Work:
    """The work folder of a training: its live curves, and what it goes on from.

    Raises:
        Missing, BadInput: as `registry.fingerprint`.
    """
    identity = registry.fingerprint(model, checkpoint, base_seed, "float32")
    spec = {"format": FORMAT, "dataset": dataset.version, "model": identity, "settings": settings.identity()}
    return Work.of(spec)


def finetune(
    dataset: Dataset,
    model: str,
    checkpoint: str = "random",
    settings: TrainSettings | None = None,
    *,
    base_seed: int = 0,
    name: str = "",
    device: str | None = None,
    progress: Progress | None = None,
) -> Checkpoint:
    """Train `model` from `checkpoint` on a dataset; an interrupted training goes on from its last epoch.

    Args:
        base_seed: of the start, where the checkpoint is "random".
        name: what the user calls the result.
        device: "cuda", "mps" or "cpu"; the best there is if None.

    Returns:
        The checkpoint, which may be marked unusable by the parity check (`usable`, and "reason" in its record).

    Raises:
        BadInput: the dataset cannot be learnt from (says why), the loss was not a number, or too little memory.
        Missing: no such model or checkpoint, or its weights are not there.
        Cancelled, DiskFull: what was done is kept.
    """
    settings, progress = settings or TrainSettings(), progress or Silent()
    if reasons := obstacles(dataset, settings, model):
        raise BadInput(" ".join(reasons))
    work = work_of(dataset, model, checkpoint, base_seed, settings)
    if made := _finished(work):
        return made

    import torch

    started, device = time.time(), device or best_device()
    opened = registry.open_model(model, checkpoint, seed=base_seed, device=device, precision="float32")
    waves = open_waves(dataset, opened.card.sample_rate or dataset.sample_rate, progress)
    split = _usable(split_rows(dataset, settings), waves.usable)
    trainer, learner, objective = _prepare(dataset, opened, waves, split, settings, work, progress)
    at = trainer.run(progress)

    progress.report("Testing", 0, 1, "steps")
    logits = trainer.predict(split.test)
    paper = np.isin(split.test, split.test_as_paper)
    record = {
        "format": FORMAT,
        "name": name,
        "model": model,
        "base": checkpoint,
        "base_seed": base_seed,
        "dataset": {"id": dataset.id, "name": dataset.name, "version": dataset.version},
        "split": {
            "source": "dataset" if uses_own_split(dataset, settings) else "seeded",
            "counts": describe(dataset, split),
            "recordings": {
                part: sorted(
                    {dataset.recordings[i].name for i in dataset.clips.recording[getattr(split, part)]}
                )
                for part in ("train", "valid", "test")
            },
        },
        "strategy": settings.strategy,
        "settings": settings.to_dict(),
        "warnings": warnings(dataset, settings),
        "failures": [problem.detail for problem in waves.failures],
        "outputs": list(objective.names),
        "metric": objective.metric,
        "curves": at.trials,
        "best": at.best_at,
        "test": objective.measure(logits, split.test),
        "test_per_label": objective.per_label(logits, split.test),
        "test_as_paper": objective.measure(logits[paper], split.test_as_paper) if not paper.all() else None,
        "computed_on": describe_device(device),
        "seconds": round(time.time() - started, 1),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {
            lib: version(lib) for lib in ("torch", "torchaudio", "torchvision", "numpy", "safetensors")
        },
    }
    encoder = _merged(opened, learner, settings)
    made = checkpoints.save(encoder.state_dict(), learner.head.state_dict(), record)
    rows = parity.sample_rows(dataset, waves.usable, settings.seed)
    told = _check(dataset, rows, waves, opened, made, device, progress)
    made = checkpoints.settle(made, told.to_record())
    work.finish(made.id)
    if device == "cuda":
        torch.cuda.empty_cache()
    return made


def _finished(work: Work) -> Checkpoint | None:
    """The checkpoint of a training that was done before; None where it was not, or the checkpoint was deleted."""
    identity = work.result()
    if identity is None:
        return None
    try:
        return checkpoints.get(identity)
    except (Missing, BadInput):
        work.restart()
        return None


def _usable(split: Split, usable: np.ndarray) -> Split:
    parts = [rows[usable[rows]] for rows in (split.train, split.valid, split.test, split.test_as_paper)]
    if not all(map(len, parts[:3])):
        raise BadInput(
            "Too many recordings cannot be read: no clips are left for training, validation or the test."
        )
    return Split(*parts)


def _prepare(
    dataset: Dataset,
    opened: TorchModel,
    waves: Waves,
    split: Split,
    settings: TrainSettings,
    work: Work,
    progress: Progress,
) -> tuple[Trainer, Learner, Objective]:
    import torch
    from torch import nn

    from bioviz.training.inputs import EmbeddingInput, WaveInput
    from bioviz.training.layers import Learner
    from bioviz.training.objective import objective_of
    from bioviz.training.trainer import Trainer

    device = opened.device
    objective = objective_of(dataset, split.train, settings.class_weights)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        head = nn.Linear(opened.card.dim, len(objective.names)).to(device)
    background = split.train[~dataset.clips.labels[split.train].any(axis=1)]
    source = WaveInput(waves, opened.module, settings, background, device)
    if settings.strategy == LINEAR and not settings.augments:
        embeddings = _embed(opened, waves, np.flatnonzero(waves.usable), settings.batch, progress)
        source, learner = EmbeddingInput(embeddings, device), Learner(nn.Identity(), head)
    else:
        learner = Learner(opened.module, head)
    precision = settings.precision
    if precision == "auto":
        precision = (
            best_precision(device.type) if device.type == "cuda" and opened.card.autocast else "float32"
        )
    trainer = Trainer(learner, source, objective, split, settings, work, device=device, precision=precision)
    return trainer, learner, objective


def _embed(opened: TorchModel, waves: Waves, rows: np.ndarray, size: int, progress: Progress) -> np.ndarray:
    """(N, D) float32 embeddings by the path of training, NaN for clips that are not in `rows`."""
    import torch

    made = np.full((len(waves.usable), opened.card.dim), np.nan, dtype=np.float32)
    for first in range(0, len(rows), size):
        part = rows[first : first + size]
        waveforms = torch.from_numpy(waves.take(part)).to(opened.device)
        with torch.inference_mode():
            made[part] = opened.module(opened.module.features(waveforms, waves.rate)).float().cpu().numpy()
        progress.report("Embedding once", min(first + size, len(rows)), len(rows))
    return made


def _merged(opened: TorchModel, learner: Learner, settings: TrainSettings) -> torch.nn.Module:
    """The trained encoder with its original parameters."""
    if settings.strategy == LORA:
        from bioviz.training import lora

        lora.merge(opened.module)
    return opened.module.eval()


def _check(
    dataset: Dataset,
    rows: np.ndarray,
    waves: Waves,
    opened: TorchModel,
    made: Checkpoint,
    device: str,
    progress: Progress,
) -> parity.Parity:
    """Send a sample of clips through training, the opened checkpoint and the cache."""
    progress.report("Checking the checkpoint", 0, 1, "steps")
    trained = _embed(opened, waves, rows, parity.SAMPLE, Silent())[rows]
    again = registry.open_model(opened.card.name, made.name, device=device, precision="float32")
    through_model = parity.through_model(dataset, rows, again, waves.rate)
    cached = parity.through_cache(dataset, rows, opened.card.name, made.name, device, progress)
    progress.report("Checking the checkpoint", 1, 1, "steps")
    return parity.judge(trained, through_model, cached)
