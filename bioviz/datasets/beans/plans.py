"""How the datasets of BEANS are cut into clips: as its `datasets.yml` says, or known for folders without one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bioviz.datasets.beans import labels as beans_labels
from bioviz.datasets.splits import SPLITS
from bioviz.datasets.tables.text import read_text
from bioviz.datasets.types import Task
from bioviz.errors import BadInput


@dataclass(frozen=True)
class Plan:
    """One dataset of BEANS: clip length (the longest kept, or the window), hop, rate in Hz."""

    task: Task
    width_s: float
    hop_s: float
    sample_rate: int
    unknown_label: str | None = None
    labels: tuple[str, ...] | None = None
    files: tuple[tuple[str, str], ...] = ()  # (split, path as written)


# As in BEANS's datasets.yml, for folders without it. The label lists are in `beans.labels`.
_PLANS: dict[str, Plan] = {
    "esc50": Plan("classification", 5, 5, 44_100),
    "speech-commands": Plan("classification", 1, 1, 16_000),
    "watkins": Plan("classification", 3, 3, 44_100),
    "bats": Plan("classification", 5, 5, 250_000),
    "cbi": Plan("classification", 10, 10, 44_100),
    "dogs": Plan("classification", 10, 10, 44_100),
    "humbugdb": Plan("classification", 3, 3, 44_100),
    "dcase": Plan("detection", 2, 1, 16_000),
    "enabirds": Plan("detection", 2, 1, 32_000, "OTHR"),
    "hiceas": Plan("detection", 10, 5, 22_050),
    "rfcx": Plan("detection", 10, 5, 48_000),
    "hainan-gibbons": Plan("detection", 4, 2, 9_600, "1"),
}
PLANS: dict[str, Plan] = {
    name: replace(plan, labels=beans_labels.published()[name]) for name, plan in _PLANS.items()
}


def plans_in(root: Path) -> dict[str, Plan]:
    """Return the datasets that a folder's `datasets.yml` describes.

    Raises
    ------
    BadInput
        It is not such a file.

    """
    import yaml

    try:
        entries = yaml.safe_load(read_text(root / "datasets.yml"))
        return {str(entry["name"]): _plan(entry) for entry in entries}
    except (yaml.YAMLError, TypeError, KeyError, ValueError, OverflowError, RecursionError) as error:
        raise BadInput(f"datasets.yml is not as BEANS writes it: {error}.") from error


def _plan(entry: Mapping[str, Any]) -> Plan:
    detection = entry["type"] == "detection"
    width = float(entry["window_width" if detection else "max_duration"])
    unknown = entry.get("unknown_label")
    return Plan(
        task="detection" if detection else "classification",
        width_s=width,
        hop_s=float(entry["window_shift"]) if detection else width,
        sample_rate=int(entry["sample_rate"]),
        unknown_label=None if unknown is None else str(unknown),
        labels=tuple(map(str, entry["labels"])),
        files=tuple((split, str(entry[f"{split}_data"])) for split in SPLITS if f"{split}_data" in entry),
    )
