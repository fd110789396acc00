"""Thresholds that users keep: with all that they rest on, and as a table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bioviz import __version__, rights
from bioviz.analysis.thresholds.thresholds import LabelThreshold
from bioviz.config import settings
from bioviz.datasets.tables.formulas import defused
from bioviz.errors import BadInput, Missing
from bioviz.models import registry
from bioviz.runs.thresholds.of_run import RunThresholds
from bioviz.store.files import Corrupt, read_json, write_json

LONGEST_NAME = 60


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
    return csv_bytes(head, lines)


def csv_bytes(head: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    """Return a table as CSV (UTF-8) whose cells no spreadsheet runs."""
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
