"""Bring embeddings of others together with the recordings that are here, and keep them as a model of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from bioviz.config import settings
from bioviz.datasets import library
from bioviz.datasets.clips.windows import labelled_by
from bioviz.datasets.types import Clips, Dataset, WindowPlan
from bioviz.embedding.imports.lookup import TOLERANCE_S, rows_of
from bioviz.embedding.imports.read import read_results
from bioviz.embedding.imports.results import Results
from bioviz.errors import BadInput
from bioviz.models.brought import imported
from bioviz.models.brought.imported import ImportedRows
from bioviz.progress import Progress
from bioviz.store.keys import key_of


@dataclass(frozen=True)
class Imported:
    """What became of an import.

    Attributes
    ----------
    model
        Name of the model that holds the embeddings.
    dataset
        Id of the dataset whose clips they are of: the one named, or one of its recordings with their windows.
    clips
        Clips with an embedding.
    notes
        What was left out, in sentences.

    """

    model: str
    dataset: str
    clips: int
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _WindowsInputs:
    """What names a dataset of imported windows: recording (index) and start of each, and their length."""

    recording: np.ndarray
    start_s: np.ndarray
    width_s: float


def import_results(results: Results, dataset: Dataset, title: str = "") -> Imported:
    """Match embeddings to the recordings of a dataset by name and keep them.

    Where they are of other windows than the dataset's clips, a dataset of the same recordings with their windows is
    added, labelled by the same rule. A window in which the dataset has no clip, and so nobody knows whether it is
    background, is left out unless it carries a label.

    Raises
    ------
    BadInput
        No recording is the dataset's, or the windows are not of one length.

    """
    recording, notes = _recordings(results, dataset)
    recording = _first_of_copies(dataset)[recording]
    matched = recording >= 0
    widths = (results.end_s - results.start_s)[matched]
    width = float(np.median(widths))
    alike = np.abs(results.end_s - results.start_s - width) <= TOLERANCE_S
    if (other := int((matched & ~alike).sum())) > len(widths) / 2:
        raise BadInput(
            f"The windows are of many lengths ({widths.min():g} to {widths.max():g} s). bioviz takes one."
        )
    if other:
        notes.append(f"{other:,} windows of another length than {width:g} s are left out.")
    finite = np.isfinite(results.matrix).all(axis=1)
    if bad := int((matched & alike & ~finite).sum()):
        notes.append(f"{bad:,} embeddings with numbers that are not finite are left out.")
    rows = np.flatnonzero(matched & alike & finite)
    if not len(rows):
        raise BadInput("No embedding is left of these recordings.")
    rows = rows[np.lexsort((results.start_s[rows], recording[rows]))]
    held = ImportedRows(
        np.ascontiguousarray(results.matrix[rows], dtype=np.float32),
        recording[rows].astype(np.int64),
        results.start_s[rows].astype(np.float64),
        tuple(recording.content_hash for recording in dataset.recordings),
        width,
    )
    target = dataset
    at_row = rows_of(dataset, held)
    if (at_row >= 0).mean() < 0.5:
        target = _with_windows(dataset, held, notes)
        library.save(target)
        at_row = rows_of(target, held)
    elif (without := int((at_row < 0).sum())) > 0:
        notes.append(f"{without:,} clips of {dataset.name} have no embedding.")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    name = imported.keep(title.strip() or results.title, results.source, held, now)
    return Imported(name, target.id, int((at_row >= 0).sum()), (*results.notes, *notes))


def _recordings(results: Results, dataset: Dataset) -> tuple[np.ndarray, list[str]]:
    """(n,) int64 recording of each row, -1 where it is none of the dataset's; and sentences. Raises BadInput."""
    names = sorted(set(results.names))
    own = [PurePosixPath(recording.name) for recording in dataset.recordings]
    recording_of: dict[str, int] = {}
    for ways in (_whole, _name, _stem):
        counts = Counter(map(ways, own))
        at = {ways(path): i for i, path in enumerate(own) if counts[ways(path)] == 1}
        for name in names:
            if (
                name not in recording_of
                and (i := at.get(ways(PurePosixPath(name.replace("\\", "/"))))) is not None
            ):
                recording_of[name] = i
    claims = Counter(recording_of.values())
    for name in [name for name, i in recording_of.items() if claims[i] > 1 and name != str(own[i])]:
        del recording_of[name]  # two of its recordings are called so: which is meant is not known
    absent = [name for name in names if name not in recording_of]
    if not recording_of:
        raise BadInput(
            f"None of its {len(names):,} recordings is in {dataset.name}: {names[0]} and so on, where the dataset has "
            f"{own[0]} and so on. Choose the dataset of the same recordings."
        )
    notes = (
        [f"{len(absent):,} recordings that are not in {dataset.name} are left out, such as {absent[0]}."]
        if absent
        else []
    )
    unheard = len(own) - len(set(recording_of.values()))
    if unheard:
        notes.append(f"{unheard:,} of the {len(own):,} recordings of {dataset.name} have no embeddings.")
    return np.array([recording_of.get(name, -1) for name in results.names], dtype=np.int64), notes


