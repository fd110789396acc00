"""Which labels a dataset has, and which annotations and recordings carry them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bioviz.datasets.formats.base import RawAnnotation, RawDataset, RawRecording
from bioviz.datasets.options import Options
from bioviz.datasets.problems import problem
from bioviz.datasets.spelling import clean
from bioviz.datasets.types import Annotation, Problem, Recording

UNNAMED = "unnamed"
# Annotation programs round the length of a recording; a box this much past its end is no mistake.
_TOLERANCE_S = 0.01


@dataclass(frozen=True)
class Labelled:
    """Annotations by recording index, the labels of each recording as a whole, and what was wrong.

    Attributes
    ----------
    unknown
        Boxes in which something is that nobody knows; no labels come from them.
    unsure
        Indices of recordings of which something could not be used: their clips without a label are not
        background.

    """

    labels: tuple[str, ...]
    annotations: tuple[Annotation, ...]
    of_recording: tuple[frozenset[str], ...]
    problems: list[Problem]
    unknown: tuple[Annotation, ...] = ()
    unsure: frozenset[int] = frozenset()


def _alike(labels: Iterable[str]) -> Iterator[str]:
    """A sentence for each group of labels that differ in case, blanks, dashes or as 1 and 1.0 alone."""
    groups: dict[str, list[str]] = {}
    for label in sorted(labels):
        key = "".join(ch for ch in label.casefold() if ch not in " _-")
        key = key.removesuffix(".0") if key.removesuffix(".0").isdecimal() else key
        groups.setdefault(key, []).append(label)
    for group in groups.values():
        if len(group) > 1:
            names = ", ".join(f"“{name}”" for name in group)
            yield f"{names} are separate labels, though they differ only in how they are written"


def _several(labels: Iterable[str]) -> Iterator[str]:
    """A sentence for each sign that cells hold several labels: parts that are labels of their own, or in two orders."""
    names = set(labels)
    for separator in (";", ",", "|", "+", "/", "&", " "):
        parts = {
            name: [part.strip() for part in name.split(separator)] for name in names if separator in name
        }
        orders: dict[frozenset[str], set[str]] = {}
        for name, own in parts.items():
            orders.setdefault(frozenset(own), set()).add(name)
        # "Tawny Owl" beside "Owl" is one label; "owl frog" beside "owl" and "frog" is two.
        enough = all if separator == " " else any
        odd = {name for name, own in parts.items() if enough(part in names for part in own)}
        odd |= {name for group in orders.values() if len(group) > 1 for name in group}
        if odd:
            shown = ", ".join(f"“{name}”" for name in sorted(odd)[:3])
            yield f"{shown} may be several labels each: set the separator to “{separator}” to split them"


def resolve(raw: RawDataset, recordings: Sequence[Recording], options: Options) -> Labelled:
    """Check labels and times of a raw dataset against the recordings that could be opened."""
    return _Resolver(raw, recordings, options).run()


class _Resolver:
    def __init__(self, raw: RawDataset, recordings: Sequence[Recording], options: Options) -> None:
        self.raw, self.recordings, self.options = raw, recordings, options
        self.declared = None if raw.labels is None else tuple(clean(label) for label in raw.labels)
        self.counts: Counter[tuple[str, str, str]] = Counter()  # (kind, file, detail) -> how often
        self.unknown: list[Annotation] = []
        self.unsure: set[int] = set()

    def run(self) -> Labelled:
        index = {recording.name: i for i, recording in enumerate(self.recordings)}
        self.unsure |= {index[name] for name in self.raw.unsure if name in index}
        annotations = [
            resolved
            for a in self._one_label_each(self.raw.annotations)
            if a.recording in index and (resolved := self._annotation(a, index))
        ]
        of_recording: list[set[str]] = [set() for _ in self.recordings]
        for annotation in annotations:
            of_recording[annotation.recording].add(annotation.label)
        for raw in self.raw.recordings:
            if raw.name in index:
                of_recording[index[raw.name]].update(self._whole_file(raw, index[raw.name]))
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
        problems += [problem("alike", "labels", detail) for detail in _alike(used)]
        if not self.options.separator:
            problems += [problem("several_labels", "labels", detail) for detail in _several(used)]
        return Labelled(
            labels,
            tuple(annotations),
            tuple(map(frozenset, of_recording)),
            problems,
            tuple(self.unknown),
            frozenset(self.unsure),
        )

    def _one_label_each(self, boxes: Iterable[RawAnnotation]) -> Iterator[RawAnnotation]:
        separator = self.options.separator
        for box in boxes:
            parts = [part for part in box.label.split(separator) if part.strip()] if separator else []
            yield from (replace(box, label=part) for part in parts) if len(parts) > 1 else (box,)

    def _whole_file(self, raw: RawRecording, index: int) -> set[str]:
        separator = self.options.separator
        texts = [part for text in raw.labels for part in (text.split(separator) if separator else [text])]
        names: set[str] = set()
        for text in texts:
            if self._is_unknown(text):
                self._note("unknown", raw.name, f"{clean(text)!r} says that the label is not known")
                self.unsure.add(index)
            elif (label := self._label(text, raw.name)) is not None:
                names.add(label)
        return names

    def _is_unknown(self, text: str) -> bool:
        label = clean(text)
        declared = self.declared is not None and label in self.declared
        return not declared and self.options.is_unknown(label)

    def _annotation(self, raw, index: dict[str, int]) -> Annotation | None:
        recording = self.recordings[index[raw.recording]]
        length = recording.duration_s
        slower = recording.expansion / raw.expansion  # what people saw is the file as it plays
        start, end = raw.start_s / slower, raw.end_s / slower
        if not (math.isfinite(start) and math.isfinite(end)):
            self._note("bad_row", raw.recording, "start or end is not a number")
            self.unsure.add(index[raw.recording])
            return None
        if end < start:
            self._note("bad_row", raw.recording, "the end lies before the start")
            self.unsure.add(index[raw.recording])
            return None
        if start >= length or end < 0 or (end == 0 and start < 0):
            self._note("past_end", raw.recording, f"it lies outside the recording of {length:.2f} s")
            return None
        if raw.unknown or self._is_unknown(raw.label):
            reason = f"{clean(raw.label)!r} says that the label is not known"
            self._note("unknown", raw.recording, reason)
            self.unknown.append(Annotation(index[raw.recording], max(start, 0.0), min(end, length), ""))
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
        low, high = (None if hz is None else hz * slower for hz in (raw.low_hz, raw.high_hz))
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
        fate = f"taken as {unknown!r}" if unknown else "left out"
        self._note("unknown_label", file, f"{label!r} is not among the dataset's labels; {fate}")
        return unknown

    def _note(self, kind: str, file: str, detail: str) -> None:
        self.counts[kind, file, detail] += 1
