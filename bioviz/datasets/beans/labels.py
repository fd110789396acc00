"""The labels of the datasets of BEANS in their published order, which decides the target of a clip with several.

`labels.json` beside this file holds the facts and names their source.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cache
from pathlib import Path

MIN_KNOWN = 0.5
"""Share of the labels in a folder that a published list must hold to be taken for the list of that folder."""


@cache
def published() -> dict[str, tuple[str, ...]]:
    """Name of each dataset of BEANS to its labels."""
    return {name: tuple(entry["labels"]) for name, entry in _facts().items()}


@cache
def folders() -> dict[str, str]:
    """Folder of each dataset within BEANS's folder `data`, in lower case, to its name."""
    return {entry["folder"].lower(): name for name, entry in _facts().items()}


def fits(name: str, labels: Collection[str]) -> bool:
    """Whether the labels that occur in a folder can be those of a dataset of BEANS."""
    known = sum(label in published()[name] for label in set(labels))
    return known >= MIN_KNOWN * len(set(labels))


def by_labels(names: Collection[str], labels: Collection[str]) -> str | None:
    """Return the one of `names` whose list holds every label; None where none does, or several.

    Numbers tell nothing: any dataset may have the labels 1, 2 and 3.
    """
    wanted = {label for label in labels if not label.isdecimal()}
    able = [name for name in names if wanted and set(labels) <= set(published()[name])]
    return able[0] if len(able) == 1 else None


def _facts() -> dict[str, dict]:
    return json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))["datasets"]
