"""Flags applied: a cleaned version of a dataset, as a dataset of its own beside the original."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from bioviz.datasets import library
from bioviz.datasets.types import Annotation, Clips, Dataset
from bioviz.errors import BadInput
from bioviz.flags.boxes import Change, follow
from bioviz.flags.disputes import finalize
from bioviz.flags.drawn import Drawn, with_boxes
from bioviz.flags.merged import Flags
from bioviz.flags.records import KINDS
from bioviz.store.digest import digest


def apply_flags(
    dataset: Dataset,
    flags: Flags,
    *,
    boxes: Sequence[Annotation] = (),
    name: str | None = None,
    disputes: str | None = None,
) -> Dataset:
    """Return a cleaned version of a dataset; the dataset itself is not touched, and nothing is stored.

    Of each flagged clip the deciding flag counts; where users disagree, `disputes` says which.

    wrong_label: the wrong label (or all of them) goes and the right one, if given, comes; background: all labels go;
    missed: the label comes; bad_audio: the clip goes; unsure and fine change nothing. All other clips stay as they
    are, in their order and splits. Recordings of which no clip is left go too, and so do labels that no clip or
    annotation carries any more. The annotations follow the clips (`boxes.follow`). `source["cleaned"]` says what it
    was made from, with every flag that changed something.

    Parameters
    ----------
    flags
        From `load_flags` of this dataset.
    boxes
        That users drew on its recordings; they become annotations, and the clips that they overlap get their labels.
    name
        What the user calls it; by default the original's with "(cleaned)".
    disputes
        What decides on clips on which users disagree, see `disputes.settle`.

    Raises
    ------
    BadInput
        Flags and boxes change nothing, or leave no clip; or users disagree and nobody said what to do then.

    """
    disputed = flags.rows[flags.disagreement].tolist()
    change = _change(dataset, finalize(flags, disputes))
    if not change.flags and not boxes:
        raise BadInput(
            f"These {len(flags)} flags change nothing in {dataset.name}: flag wrong labels, background, missed calls "
            "or bad audio first."
        )
    if change.removed.all():
        raise BadInput(f"Every clip of {dataset.name} is flagged as bad audio; nothing would be left.")
    annotations = follow(dataset, change) if dataset.task == "detection" else dataset.annotations
    change, drawn = with_boxes(dataset, change, boxes)
    record = _record(dataset, change, disputed, disputes, boxes, drawn)
    stays = ~change.removed
    recordings = _recordings_left(dataset, stays)
    new_index = np.cumsum(recordings) - 1
    annotations = tuple(
        replace(each, recording=int(new_index[each.recording]))
        for each in (*annotations, *boxes)
        if recordings[each.recording]
    )
    columns = _columns(dataset, change, annotations)
    clips = dataset.clips
    return replace(
        dataset,
        id=f"{record['original'][:80]}-clean-{record['digest']}",
        name=name or f"{record['original_name']} (cleaned)",
        labels=tuple(change.names[i] for i in columns),
        recordings=tuple(r for r, left in zip(dataset.recordings, recordings, strict=True) if left),
        annotations=annotations,
        clips=Clips(
            recording=new_index[clips.recording[stays]].astype(clips.recording.dtype),
            start_s=clips.start_s[stays],
            end_s=clips.end_s[stays],
            labels=change.after[np.ix_(stays, np.asarray(columns, dtype=np.intp))],
            split=clips.split[stays],
        ),
        source={**dataset.source, "cleaned": record},
        unit=str(dataset.independence.unit),  # what was detected with the recordings that are left out too
    )


def make_cleaned(
    dataset: Dataset, flags: Flags, *, boxes: Sequence[Annotation] = (), disputes: str | None = None
) -> Dataset:
    """`apply_flags` under the next free name, "X (cleaned 1)" and so on, added to the library.

    The same flags and boxes on the same dataset give the dataset that is there already, under its name.

    Raises
    ------
    BadInput
        As in `apply_flags`.
    DiskFull
        No room on the disk.

    """
    cleaned = apply_flags(dataset, flags, boxes=boxes, disputes=disputes)
    names = {summary.id: summary.name for summary in library.list_datasets()}
    title = cleaned.source["cleaned"]["original_name"]
    numbered = re.compile(re.escape(title) + r" \(cleaned (\d+)\)")
    numbers = [int(match[1]) for name in names.values() if (match := numbered.fullmatch(name))]
    name = names.get(cleaned.id) or f"{title} (cleaned {max(numbers, default=0) + 1})"
    cleaned = replace(cleaned, name=name)
    library.save(cleaned)
    return cleaned


def _change(dataset: Dataset, flags: Flags) -> Change:
    deciding = dict(zip(flags.rows.tolist(), flags.deciding, strict=True))
    new = {f.label for f in deciding.values() if f.label} - set(dataset.labels)
    names = (*dataset.labels, *sorted(new))
    column = {name: i for i, name in enumerate(names)}
    before = np.zeros((len(dataset.clips), len(names)), dtype=bool)
    before[:, : len(dataset.labels)] = dataset.clips.labels
    after, removed = before.copy(), np.zeros(len(before), dtype=bool)
    for row, flag in deciding.items():
        match flag.kind:
            case "wrong_label":
                wrong = [flag.wrong] if flag.wrong else names
                after[row, [column[label] for label in wrong if label in column]] = False
            case "background":
                after[row] = False
            case "bad_audio":
                removed[row] = True
        if flag.label:
            after[row, column[flag.label]] = True
    changed: list[int] = np.flatnonzero(removed | (before != after).any(axis=1)).tolist()
    return Change(names, before, after, removed, {row: deciding[row] for row in changed})


def _recordings_left(dataset: Dataset, stays: np.ndarray) -> np.ndarray:
    """(R,) bool: all recordings but those that lost every clip (some may never have had one)."""
    had, has_now = np.zeros((2, len(dataset.recordings)), dtype=bool)
    had[dataset.clips.recording] = True
    has_now[dataset.clips.recording[stays]] = True
    return has_now | ~had


def _columns(dataset: Dataset, change: Change, boxes: tuple[Annotation, ...]) -> list[int]:
    """Columns of the labels that stay, sorted by name if the dataset's are (else in its order, new ones last)."""
    had = np.any(change.before, axis=0)
    occurs = np.any(change.after[~change.removed], axis=0)
    marked = {box.label for box in boxes}
    # A label that the dataset declares without ever using it is still declared.
    columns = [
        i
        for i, name in enumerate(change.names)
        if occurs[i] or name in marked or (i < len(dataset.labels) and not had[i])
    ]
    if list(dataset.labels) == sorted(dataset.labels):
        columns.sort(key=change.names.__getitem__)
    return columns


