"""Which labels a dataset has, and which annotations and recordings carry them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bioviz.datasets.options import Options
from bioviz.datasets.problems import problem
from bioviz.datasets.readers.base import RawDataset
from bioviz.datasets.spelling import clean
from bioviz.datasets.types import Annotation, Problem, Recording

UNNAMED = "unnamed"
# Annotation programs round the length of a recording; a box this much past its end is no mistake.
_TOLERANCE_S = 0.01


@dataclass(frozen=True)
class Labelled:
    """Annotations by recording index, the labels of each recording as a whole, and what was wrong."""

    labels: tuple[str, ...]
    annotations: tuple[Annotation, ...]
    of_recording: tuple[frozenset[str], ...]
    problems: list[Problem]


def resolve(raw: RawDataset, recordings: Sequence[Recording], options: Options) -> Labelled:
    """Check labels and times of a raw dataset against the recordings that could be opened."""
    return _Resolver(raw, recordings, options).run()


class _Resolver:
    def __init__(self, raw: RawDataset, recordings: Sequence[Recording], options: Options) -> None:
        self.raw, self.recordings, self.options = raw, recordings, options
        self.declared = None if raw.labels is None else tuple(clean(label) for label in raw.labels)
        self.counts: Counter[tuple[str, str, str]] = Counter()  # (kind, file, detail) -> how often

    def run(self) -> Labelled:
        index = {recording.name: i for i, recording in enumerate(self.recordings)}
        annotations = [
            made
            for a in self.raw.annotations
            if a.recording in index and (made := self._annotation(a, index))
        ]
        of_recording: list[set[str]] = [set() for _ in self.recordings]
        for annotation in annotations:
            of_recording[annotation.recording].add(annotation.label)
        for raw in self.raw.recordings:
            if raw.name in index:
                kept = (self._label(label, raw.name) for label in raw.labels)
                of_recording[index[raw.name]].update(label for label in kept if label)
        if self.raw.task == "classification":  # as boxes over the whole file, for those who want windows
            annotations = [
                Annotation(i, 0.0, self.recordings[i].duration_s, label)
                for i, names in enumerate(of_recording)
                for label in sorted(names)
            ]
        used = {label for names in of_recording for label in names}
        labels = tuple(sorted(used)) if self.declared is None else self.declared
        problems = [
            problem(kind, file, detail if n == 1 else f"{n} times: {detail}")
            for (kind, file, detail), n in self.counts.items()
        ]
        return Labelled(labels, tuple(annotations), tuple(map(frozenset, of_recording)), problems)

    def _annotation(self, raw, index: dict[str, int]) -> Annotation | None:
        recording = self.recordings[index[raw.recording]]
        length = recording.duration_s
        start, end = raw.start_s, raw.end_s
        if end < start:
            self._note("bad_row", raw.recording, "the end lies before the start")
            return None
        if start >= length or end < 0 or (end == 0 and start < 0):
            self._note("past_end", raw.recording, f"it lies outside the recording of {length:.2f} s")
            return None
        label = self._label(raw.label, raw.recording)
        if label is None:
            return None
        if end > length + _TOLERANCE_S or start < -_TOLERANCE_S:
            self._note(
                "clipped", raw.recording, f"it passed the recording of {length:.2f} s and was cut there"
            )
        if end == start:
            self._note("point", raw.recording, "start and end are the same")
        low, high = raw.low_hz, raw.high_hz
        if low is not None and high is not None and low > high:
            low, high = high, low
        return Annotation(
            index[raw.recording], max(start, 0.0), min(end, length), label, low, high, dict(raw.extras)
        )

    def _label(self, text: str, file: str) -> str | None:
        """The label as the dataset knows it; None for background and for what is left out."""
        label = clean(text)
        if not label:
            self._note("no_label", file, "the label is empty")
            label = UNNAMED
        if self.declared is not None and label in self.declared:
            return label
        if self.options.is_background(label):
            if self.raw.task == "detection":
                self._note("background_label", file, f"{label!r} counts as background")
            return None
        if self.declared is None:
            return label
        unknown = self.raw.unknown_label
        taken = f"taken as {unknown!r}" if unknown else "left out"
        self._note("unknown_label", file, f"{label!r} is not among the dataset's labels; {taken}")
        return unknown

    def _note(self, kind: str, file: str, detail: str) -> None:
        self.counts[kind, file, detail] += 1
