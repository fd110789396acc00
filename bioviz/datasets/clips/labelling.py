"""Which labels a dataset has, and which annotations and recordings carry them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bioviz.datasets.clips.budget import check_labels
from bioviz.datasets.formats.base import RawAnnotation, RawDataset, RawRecording
from bioviz.datasets.options import Meaning, Options, missing_word
from bioviz.datasets.problems import problem
from bioviz.datasets.spelling import clean
from bioviz.datasets.types import Annotation, Problem, Recording

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
    dropped
        Boxes that the user leaves out: no clip that touches one is used.
    dropped_recordings
        Indices of recordings that the user leaves out by a label of the whole file.
    missing
        How often each word stands where a label is missing, "" for an empty one, where nobody said what it means.

    """

    labels: tuple[str, ...]
    annotations: tuple[Annotation, ...]
    of_recording: tuple[frozenset[str], ...]
    problems: list[Problem]
    unknown: tuple[Annotation, ...] = ()
    unsure: frozenset[int] = frozenset()
    dropped: tuple[Annotation, ...] = ()
    dropped_recordings: frozenset[int] = frozenset()
    missing: Mapping[str, int] = field(default_factory=dict)


def _alike(labels: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each group of labels that differ in case, blanks, dashes or as 1 and 1.0 alone."""
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
    """Yield a sentence for each sign that cells hold several labels: parts that are labels, or in two orders."""
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
        self.dropped: list[Annotation] = []
        self.unsure: set[int] = set()
        self.outside: dict[int, list[bool]] = {}  # recording -> of each of its boxes, whether it lies outside
        self.missing: Counter[str] = Counter()
        self.meanings: dict[str, tuple[Meaning, str]] = {}  # of labels as cleaned
        self.spelled: dict[str, str] = {}  # a word for a missing label -> as it was written first

    def run(self) -> Labelled:
        index = {recording.name: i for i, recording in enumerate(self.recordings)}
        self.unsure |= {index[name] for name in self.raw.unsure if name in index}
        annotations = [
            resolved
            for a in self._one_label_each(self.raw.annotations)
            if a.recording in index and (resolved := self._annotation(a, index))
        ]
        # Times of which none fits are of another unit, or of another recording.
        self.unsure |= {i for i, outside in self.outside.items() if all(outside)}
        dropped = {index[name] for name in self.raw.dropped if name in index}
        of_recording: list[set[str]] = [set() for _ in self.recordings]
        for annotation in annotations:
            of_recording[annotation.recording].add(annotation.label)
        for raw in self.raw.recordings:
            if raw.name in index:
                labels, is_dropped = self._whole_file(raw, index[raw.name])
                of_recording[index[raw.name]].update(labels)
                dropped |= {index[raw.name]} if is_dropped else set()
        if self.raw.task == "classification":  # as boxes over the whole file, for those who want windows
            annotations = [
                Annotation(i, 0.0, self.recordings[i].duration_s, label)
                for i, names in enumerate(of_recording)
                for label in sorted(names)
            ]
        used = {label for names in of_recording for label in names}
        check_labels(max(len(used), len(self.declared or ())))
        labels = tuple(sorted(used)) if self.declared is None else self.declared
        problems = [
            problem(kind, file, detail if n == 1 else f"{detail} ({n:,} annotations)")
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
            tuple(self.dropped),
            frozenset(dropped),
            dict(self.missing),
        )

    def _one_label_each(self, boxes: Iterable[RawAnnotation]) -> Iterator[RawAnnotation]:
        separator = self.options.separator
        for box in boxes:
            parts = [part for part in box.label.split(separator) if part.strip()] if separator else []
            yield from (replace(box, label=part) for part in parts) if len(parts) > 1 else (box,)

    def _whole_file(self, raw: RawRecording, index: int) -> tuple[set[str], bool]:
        """Return the labels of a recording as a whole, and whether the user leaves it out."""
        separator = self.options.separator
        texts = [part for text in raw.labels for part in (text.split(separator) if separator else [text])]
        names: set[str] = set()
        is_dropped = False
        for text in texts:
            meaning, label = self._meaning(text, raw.name)
            is_dropped |= meaning == "drop"
            if meaning in ("unknown", "asked"):
                self.unsure.add(index)
            elif meaning == "label":
                names.add(label)
        return names, is_dropped

    def _meaning(self, text: str, file: str) -> tuple[Meaning, str]:
        """Return what a label means, and the label as the dataset knows it; noted where the user should know."""
        written = clean(text)
        if self.declared is not None and written in self.declared:
            return "label", written
        if written not in self.meanings:
            check_labels(len(self.meanings) + 1)  # before a million of them is read on
            known, spelling = self.options.meaning_of(written)
            self.meanings[written] = known, clean(spelling)
        meaning, label = self.meanings[written]
        if meaning == "label" and self.declared is None:
            return meaning, label
        quoted = repr(written) if written else "an empty label"
        if meaning == "asked":
            word = missing_word(written) or ""
            self.missing[self.spelled.setdefault(word, "?" if word == "?" else written)] += 1
            self._note("no_label", file, f"{quoted} may be a call of an unknown kind or nothing at all")
        elif meaning == "unknown":
            self._note("unknown", file, f"{quoted} says that the label is not known")
        elif meaning == "background" and self.raw.task == "detection":
            self._note("background_label", file, f"{quoted} counts as background")
        elif meaning == "label" and self.declared is not None and label not in self.declared:
            unknown = self.raw.unknown_label
            fate = f"taken as {unknown!r}" if unknown else "left out"
            self._note("unknown_label", file, f"{label!r} is not among the dataset's labels; {fate}")
            return ("label", unknown) if unknown else ("background", "")
        return meaning, label

    def _annotation(self, raw: RawAnnotation, index: dict[str, int]) -> Annotation | None:
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
        is_outside = start >= length or end < 0 or (end == 0 and start < 0)
        self.outside.setdefault(index[raw.recording], []).append(is_outside)
        if is_outside:
            self._note("past_end", raw.recording, f"it lies outside the recording of {length:.2f} s")
            return None
        stretch = Annotation(index[raw.recording], max(start, 0.0), min(end, length), "")
        if raw.dropped:
            self.dropped.append(stretch)
            return None
        is_unknown = raw.unknown or raw.weak
        meaning, label = ("unknown", "") if is_unknown else self._meaning(raw.label, raw.recording)
        if raw.weak:
            self._note("weak", raw.recording, "a detection is less sure than the minimum confidence")
        elif raw.unknown:
            self._note("unknown", raw.recording, f"{clean(raw.label)!r} says that the label is not known")
        if meaning == "drop":
            self.dropped.append(stretch)
        elif meaning in ("unknown", "asked"):
            self.unknown.append(stretch)
        if meaning != "label":
            return None
        if end > length + _TOLERANCE_S or start < -_TOLERANCE_S:
            self._note(
                "clipped", raw.recording, f"it passed the recording of {length:.2f} s and was cut there"
            )
        if end == start:
            self._note("point", raw.recording, "start and end are the same")
            self.unknown += [stretch] if self.declared is None else []
        low, high = (None if hz is None else hz * slower for hz in (raw.low_hz, raw.high_hz))
        if low is not None and high is not None and low > high:
            low, high = high, low
        return Annotation(stretch.recording, stretch.start_s, stretch.end_s, label, low, high, raw.extras)

    def _note(self, kind: str, file: str, detail: str) -> None:
        self.counts[kind, file, detail] += 1
