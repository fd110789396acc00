"""What a dataset holds and what was wrong with it, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

import numpy as np

from bioviz.datasets.formats import unannotated
from bioviz.datasets.problems import KINDS, WHAT_TO_DO
from bioviz.datasets.types import BACKGROUND, Dataset

MIN_CLIPS = 20
"""Clips below which neither a map nor a score says anything."""


@dataclass(frozen=True)
class LabelCount:
    """How much there is of a label: clips that carry it, hours of those clips, annotations (0 in classification)."""

    label: str
    clips: int
    annotations: int
    hours: float


@dataclass(frozen=True)
class ProblemGroup:
    """All problems of a kind; `items` are (file, detail), `to_do` says what the user can do."""

    kind: str
    title: str
    items: tuple[tuple[str, str], ...]
    to_do: str = ""

    def by_sentence(self) -> list[tuple[str, tuple[str, ...]]]:
        """Each sentence once, with the files that it is said of; the commonest first."""
        files: dict[str, list[str]] = {}
        for file, detail in self.items:
            files.setdefault(detail, []).append(file)
        return sorted(((detail, tuple(of)) for detail, of in files.items()), key=lambda each: -len(each[1]))


@dataclass(frozen=True)
class Report:
    """The validation report of a dataset.

    Attributes
    ----------
    recordings, clips, annotations
        Numbers of them.
    hours
        Length of all recordings;
    clip_hours
        Of all clips (overlapping windows count each).
    background_clips, background_share
        Clips without a label, and their share of all clips.
    multi_label_clips
        Clips with more than one label.
    labels
        One row a label and a last one for background, in the dataset's order.
    sample_rates, channels
        How many recordings have each.
    splits
        Clips in each split.
    problems
        By kind, the most frequent first.
    cautions
        What must be read before the numbers, each (the matter, the rest of the sentence).

    """

    name: str
    task: str
    recordings: int
    clips: int
    annotations: int
    hours: float
    clip_hours: float
    background_clips: int
    background_share: float
    multi_label_clips: int
    labels: tuple[LabelCount, ...]
    sample_rates: Mapping[int, int]
    channels: Mapping[int, int]
    splits: Mapping[str, int]
    problems: tuple[ProblemGroup, ...]
    cautions: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return the report as JSON-able values."""
        plain = asdict(self)
        for name in ("sample_rates", "channels"):
            plain[name] = {str(key): n for key, n in plain[name].items()}
        return plain


def report(dataset: Dataset) -> Report:
    """Count what a dataset holds."""
    clips = dataset.clips
    hours = float(np.sum(clips.end_s - clips.start_s)) / 3600
    clip_hours = dataset.plan.width_s / 3600
    on = clips.labels.sum(axis=0)
    boxes = Counter(a.label for a in dataset.annotations)
    background = int((~clips.labels.any(axis=1)).sum()) if len(clips) else 0
    rows = [
        LabelCount(label, int(n), boxes[label], int(n) * clip_hours)
        for label, n in zip(dataset.labels, on, strict=True)
    ]
    rows.append(LabelCount(BACKGROUND, background, 0, background * clip_hours))
    kinds = Counter(p.kind for p in dataset.problems)
    return Report(
        name=dataset.name,
        task=dataset.task,
        recordings=len(dataset.recordings),
        clips=len(clips),
        annotations=len(dataset.annotations),
        hours=sum(r.duration_s for r in dataset.recordings) / 3600,
        clip_hours=hours,
        background_clips=background,
        background_share=background / len(clips) if len(clips) else 0.0,
        multi_label_clips=int((clips.labels.sum(axis=1) > 1).sum()),
        labels=tuple(rows),
        sample_rates=dict(sorted(Counter(r.sample_rate for r in dataset.recordings).items())),
        channels=dict(sorted(Counter(r.channels for r in dataset.recordings).items())),
        splits=dict(sorted(Counter(clips.split.tolist()).items())),
        problems=tuple(
            ProblemGroup(
                kind,
                KINDS[kind],
                tuple((p.file, p.detail) for p in dataset.problems if p.kind == kind),
                WHAT_TO_DO.get(kind, ""),
            )
            for kind, _ in kinds.most_common()
        ),
        cautions=tuple(_cautions(dataset, background)),
    )


def _cautions(dataset: Dataset, background_clips: int) -> Iterator[tuple[str, str]]:
    n_clips = len(dataset.clips)
    if not dataset.labels and dataset.source.get("reader") == unannotated.name:
        yield (
            "No file says what can be heard in these recordings",
            ", so all of their clips count as background. Is that right? Else put the annotation tables into the "
            "folder (or into the upload) and scan again.",
        )
    elif not dataset.labels:
        yield (
            "No clip carries a label",
            ": all that was read means background, and nothing can be confused with it.",
        )
    if n_clips < MIN_CLIPS:
        yield (
            "Too few clips to say anything",
            f": {n_clips:,}. A map and its scores mean something from some dozens of clips a label on, from several "
            "recordings.",
        )
    if dataset.labels and not background_clips:
        yield "No clip is background", ": how a model confuses calls with background cannot be measured."
