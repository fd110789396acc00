"""Thresholds that users keep: with all that they rest on, as tables, and applied to other recordings."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bioviz import __version__, rights
from bioviz.analysis.thresholds.thresholds import LabelThreshold
from bioviz.config import settings
from bioviz.datasets import library
from bioviz.datasets.tables.formulas import defused
from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput, Missing
from bioviz.models import registry
from bioviz.progress import Progress, Silent
from bioviz.runs import stages
from bioviz.runs.label_scores import compute_label_scores, scored
from bioviz.runs.thresholds import RunThresholds
from bioviz.store.files import Corrupt, read_json, write_json
from bioviz.store.keys import key_of

LONGEST_NAME = 60
DETECTIONS = "detections"


@dataclass(frozen=True)
class KeptThresholds:
    """Thresholds of one model, with where they come from.

    Attributes
    ----------
    name
        The user's.
    dataset, dataset_name, version
        Id, name and version of the dataset that they were chosen on.
    model, checkpoint, seed, fingerprint
        What scores.
    scale
        "logit", "probability" or "": what the scores are.
    wanted
        The precision that was asked for.
    labels
        `analysis.thresholds.LabelThreshold` as dicts, of the labels that have a threshold.
    mapping
        Label to the names of the scores that stand for it.
    created, bioviz
        ISO time in UTC; version of the program.

    """

    name: str
    dataset: str
    dataset_name: str
    version: str
    model: str
    checkpoint: str
    seed: int
    fingerprint: str
    scale: str
    wanted: float
    labels: tuple[dict[str, Any], ...]
    mapping: Mapping[str, Sequence[str]]
    created: str
    bioviz: str


def kept(thresholds: RunThresholds, name: str) -> KeptThresholds:
    """Put together what is kept of a run's thresholds.

    Raises
    ------
    BadInput
        There is no name, or no label has a threshold.

    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(f"Give the thresholds a name of at most {LONGEST_NAME} letters.")
    usable = tuple(asdict(label) for label in thresholds.result.labels if label.usable)
    if not usable:
        raise BadInput("No label has a threshold, so there is nothing to keep.")
    asked = thresholds.asked
    return KeptThresholds(
        name,
        asked.dataset.id,
        asked.dataset.name,
        asked.dataset.version,
        asked.model,
        asked.checkpoint,
        asked.seed,
        registry.fingerprint(asked.model, asked.checkpoint, asked.seed, "float32"),
        asked.scale,
        thresholds.result.wanted,
        usable,
        {each["name"]: list(asked.mapping.get(each["name"], ())) for each in usable},
        datetime.now(UTC).isoformat(timespec="seconds"),
        __version__,
    )


def keep(thresholds: KeptThresholds) -> None:
    """Keep thresholds, in place of those of the same name. Raises DiskFull."""
    rights.require()
    write_json(_file(thresholds.name), asdict(thresholds))


def remove(name: str) -> None:
    """Forget thresholds. Raises Missing."""
    rights.require()
    try:
        _file(name).unlink()
    except FileNotFoundError as error:
        raise Missing(f"There are no thresholds {name!r}.") from error


def get(name: str) -> KeptThresholds:
    """Return thresholds by their name.

    Raises
    ------
    Missing
        There are none of this name.
    BadInput
        Their file is damaged.

    """
    try:
        return _read(_file(name))
    except FileNotFoundError as error:
        raise Missing(
            f"There are no thresholds {name!r}. Kept are: {', '.join(each.name for each in every()) or 'none'}."
        ) from error


def every() -> list[KeptThresholds]:
    """Return all thresholds that are kept, the newest first; damaged files are passed over."""
    read = []
    for path in _folder().glob("*.json"):
        try:
            read.append(_read(path))
        except (BadInput, FileNotFoundError):
            continue
    return sorted(read, key=lambda each: (each.created, each.name), reverse=True)


def thresholds_csv(thresholds: KeptThresholds) -> bytes:
    """Thresholds as CSV (UTF-8), one label a line, with what they rest on in every line."""
    own = {
        "wanted_precision": thresholds.wanted,
        "dataset": thresholds.dataset_name,
        "dataset_id": thresholds.dataset,
        "dataset_version": thresholds.version,
        "model": thresholds.model,
        "checkpoint": thresholds.checkpoint,
        "seed": thresholds.seed,
        "model_fingerprint": thresholds.fingerprint,
        "score_scale": thresholds.scale,
        "created": thresholds.created,
        "bioviz": thresholds.bioviz,
    }
    known = [field.name for field in fields(LabelThreshold)]
    head = [*known, "scores", *own]
    lines = [
        [
            *(each.get(name) for name in known),
            " | ".join(thresholds.mapping.get(each["name"], ())),
            *own.values(),
        ]
        for each in thresholds.labels
    ]
    return _csv(head, lines)