def _first_of_copies(dataset: Dataset) -> np.ndarray:
    """(R + 1,) int64: for each recording the first of the same content, for -1 (the last) -1."""
    first: dict[str, int] = {}
    same = [first.setdefault(recording.content_hash, i) for i, recording in enumerate(dataset.recordings)]
    return np.array([*same, -1], dtype=np.int64)


def _whole(path: PurePosixPath) -> str:
    return str(path)


def _name(path: PurePosixPath) -> str:
    return path.name


def _stem(path: PurePosixPath) -> str:
    return path.stem


def _with_windows(dataset: Dataset, held: ImportedRows, notes: list[str]) -> Dataset:
    """Return a dataset of the same recordings whose clips are the imported windows."""
    starts, ends, of = held.start_s, held.start_s + held.width_s, held.recording
    labels = np.zeros((len(of), len(dataset.labels)), dtype=bool)
    column = {name: i for i, name in enumerate(dataset.labels)}
    edges = np.searchsorted(of, np.arange(len(dataset.recordings) + 1))
    for box in dataset.annotations:
        if box.label in column:
            own = slice(int(edges[box.recording]), int(edges[box.recording + 1]))
            on = labelled_by(starts[own], ends[own], box.start_s, box.end_s, dataset.plan.min_overlap)
            labels[own, column[box.label]] |= on
    clips = dataset.clips
    known = np.zeros(len(of), dtype=bool)
    splits = np.full(len(of), "", dtype=clips.split.dtype)
    for recording in np.unique(clips.recording).tolist():
        rows = np.flatnonzero(clips.recording == recording)
        own = slice(int(edges[recording]), int(edges[recording + 1]))
        middle = (starts[own] + ends[own]) / 2
        inside = (middle[:, None] >= clips.start_s[rows]) & (middle[:, None] <= clips.end_s[rows])
        known[own] = inside.any(axis=1)
        splits[own] = clips.split[rows[0]]
        if not dataset.annotations and len(own_labels := clips.labels[rows]):  # a label of the whole file
            labels[own] |= own_labels[inside.argmax(axis=1)] & known[own][:, None]
    keep = known | labels.any(axis=1)
    if left := int((~keep).sum()):
        notes.append(
            f"{left:,} windows are left out: {dataset.name} has no clip there, so nobody knows what they hold."
        )
    if not keep.any():
        raise BadInput(f"No window lies where {dataset.name} has clips.")
    steps = np.diff(starts)[(np.diff(of) == 0) & (np.diff(starts) > 1e-6)]
    hop = float(np.median(steps)) if len(steps) else held.width_s
    title = f"{dataset.name}, windows of {held.width_s:g} s"
    notes.append(f"A dataset of the same recordings with these windows is added: {title}.")
    return replace(
        dataset,
        id=f"{dataset.id[:80]}-windows-{key_of('windows', 1, _WindowsInputs(of, starts, held.width_s))[:8]}",
        name=title,
        task="detection",
        plan=WindowPlan(held.width_s, hop, dataset.plan.min_overlap),
        clips=Clips(of[keep].astype(np.int32), starts[keep], ends[keep], labels[keep], splits[keep]),
        source={**dataset.source, "windows_of": "imported embeddings"},
    )


def import_job(params: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """`import_results` as a job.

    Parameters
    ----------
    params
        "path" and "table" ("" for none), inside of the data folders; "dataset", "title", "given" (see `read_results`).

    """
    path = settings().check_inside(params["path"])
    table = settings().check_inside(params["table"]) if params.get("table") else None
    if (
        path.is_dir()
        and (link := next((each for each in path.rglob("*") if each.is_symlink()), None)) is not None
    ):
        raise BadInput(f"{link} is a link. Links are not followed: put the file itself there.")
    progress.report("Reading embeddings", 0, 1, "steps")
    results = read_results(path, table, params.get("given") or {})
    done = import_results(results, library.load(params["dataset"]), params.get("title") or "")
    return {**asdict(done), "notes": list(done.notes)}
