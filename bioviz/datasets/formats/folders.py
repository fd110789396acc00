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
    """Return the place of every file that lies in a class folder; nothing where no folder names a class."""
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
    return {
        name: class_folder for name, class_folder in places.items() if not _is_no_class(class_folder.label)
    }


def _is_no_class(folder: str) -> bool:
    return plain(folder) in GENERIC_FOLDERS or bool(as_split(folder))


def sniff(root: Path) -> float:
    classes = _classes(Files.below(root).audio)
    if not classes:
        return 0.0
    # Folders of recordings with the time in their names are places rather than classes.
    timed = sum(time_from_name(name) is not None for name in classes)
    if timed > len(classes) / 2:
        return 0.2
    return 0.5 if len({class_folder.label for class_folder in classes.values()}) > 1 else 0.3


def read(root: Path, options: Options) -> RawDataset:
    files = Files.below(root)
    classes = _classes(files.audio)
    if not classes:
        raise BadInput(f"{root} holds no folders with recordings in them, one a class.")
    stray, problems = _stray(classes, options)
    recordings: list[RawRecording] = [
        files.recording(name, labels=(class_folder.label,), split=class_folder.split)
        for name, class_folder in classes.items()
        if name not in stray
    ]
    problems += [
        problem("unlisted", name, "it lies in no class folder") for name in files.audio if name not in classes
    ]
    labels = sorted({class_folder.label for class_folder in classes.values()})
    if len(labels) == 1 and not options.is_background(labels[0]):
        detail = "every recording gets this label; if it is no label, name the recordings in a table"
        problems.append(problem("one_folder", labels[0], detail))
    # What the folders say holds, whatever a table beside them may say; but such a table is named.
    accounts, questions, _ = other_tables(files, options)
    return RawDataset(
        "classification",
        tuple(recordings),
        problems=tuple(problems + questions),
        accounts=tuple(accounts),
        reader=name,
    )


def _stray(classes: Mapping[str, _Place], options: Options) -> tuple[set[str], list[Problem]]:
    """Files whose class is in doubt, and a word on folders that lie beside files in a class folder."""
    direct = {class_folder.label for class_folder in classes.values() if not class_folder.below}
    inner = Counter(
        (class_folder.label, class_folder.below) for class_folder in classes.values() if class_folder.below
    )
    left_out, problems = set(), []
    for (label, below), count in sorted(inner.items()):
        folder = "/".join((label, *below))
        of_background = any(options.is_background(part) for part in below)
        if of_background and not options.is_background(label):
            detail = f"recordings left out: {count}. The folder means background, and lies in that of {label}"
            kind = "unlisted"
            left_out |= {
                name
                for name, class_folder in classes.items()
                if (class_folder.label, class_folder.below) == (label, below)
            }
        elif label in direct:
            kind = "stray"
            detail = f"recordings that get the label {label}, as those beside the folder: {count}"
        else:
            continue  # species/individual/file all through
        problems.append(problem(kind, folder, detail))
    return left_out, problems
