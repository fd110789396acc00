"""What a checkpoint's record tells of its training."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version

import numpy as np

from bioviz.datasets.types import Dataset
from bioviz.models.checkpoint_record import CheckpointRecord, Outcome, SplitRecord, TrainedOn
from bioviz.training.data.split import Split, describe, uses_own_split, warnings
from bioviz.training.loop.trainer_state import TrainerState
from bioviz.training.network.objective import Objective
from bioviz.training.outcome import judge_outcome
from bioviz.training.settings import LINEAR, TrainSettings

FORMAT = 2  # 1: waveforms as 16-bit integers, classifiers from a random start
LIBRARIES = ("torch", "torchaudio", "torchvision", "numpy", "safetensors")
METRIC_WORDS = {"accuracy": "accuracy", "macro_ap": "mean average precision"}


def record_of(
    dataset: Dataset,
    split: Split,
    settings: TrainSettings,
    objective: Objective,
    at: TrainerState,
    logits: np.ndarray,
    probe_logits: np.ndarray,
) -> CheckpointRecord:
    """Return the part of the record that follows from a training's result; its caller fills in the rest.

    Parameters
    ----------
    logits, probe_logits : ndarray, shape (n, outputs)
        Of the test clips, by the best epoch and by the linear probe on the start.
    """
    best = at.best_at or {"trial": 0, "epoch": 0}
    loss = at.trials[best["trial"]]["epochs"][best["epoch"] - 1]["loss"] if best["epoch"] else None
    return replace(
        facts_of(dataset, split, settings, objective, logits),
        curves=at.trials,
        best=at.best_at,
        probe={"test": objective.measure(probe_logits, split.test), "valid": at.start},
        outcome=outcome_of(
            dataset, split, objective, logits, None if settings.strategy == LINEAR else probe_logits, loss
        ),
    )


def facts_of(
    dataset: Dataset, split: Split, settings: TrainSettings, objective: Objective, logits: np.ndarray
) -> CheckpointRecord:
    """Return what any record tells of a classifier's data, settings and test; without curves, probe and outcome.

    Parameters
    ----------
    logits : ndarray, shape (n, outputs)
        Of the test clips.
    """
    paper = np.isin(split.test, split.test_as_paper)
    recordings = {
        part: [dataset.recordings[i] for i in np.unique(dataset.clips.recording[getattr(split, part)])]
        for part in ("train", "valid", "test")
    }
    return CheckpointRecord(
        format=FORMAT,
        dataset=TrainedOn(dataset.id, dataset.name, dataset.version),
        split=SplitRecord(
            source="dataset" if uses_own_split(dataset, settings) else "seeded",
            counts=describe(dataset, split),
            recordings={part: sorted(each.name for each in of_part) for part, of_part in recordings.items()},
            contents={
                part: sorted({each.content_hash for each in of_part}) for part, of_part in recordings.items()
            },
        ),
        strategy=settings.strategy,
        settings=settings.to_dict(),
        warnings=warnings(dataset, settings),
        outputs=list(objective.names),
        metric=objective.metric,
        test=objective.measure(logits, split.test),
        test_per_label=objective.per_label(logits, split.test),
        test_as_paper=objective.measure(logits[paper], split.test_as_paper) if not paper.all() else None,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        versions={library: version(library) for library in LIBRARIES},
    )


def outcome_of(
    dataset: Dataset,
    split: Split,
    objective: Objective,
    logits: np.ndarray,
    probe_logits: np.ndarray | None = None,
    loss: float | None = None,
) -> Outcome:
    """Judge a classifier on the clips and labels that were to be learnt: by the paper's way, without background.

    Parameters
    ----------
    logits : ndarray, shape (n, outputs)
        Of the test clips.
    probe_logits
        By the linear probe on the start; None where the classifier is that probe.
    loss
        Of the training, in its best epoch; None where there was no epoch.
    """
    keep = np.flatnonzero(np.isin(split.test, split.test_as_paper))
    rows, own = split.test[keep], logits[keep]
    probe = None if probe_logits is None else probe_logits[keep]

    def measure(order: np.ndarray) -> float | None:
        dealt = replace(objective, labels=objective.labels[rows[order]])
        return dealt.measure_metric(own, np.arange(len(rows)))

    def difference(mask: np.ndarray) -> float | None:
        if probe is None:
            return None
        ours, theirs = (objective.measure_metric(each[mask], rows[mask]) for each in (own, probe))
        return None if ours is None or theirs is None else ours - theirs

    words = METRIC_WORDS[objective.metric]
    of = dataset.clips.recording[rows]
    other = None if probe is None else difference
    return judge_outcome(words, measure, other, of, loss, objective.chance_loss(split.train))
