"""Fine-tune a model on a dataset: from the choice of clips to a checked checkpoint."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bioviz.datasets.types import Dataset
from bioviz.embedding.bandwidth import bandwidth_note
from bioviz.errors import BadInput, Missing
from bioviz.models import checkpoints, registry
from bioviz.models.checkpoints import Checkpoint
from bioviz.models.devices.device import describe_device, device_of, precision_of
from bioviz.progress import Progress, Silent
from bioviz.training import parity
from bioviz.training.data.split import Split, obstacles, split_rows
from bioviz.training.data.waveform_cache import open_waves
from bioviz.training.loop.run_dir import TrainingInputs, TrainingRunDir
from bioviz.training.settings import LORA, TrainSettings

if TYPE_CHECKING:
    import torch

    from bioviz.models.encoder import TorchModel

FORMAT = 2  # of what a training is named by; trainings of 1 heard waveforms of 16 bits and do not go on


def work_of(
    dataset: Dataset, model: str, checkpoint: str, base_seed: int, settings: TrainSettings
) -> TrainingRunDir:
    """Return the work folder of a training: its live curves, and what it goes on from.

    Raises
    ------
    Missing
    BadInput
        As `registry.fingerprint`.

    """
    identity = registry.fingerprint(model, checkpoint, base_seed, "float32")
    return TrainingRunDir.of(TrainingInputs(dataset.version, identity, settings.to_dict()))


def finetune(
    dataset: Dataset,
    model: str,
    checkpoint: str = "random",
    settings: TrainSettings | None = None,
    *,
    base_seed: int = 0,
    name: str = "",
    device: str | None = None,
    maps: bool = False,
    progress: Progress | None = None,
) -> Checkpoint:
    """Train `model` from `checkpoint` on a dataset; an interrupted training goes on from its last epoch.

    A model that cannot be trained gets a classifier on its embeddings (`head_only.train_head`).

    Parameters
    ----------
    base_seed
        Of the start, where the checkpoint is "random".
    name
        What the user calls the result.
    device
        "cuda", "mps" or "cpu"; the one of the settings, else the best there is, if None. Of "all" GPUs the first.
    maps
        Draw a map of all clips after every epoch, where that of the start is computed (`loop.epoch_maps`).

    Returns
    -------
    The checkpoint, which may be marked unusable by the parity check (`usable`, and "reason" in its record).

    Raises
    ------
    BadInput
        The dataset cannot be learnt from (says why), the loss was not a number, or too little memory.
    Missing
        No such model or checkpoint, or its weights are not there.
    Cancelled
    DiskFull
        What was done is kept.

    """
    settings, progress = settings or TrainSettings(), progress or Silent()
    if not registry.card(model).trainable:
        from bioviz.training.head_only import train_head

        return train_head(
            dataset,
            model,
            checkpoint,
            settings,
            base_seed=base_seed,
            name=name,
            device=device,
            progress=progress,
        )
    if reasons := obstacles(dataset, settings, model):
        raise BadInput(" ".join(reasons))
    work = work_of(dataset, model, checkpoint, base_seed, settings)
    if saved := _finished(work):
        return saved

    import torch

    from bioviz.training.loop.trainer import Trainer
    from bioviz.training.prepare import map_drawer, prepare
    from bioviz.training.record import record_of

    started, device = time.time(), device_of(registry.card(model), device)
    precision = precision_of(registry.card(model), device, settings.precision)
    opened = registry.open_network(model, checkpoint, seed=base_seed, device=device, precision=precision)
    rate = opened.card.sample_rate or dataset.sample_rate
    waves = open_waves(dataset, rate, progress)
    rows = parity.sample_rows(dataset, waves.usable, settings.seed)
    checked = parity.check(
        dataset, rows, waves, opened, checkpoint, base_seed, precision, progress, "Checking the start"
    )
    if not checked.usable:
        raise BadInput(
            f"The training was not started, as the model would hear something else in it than in use. {checked.reason}"
        )
    split = _usable(split_rows(dataset, settings), waves.usable)
    ready = prepare(dataset, opened, precision, waves, split, settings, work, progress)
    drawer = map_drawer(dataset, opened, checkpoint, base_seed, waves, ready.source, work) if maps else None
    trainer = Trainer(
        ready.learner,
        ready.source,
        ready.objective,
        split,
        settings,
        work,
        device=torch.device(device),
        after_epoch=drawer.draw if drawer else lambda epoch: None,
    )
    at = trainer.run(progress)

    total = len(split.test)
    logits = trainer.predict(split.test, lambda count: progress.report("Testing", count, total))
    progress.report("Comparing with chance and with a linear probe", 0, 1, "steps")
    record = replace(
        record_of(dataset, split, settings, ready.objective, at, logits, ready.probe_test),
        name=name,
        model=model,
        base=checkpoint,
        base_seed=base_seed,
        failures=[problem.detail for problem in waves.failures],
        notes=[note for note in (bandwidth_note(dataset, opened.card), waves.note) if note],
        precision=precision,
        computed_on=describe_device(device, precision),
        parity_before=checked.figures,
        seconds=round(trainer.earlier_s + time.time() - started, 1),
    )
    encoder = _merged(opened, settings)
    saved = checkpoints.save(encoder.state_dict(), ready.learner.head.state_dict(), record)
    checked = parity.check(
        dataset, rows, waves, opened, saved.name, 0, precision, progress, "Checking the checkpoint"
    )
    saved = checkpoints.finalize(saved, usable=checked.usable, reason=checked.reason, parity=checked.figures)
    work.finish(saved.id)
    if torch.device(device).type == "cuda":
        torch.cuda.empty_cache()
    return saved


def _finished(work: TrainingRunDir) -> Checkpoint | None:
    """Return the checkpoint of a training that was done before; None where there is none, or it was deleted."""
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


def _merged(opened: TorchModel, settings: TrainSettings) -> torch.nn.Module:
    """Return the trained encoder with its original parameters."""
    if settings.strategy == LORA:
        from bioviz.training.network import lora

        lora.merge(opened.module)
    return opened.module.eval()
