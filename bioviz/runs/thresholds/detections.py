"""Kept thresholds applied to recordings, labelled or not: what is detected, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput
from bioviz.models import registry
from bioviz.progress import Progress, Silent
from bioviz.runs import stages
from bioviz.runs.thresholds.kept_thresholds import KeptThresholds, csv_bytes, get
from bioviz.runs.thresholds.label_scores import compute_label_scores, scored
from bioviz.store.keys import key_of

DETECTIONS = "detections"


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
    return csv_bytes([*head, "chosen_on", "model", "checkpoint"], lines), len(lines)


def detections_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`detections_csv` as a job: params["name"] of kept thresholds, params["dataset"]; the table is kept."""
    content, count = detections_csv(get(params["name"]), params["dataset"], None, progress)
    table = np.frombuffer(content, np.uint8)
    key = key_of(DETECTIONS, 1, _Detections(table))
    stages.save(DETECTIONS, key, {"csv": table}, {"detections": count})
    return {"key": key, "detections": count}


def read_detections(result: Mapping[str, Any]) -> bytes | None:
    """Return the table that a `detections_job` kept; None where it is gone."""
    table_of_job = stages.read(DETECTIONS, str(result["key"]), "csv")
    return None if table_of_job is None else table_of_job[0].tobytes()


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
