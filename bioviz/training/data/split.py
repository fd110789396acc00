"""Which clips are trained on, which choose the best epoch, which test; and what to say before the start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.datasets.independence import names_of
from bioviz.datasets.splits import SPLITS, make_splits
from bioviz.datasets.types import Dataset
from bioviz.training.settings import LORA, TrainSettings, strategies_for

SEEDED_SHARES = (0.6, 0.2, 0.2)
VALID_SHARE = 0.2  # of the training recordings, where a dataset has no validation of its own
MIN_TRAIN_CLIPS = 5  # training clips of a label below which little can be learnt


@dataclass(frozen=True)
class Split:
    """Rows of a dataset, ascending int64.

    No recording (nor a copy of it) is in two of them; of splits made here no unit of independence either.

    Attributes
    ----------
    train, valid, test
        Clips to learn from, to choose by, to report on. `test` always holds the background.
    test_as_paper
        `test` without background, where that was asked for; else the same as `test`.

    """

    train: np.ndarray
    valid: np.ndarray
    test: np.ndarray
    test_as_paper: np.ndarray


def split_rows(dataset: Dataset, settings: TrainSettings) -> Split:
    """Share a dataset's clips out.

    Background leaves training alone: the share that stays is drawn from the seed, and a smaller share is part of
    a larger one. With `remove_everywhere` it leaves validation too.
    """
    of = _assign(dataset, settings)
    train, valid, test = (np.flatnonzero(of == name) for name in SPLITS)
    is_background = ~np.any(dataset.clips.labels, axis=1)
    share = 0.0 if settings.remove_everywhere else settings.background_share
    quiet = np.random.default_rng(settings.seed).permutation(train[is_background[train]])
    quiet_used = quiet[: round(share * len(quiet))]
    train = np.sort(np.concatenate([train[~is_background[train]], quiet_used]))
    reported = test
    if settings.remove_everywhere:
        valid, reported = valid[~is_background[valid]], test[~is_background[test]]
    return Split(train, valid, test, reported)


def uses_own_split(dataset: Dataset, settings: TrainSettings) -> bool:
    """Whether the dataset's own split is taken; it needs clips to train on and clips to test."""
    return settings.split == "dataset" and {"train", "test"} <= set(np.unique(dataset.clips.split))


def obstacles(dataset: Dataset, settings: TrainSettings, model: str) -> list[str]:
    """Why this training cannot be started, in sentences; none where it can."""
    sentences = []
    if not dataset.labels:
        return ["The dataset has no labels, so there is nothing to learn. Add annotations first."]
    if settings.strategy not in strategies_for(model):
        name = "Low-rank adapters" if settings.strategy == LORA else settings.strategy
        sentences.append(
            f"{name}: {model} has no attention layers to put them into. Choose another strategy."
        )
    split = split_rows(dataset, settings)
    for rows, part in ((split.train, "training"), (split.valid, "validation"), (split.test, "the test")):
        if not len(rows):
            sentences.append(
                f"No clips are left for {part}. Splitting goes by whole recordings, so at least three recordings "
                "are needed, and some background must stay where there is nothing else."
            )
    labels = dataset.clips.labels
    if len(split.train) and not labels[split.train].any():
        sentences.append("No labelled clip is left for training. Choose other splits or add recordings.")
    elif len(split.valid) and not labels[split.valid].any():
        sentences.append(
            "No labelled clip is in validation, so the best epoch cannot be chosen. Choose another split."
        )
    return sentences


def warnings(dataset: Dataset, settings: TrainSettings) -> list[str]:
    """Return what the user should know before the start, in sentences: labels too rare, splits made up, background."""
    split, labels, sentences = split_rows(dataset, settings), dataset.clips.labels, []
    if settings.split == "dataset" and not uses_own_split(dataset, settings):
        sentences.append(
            "The dataset has no split of its own to train and test by; recordings are shared out from the seed."
        )
    if leak := _leaks(dataset, split):
        sentences.append(leak)
    counts = {name: labels[getattr(split, name)].sum(axis=0) for name in SPLITS}
    recordings = [len(np.unique(dataset.groups[column])) for column in labels.T]
    scarce = [j for j in range(len(dataset.labels)) if recordings[j] < 3]
    if scarce:
        named = _named(dataset, scarce)
        sentences.append(
            f"{named}: in fewer than three recordings, so not every one of training, validation and test can have it."
        )
    for name, words in (
        ("train", "not in training, so it cannot be learnt"),
        ("valid", "not in validation, so it has no say in the best epoch"),
        ("test", "not in the test, so nothing is known of it afterwards"),
    ):
        absent = [j for j in range(len(dataset.labels)) if counts[name][j] == 0 and j not in scarce]
        if absent:
            sentences.append(f"{_named(dataset, absent)}: {words}.")
    rare = [j for j in range(len(dataset.labels)) if 0 < counts["train"][j] < MIN_TRAIN_CLIPS]
    if rare:
        sentences.append(
            f"{_named(dataset, rare)}: fewer than {MIN_TRAIN_CLIPS} clips to learn from. Expect little."
        )
    quiet = int((~labels[split.train].any(axis=1)).sum())
    if settings.mix_background > 0 and not quiet:
        sentences.append("There is no background in training, so none can be mixed in.")
    if settings.remove_everywhere:
        sentences.append(
            "The paper's way: background is removed from validation and test too, so this score cannot be compared "
            "with one on the whole test. Both are reported."
        )
    return sentences


