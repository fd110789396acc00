"""A folder per class: root/[audio/][train/]class/[anything/]file. The folder's name is the label."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bioviz.datasets.formats.annotated import other_tables
from bioviz.datasets.formats.base import RawDataset, RawRecording
from bioviz.datasets.formats.scan import Files
from bioviz.datasets.options import Options
from bioviz.datasets.problems import problem
from bioviz.datasets.recorded_at import time_from_name
from bioviz.datasets.splits import as_split
from bioviz.errors import BadInput

name = "folders"
title = "A folder per class"
own_options = ("ignore",)


def _classes(names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """(label, split) of every file that lies in a class folder."""
    folders = {name: name.split("/")[:-1] for name in names if "/" in name}
    splits = {}
    for name, parts in folders.items():
        # train/ and test/ are splits only where a class folder follows.
        position = next((i for i, part in enumerate(parts[:-1]) if as_split(part)), None)
        splits[name] = as_split(parts[position]) if position is not None else ""
        folders[name] = parts if position is None else parts[:position] + parts[position + 1 :]
    if not folders:
        return {}
    # Folders that all files share (audio/) say nothing, but the last one is the class.
    shared = 0
    shortest = min(len(parts) for parts in folders.values())
    while shared < shortest - 1 and len({parts[shared] for parts in folders.values()}) == 1:
        shared += 1
    return {name: (parts[shared], splits[name]) for name, parts in folders.items()}


def sniff(root: Path) -> float:
    found = _classes(Files.below(root).audio)
    if not found:
        return 0.0
    # Folders of recordings with the time in their names are places rather than classes.
    timed = sum(time_from_name(name) is not None for name in found)
    if timed > len(found) / 2:
        return 0.2
    return 0.5 if len({label for label, _ in found.values()}) > 1 else 0.3


def read(root: Path, options: Options) -> RawDataset:
    files = Files.below(root)
    found = _classes(files.audio)
    if not found:
        raise BadInput(f"{root} holds no folders with recordings in them, one a class.")
    recordings: list[RawRecording] = [
        files.recording(name, labels=(label,), split=split) for name, (label, split) in found.items()
    ]
    problems = [
        problem("unlisted", name, "it lies in no class folder") for name in files.audio if name not in found
    ]
    # What the folders say holds, whatever a table beside them may say; but such a table is named.
    accounts, asked, _ = other_tables(files, options)
    return RawDataset(
        "classification",
        tuple(recordings),
        problems=tuple(problems + asked),
        accounts=tuple(accounts),
        reader=name,
    )
