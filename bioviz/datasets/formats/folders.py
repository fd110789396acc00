"""A folder per class: root/[audio/][train/]class/[anything/]file. The folder's name is the label.

A folder that is named for what it holds (audio, wav, recordings) or for a split names no class.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bioviz.datasets.files.others import other_tables
from bioviz.datasets.files.scan import Files
from bioviz.datasets.formats.base import RawDataset, RawRecording
from bioviz.datasets.options import Options
from bioviz.datasets.problems import problem
from bioviz.datasets.recorded_at import GENERIC_FOLDERS, time_from_name
from bioviz.datasets.splits import as_split
from bioviz.datasets.tables.text import plain
from bioviz.datasets.types import Problem
from bioviz.errors import BadInput

name = "folders"
title = "A folder per class"

own_options = ("ignore",)


@dataclass(frozen=True)
class _Place:
    """Where a file lies: its class folder, its split, and the folders below the class folder."""

    label: str
    split: str
    below: tuple[str, ...] = ()


def _classes(names: Sequence[str]) -> dict[str, _Place]:
    """The place of every file that lies in a class folder; nothing where no folder names a class."""
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
    places = {
        name: _Place(parts[shared], splits[name], tuple(parts[shared + 1 :]))
        for name, parts in folders.items()
    }
    return {name: place for name, place in places.items() if not _is_no_class(place.label)}


def _is_no_class(folder: str) -> bool:
    return plain(folder) in GENERIC_FOLDERS or bool(as_split(folder))


def sniff(root: Path) -> float:
    found = _classes(Files.below(root).audio)
    if not found:
        return 0.0
    # Folders of recordings with the time in their names are places rather than classes.
    timed = sum(time_from_name(name) is not None for name in found)
    if timed > len(found) / 2:
        return 0.2
    return 0.5 if len({place.label for place in found.values()}) > 1 else 0.3


def read(root: Path, options: Options) -> RawDataset:
    files = Files.below(root)
    found = _classes(files.audio)
    if not found:
        raise BadInput(f"{root} holds no folders with recordings in them, one a class.")
    stray, problems = _stray(found, options)
    recordings: list[RawRecording] = [
        files.recording(name, labels=(place.label,), split=place.split)
        for name, place in found.items()
        if name not in stray
    ]
    problems += [
        problem("unlisted", name, "it lies in no class folder") for name in files.audio if name not in found
    ]
    labels = sorted({place.label for place in found.values()})
    if len(labels) == 1 and not options.is_background(labels[0]):
        detail = "every recording gets this label; if it is no label, name the recordings in a table"
        problems.append(problem("one_folder", labels[0], detail))
    # What the folders say holds, whatever a table beside them may say; but such a table is named.
    accounts, asked, _ = other_tables(files, options)
    return RawDataset(
        "classification",
        tuple(recordings),
        problems=tuple(problems + asked),
        accounts=tuple(accounts),
        reader=name,
    )


def _stray(found: Mapping[str, _Place], options: Options) -> tuple[set[str], list[Problem]]:
    """Files whose class is in doubt, and a word on folders that lie beside files in a class folder."""
    direct = {place.label for place in found.values() if not place.below}
    inner = Counter((place.label, place.below) for place in found.values() if place.below)
    left_out, problems = set(), []
    for (label, below), count in sorted(inner.items()):
        folder = "/".join((label, *below))
        of_background = any(options.is_background(part) for part in below)
        if of_background and not options.is_background(label):
            detail = f"recordings left out: {count}. The folder means background, and lies in that of {label}"
            kind = "unlisted"
            left_out |= {
                name for name, place in found.items() if (place.label, place.below) == (label, below)
            }
        elif label in direct:
            kind = "stray"
            detail = f"recordings that get the label {label}, as those beside the folder: {count}"
        else:
            continue  # species/individual/file all through
        problems.append(problem(kind, folder, detail))
    return left_out, problems