def detections_csv(
    thresholds: KeptThresholds,
    dataset_id: str,
    device: str | None = None,
    progress: Progress | None = None,
) -> tuple[bytes, int]:
    """Apply thresholds to a dataset, labelled or not.

    Returns
    -------
    CSV (UTF-8), one detection a line with path, start_s, end_s, label, score and threshold and where these come from;
    and how many detections there are.

    Raises
    ------
    Missing
        The dataset, or what scored, is not here.
    BadInput
        The model is another one than the thresholds were chosen for. Cancelled, DiskFull.

    """
    now = registry.fingerprint(thresholds.model, thresholds.checkpoint, thresholds.seed, "float32")
    if now != thresholds.fingerprint:
        raise BadInput(
            f"{thresholds.model} ({thresholds.checkpoint}) is another one now than when {thresholds.name!r} was kept, "
            "so its scores mean something else. Choose thresholds anew."
        )
    dataset = library.load(dataset_id)
    names = tuple(str(each["name"]) for each in thresholds.labels)
    mapping = {label: tuple(each) for label, each in thresholds.mapping.items()}
    asked = scored(dataset, thresholds.model, thresholds.checkpoint, thresholds.seed, names, mapping)
    scores = np.asarray(compute_label_scores(asked, device, progress or Silent()).value)
    limits = np.array([each["threshold"] for each in thresholds.labels], dtype=np.float64)
    rows, columns = np.nonzero(scores >= limits)  # False for NaN
    lines = [
        _detection(dataset, row, names[j], scores[row, j], thresholds, j)
        for row, j in zip(rows.tolist(), columns.tolist(), strict=True)
    ]
    head = ["path", "start_s", "end_s", "label", "score", "threshold", "precision_where_chosen", "thresholds"]
    return _csv([*head, "chosen_on", "model", "checkpoint"], lines), len(lines)


def detections_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`detections_csv` as a job: params["name"] of kept thresholds, params["dataset"]; the table is kept."""
    content, count = detections_csv(get(params["name"]), params["dataset"], None, progress)
    table = np.frombuffer(content, np.uint8)
    key = key_of(DETECTIONS, 1, _Detections(table))
    stages.save(DETECTIONS, key, {"csv": table}, {"detections": count})
    return {"key": key, "detections": count}


def read_detections(result: Mapping[str, Any]) -> bytes | None:
    """Return the table that a `detections_job` kept; None where it is gone."""
    kept_table = stages.read(DETECTIONS, str(result["key"]), "csv")
    return None if kept_table is None else kept_table[0].tobytes()


@dataclass(frozen=True, eq=False)
class _Detections:
    csv: np.ndarray


def _detection(
    dataset: Dataset, row: int, label: str, score: float, thresholds: KeptThresholds, column: int
) -> list[object]:
    clips, about = dataset.clips, thresholds.labels[column]
    return [
        dataset.recordings[int(clips.recording[row])].name,
        round(float(clips.start_s[row]), 3),
        round(float(clips.end_s[row]), 3),
        label,
        round(float(score), 4),
        about["threshold"],
        about.get("precision"),
        thresholds.name,
        thresholds.dataset_name,
        thresholds.model,
        thresholds.checkpoint,
    ]


def _csv(head: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    for line in lines:
        writer.writerow(["" if value is None else defused(value) for value in line])
    return text.getvalue().encode()


def _folder() -> Path:
    return settings().cache_dir / "thresholds"


def _file(name: str) -> Path:
    """Return the file of a name; names that differ in letters a file name cannot have differ in a number behind it."""
    plain = re.sub(r"[^A-Za-z0-9_-]", lambda match: f"~{ord(match[0]):x}~", name)[:180]
    return _folder() / f"{plain}.json"


def _read(path: Path) -> KeptThresholds:
    try:
        value = read_json(path)
    except Corrupt as error:
        raise BadInput(f"{path} is damaged. Choose these thresholds anew.") from error
    known = {field.name for field in fields(KeptThresholds)}
    try:
        read = KeptThresholds(**{name: each for name, each in value.items() if name in known})
        labels = tuple(dict(each) for each in read.labels)
        complete = all(isinstance(each.get("threshold"), int | float) and each.get("name") for each in labels)
        if not complete or not isinstance(read.mapping, dict):
            raise TypeError("no label with a threshold")
    except (TypeError, AttributeError, ValueError) as error:
        raise BadInput(f"{path} holds no thresholds ({error}). Choose them anew.") from error
    return KeptThresholds(**{**vars(read), "labels": labels})
