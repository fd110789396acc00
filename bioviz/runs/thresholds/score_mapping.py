"""Which scores of a model stand for which labels of a dataset, where the user said so; kept beside the thresholds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from bioviz import rights
from bioviz.config import settings
from bioviz.datasets.library import checked_id
from bioviz.store.files import Corrupt, read_json, write_json

MOST = 2000
"""Scores that may stand for one label."""


def read_mapping(dataset_id: str, model: str, checkpoint: str) -> dict[str, tuple[str, ...]]:
    """Return label -> names of scores, for the labels that somebody mapped; none where the file is damaged."""
    try:
        mapping = read_json(_file(dataset_id, model, checkpoint))
    except (FileNotFoundError, Corrupt):
        return {}
    if not isinstance(mapping, dict):
        return {}
    return {
        str(label): tuple(str(name) for name in names[:MOST])
        for label, names in mapping.items()
        if isinstance(names, list)
    }


def map_label(dataset_id: str, model: str, checkpoint: str, label: str, names: Sequence[str] | None) -> None:
    """Say which scores stand for a label: the highest of them counts; None goes back to matching by name."""
    map_labels(dataset_id, model, checkpoint, {label: names})


def map_labels(
    dataset_id: str, model: str, checkpoint: str, said: Mapping[str, Sequence[str] | None]
) -> None:
    """`map_label` of several labels at once; what was said of others stays."""
    rights.require()
    mapping: Mapping[str, tuple[str, ...]] = read_mapping(dataset_id, model, checkpoint)
    changed = {each: list(value) for each, value in mapping.items() if each not in said}
    changed |= {label: list(names[:MOST]) for label, names in said.items() if names is not None}
    write_json(_file(dataset_id, model, checkpoint), changed)


def _file(dataset_id: str, model: str, checkpoint: str) -> Path:
    name = re.sub(r"[^A-Za-z0-9_-]", "_", f"{model}-{checkpoint}")[:100]
    return settings().cache_dir / "thresholds" / "mappings" / checked_id(dataset_id) / f"{name}.json"