def _record(
    dataset: Dataset,
    change: Change,
    disputed: list[int],
    rule: str | None,
    boxes: Sequence[Annotation],
    drawn: Drawn,
) -> dict[str, Any]:
    """Return what `source["cleaned"]` holds (JSON-able)."""
    disputes = {"clips": disputed, "rule": rule} if disputed else None
    before = dataset.source.get("cleaned") or {}
    applied = [{**flag.to_dict(), "row": row} for row, flag in change.flags.items()]
    counts = Counter(flag.kind for flag in change.flags.values())
    decided = [[row, *flag.verdict] for row, flag in change.flags.items()]
    drawn_boxes = [[b.recording, b.start_s, b.end_s, b.low_hz, b.high_hz, b.label] for b in boxes]
    changed = drawn.gained.copy()
    changed[list(change.flags)] = True
    return {
        "original": before.get("original", dataset.id),
        "original_name": before.get("original_name", dataset.name),
        "parent": dataset.id,
        "parent_name": dataset.name,
        "parent_version": dataset.version,
        "digest": digest(
            "cleaned",
            dataset.version,
            decided,
            *([disputes] if disputes else []),
            *([drawn_boxes] if boxes else []),
        )[:8],
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "counts": {kind: counts[kind] for kind in KINDS if counts[kind]},
        "clips_changed": int((changed & ~change.removed).sum()),
        "clips_removed": int(change.removed.sum()),
        "disputes": disputes,
        "annotations": drawn.report(boxes),
        "flags": applied,
    }


def family(dataset_id: str) -> str:
    """Return what a dataset and its cleaned versions have in common: the beginning of their ids."""
    return dataset_id.split("-clean-")[0][:80]
