"""A classifier on the embeddings of a model that stays as it is: the linear probe as a checkpoint."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version

import numpy as np

from bioviz.datasets.types import Dataset
from bioviz.embedding.bandwidth import bandwidth_note
from bioviz.embedding.pipeline import embed_dataset
from bioviz.embedding.sets import open_set
from bioviz.errors import BadInput
from bioviz.models import checkpoints, registry
from bioviz.models.checkpoint_record import CheckpointRecord, SplitRecord, TrainedOn
from bioviz.models.checkpoints import Checkpoint
from bioviz.progress import Progress, Silent
from bioviz.training.data.split import Split, describe, obstacles, split_rows, uses_own_split, warnings
from bioviz.training.network.objective import Objective, objective_of
from bioviz.training.network.start import probe_head
from bioviz.training.outcome import judge_outcome
from bioviz.training.record import FORMAT, LIBRARIES, METRIC_WORDS
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
    valid, matrix = np.asarray(embeddings.valid), np.asarray(embeddings.matrix)
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
    record = replace(
        _record(dataset, split, settings, objective, logits),
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


def _record(
    dataset: Dataset, split: Split, settings: TrainSettings, objective: Objective, logits: np.ndarray
) -> CheckpointRecord:
    recordings = dataset.clips.recording
    measured = objective.measure(logits, split.test)
    paper = np.isin(split.test, split.test_as_paper)
    keep = np.flatnonzero(paper)
    rows, own = split.test[keep], logits[keep]

    def measure(order: np.ndarray) -> float | None:
        dealt = replace(objective, labels=objective.labels[rows[order]])
        return dealt.measure_metric(own, np.arange(len(rows)))

    return CheckpointRecord(
        format=FORMAT,
        dataset=TrainedOn(dataset.id, dataset.name, dataset.version),
        split=SplitRecord(
            source="dataset" if uses_own_split(dataset, settings) else "seeded",
            counts=describe(dataset, split),
            recordings={
                part: sorted({dataset.recordings[i].name for i in recordings[getattr(split, part)]})
                for part in ("train", "valid", "test")
            },
        ),
        strategy=settings.strategy,
        settings=settings.to_dict(),
        warnings=warnings(dataset, settings),
        outputs=list(objective.names),
        metric=objective.metric,
        test=measured,
        test_per_label=objective.per_label(logits, split.test),
        test_as_paper=objective.measure(own, rows) if not paper.all() else None,
        probe={"test": measured, "valid": None},
        outcome=judge_outcome(
            METRIC_WORDS[objective.metric],
            measure,
            None,
            recordings[rows],
            None,
            objective.chance_loss(split.train),
        ),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        versions={library: version(library) for library in LIBRARIES},
    )
