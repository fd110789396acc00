"""A classifier on the embeddings of a model that stays as it is: the linear probe as a checkpoint."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from bioviz.datasets.types import Dataset
from bioviz.embedding.bandwidth import bandwidth_note
from bioviz.embedding.pipeline import embed_dataset
from bioviz.embedding.stored.sets import open_set
from bioviz.errors import BadInput
from bioviz.models import checkpoints, registry
from bioviz.models.checkpoints import Checkpoint
from bioviz.progress import Progress, Silent
from bioviz.training.data.split import Split, obstacles, split_rows
from bioviz.training.network.objective import objective_of
from bioviz.training.network.start import probe_head
from bioviz.training.record import facts_of, outcome_of
from bioviz.training.settings import LINEAR, PROBE, TrainSettings


def head_settings(settings: TrainSettings) -> TrainSettings:
    """Return settings with only what a classifier on finished embeddings has; the rest is at its default."""
    return TrainSettings(
        strategy=LINEAR,
        head=PROBE,
        class_weights=settings.class_weights,
        background_share=settings.background_share,
        remove_everywhere=settings.remove_everywhere,
        split=settings.split,
        split_seed=settings.split_seed,
    )


def train_head(
    dataset: Dataset,
    model: str,
    checkpoint: str,
    settings: TrainSettings,
    *,
    base_seed: int = 0,
    name: str = "",
    device: str | None = None,
    progress: Progress | None = None,
) -> Checkpoint:
    """Solve the linear probe on the cached embeddings of the training and validation clips, and keep it.

    Its strength and scale are chosen by folds of whole recordings, so validation has nothing else to choose and is
    learnt from too. The test clips are looked at once.

    Raises
    ------
    BadInput, Missing, Cancelled, DiskFull
        As `finetune` and `embed_dataset`.

    """
    progress, settings, started = progress or Silent(), head_settings(settings), time.time()
    if reasons := obstacles(dataset, settings, model):
        raise BadInput(" ".join(reasons))
    embeddings = open_set(dataset, model, checkpoint, base_seed) or embed_dataset(
        dataset, model, checkpoint, seed=base_seed, device=device, progress=progress
    )
    valid, matrix = np.asarray(embeddings.valid), np.asarray(embeddings.matrix, dtype=np.float32)
    split = split_rows(dataset, settings)
    split = Split(
        *(rows[valid[rows]] for rows in (split.train, split.valid, split.test, split.test_as_paper))
    )
    learnt = np.concatenate([split.train, split.valid])
    if not len(learnt) or not len(split.test):
        raise BadInput("Too many recordings cannot be read: no clips are left for training or the test.")
    objective = objective_of(dataset, learnt, settings.class_weights)
    progress.report("Solving the classifier", 0, 1, "steps")
    # The unit of independence goes together, as in the split.
    head = probe_head(matrix[learnt], learnt, dataset.groups[learnt], objective)
    logits = head.logits(matrix[split.test])
    facts = facts_of(dataset, split, settings, objective, logits)
    record = replace(
        facts,
        probe={"test": facts.test, "valid": None},  # it is the probe
        outcome=outcome_of(dataset, split, objective, logits),
        name=name,
        model=model,
        base=checkpoint,
        base_seed=base_seed,
        head_only=True,
        failures=[problem.detail for problem in embeddings.failures],
        notes=[note for note in (bandwidth_note(dataset, registry.card(model)),) if note],
        precision=str(embeddings.provenance.get("precision", "")),
        computed_on=str(embeddings.provenance.get("computed_on", "")),
        seconds=round(time.time() - started, 1),
    )
    saved = checkpoints.save({}, {"weight": head.weight, "bias": head.bias}, record)
    return checkpoints.finalize(saved, usable=True, reason="", parity={})