def describe(dataset: Dataset, split: Split) -> dict[str, dict[str, object]]:
    """For each split its clips, recordings, background clips and clips per label (JSON-able)."""
    parts = {}
    for name in SPLITS:
        rows = getattr(split, name)
        labels = dataset.clips.labels[rows]
        parts[name] = {
            "clips": len(rows),
            "recordings": len(np.unique(dataset.clips.recording[rows])),
            "background": int((~labels.any(axis=1)).sum()),
            "labels": dict(zip(dataset.labels, map(int, labels.sum(axis=0)), strict=True)),
        }
    return parts


def _assign(dataset: Dataset, settings: TrainSettings) -> np.ndarray:
    """(N,) split name of every clip, "" for none; one a unit of independence, so one a recording and all its copies.

    The dataset's own split goes by recordings, as its source declares it.
    """
    unit = dataset.groups
    if not uses_own_split(dataset, settings):
        return _seeded(dataset, unit, SEEDED_SHARES, settings.split_seed)
    file = np.unique([r.content_hash for r in dataset.recordings], return_inverse=True)[1]
    of = file[dataset.clips.recording]  # (N,) file of each clip, copies being one
    # A recording in several splits goes wholly to the strictest: what may be tested on is never learnt from.
    strictness = np.zeros(len(dataset.clips), dtype=np.int8)
    for rank, name in enumerate(SPLITS, start=1):
        strictness[dataset.clips.split == name] = rank
    strictest = np.zeros(int(of.max(initial=-1)) + 1, dtype=np.int8)
    np.maximum.at(strictest, of, strictness)
    chosen = np.array(["", *SPLITS], dtype="<U5")[strictest][of]
    if not (chosen == "valid").any():
        learning = np.flatnonzero(chosen == "train")
        shares = (1 - VALID_SHARE, VALID_SHARE, 0.0)
        chosen[learning] = _seeded(dataset, unit, shares, settings.split_seed, learning)
    return np.where(strictness > 0, chosen, "")


def _seeded(
    dataset: Dataset,
    unit: np.ndarray,
    shares: tuple[float, float, float],
    seed: int,
    rows: np.ndarray | None = None,
) -> np.ndarray:
    """(len(rows),) split of clips (all if None) by whole units."""
    rows = np.arange(len(unit)) if rows is None else rows
    groups, of = np.unique(unit[rows], return_inverse=True)
    has_label = np.zeros((len(groups), dataset.clips.labels.shape[1]), dtype=bool)
    np.logical_or.at(has_label, of, dataset.clips.labels[rows])
    strata = ["".join("1" if on else "0" for on in labels) for labels in has_label]
    name = dict(
        zip(
            dataset.independence.groups.tolist(),
            names_of(dataset.recordings, dataset.independence.groups),
            strict=True,
        )
    )
    splits = make_splits([name[g] for g in groups.tolist()], strata, shares, seed)
    return np.array(splits, dtype="<U5")[of]


def _leaks(dataset: Dataset, split: Split) -> str:
    """Return a sentence where the test shares units of independence with what is learnt from, else ""."""
    shared = np.isin(dataset.groups[split.test], dataset.groups[split.train])
    if not shared.any():
        return ""
    noun = dataset.independence.unit.noun
    return (
        f"{int(shared.sum())} of {len(split.test)} test clips are of the same {noun} as training clips, as the "
        "dataset's own split has it: the test will be too good. Recordings shared out from the seed keep each "
        f"{noun} together."
    )


def _named(dataset: Dataset, columns: list[int]) -> str:
    names = [dataset.labels[j] for j in columns]
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
