"""Real recordings that plants are made of: those that thresholds were chosen on, and those held out.

They lie in the folder `shared/data` beside the project; what is not there is left out.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from bioviz.audio.decode import load_clip
from tests.conftest import REAL_DATA

ESC50 = REAL_DATA / "esc50_animals"
OTHERS = Path(os.environ.get("BIOVIZ_ESC50_OTHERS") or REAL_DATA / "harder" / "esc50_others")
HARDER = REAL_DATA / "harder"
BIRD_OTHERS = Path(os.environ.get("BIOVIZ_BIRD_OTHERS") or REAL_DATA / "harder" / "bird_others")
FINCH = REAL_DATA / "field_detection" / "audio" / "koumura_bengalese_finch"
RATE = 16000
WHY_NOT = "" if (ESC50 / "metadata.csv").is_file() else "shared/data/esc50_animals is not here"
WINDOW_S = 5.0
A_RECORDING = 3
"""Clips of a label taken from one field recording, and twice as many of its background."""


@dataclass(frozen=True)
class Source:
    """Clips with labels.

    Attributes:
        names: (T,) background first. targets: (n,) int, 0 background. sounds: (n, S) float32 at `RATE`.
        units: (n,) int, recording of each. pool: (n,) int, which calls are mixed with which background.
    """

    names: tuple[str, ...]
    targets: np.ndarray
    sounds: np.ndarray
    units: np.ndarray
    pool: np.ndarray


@cache
def source(name: str) -> Source:
    """By its name in `SOURCES`."""
    return SOURCES[name][1]()


def here(name: str) -> bool:
    return all(path.exists() for path in SOURCES[name][2])


def _listed(folder: Path, half: str = "") -> Source:
    """Clips of 5 s with a row each in `metadata.csv`, each its own recording as the page takes them."""
    rows = [row for row in _rows(folder / "metadata.csv") if not half or row["half"] == half]
    sounds = np.stack([load_clip(folder / row["path"], 0, WINDOW_S, RATE) for row in rows])
    return _source([row["label"] for row in rows], list(sounds), list(range(len(rows))), [0] * len(rows))


def _presence(folder: Path = HARDER / "bird_presence") -> Source:
    """Is any bird audible in 10 s? One label, 157 recordings by telephones and recorders all over the world."""
    rows = _rows(folder / "metadata.csv")
    sounds = [load_clip(folder / row["path"], 0, 10.0, RATE) for row in rows]
    pool = [row["site"] for row in rows]
    return _source([row["label"] for row in rows], sounds, list(range(len(rows))), pool)


def _field() -> Source:
    """Boobook, three fish and a finch, each in the background of its own place, the finch's from bird_presence."""
    labels: list[str] = []
    sounds: list[np.ndarray] = []
    units: list[str] = []
    pool: list[str] = []

    def add(label: str, path: Path, start_s: float, place: str) -> None:
        labels.append(label)
        sounds.append(load_clip(path, start_s, start_s + WINDOW_S, RATE))
        units.append(path.name)
        pool.append(place)

    for place in ("boobook_sites", "tagus_fish"):
        folder = HARDER / place
        lengths = {row["path"]: float(row["duration_s"]) for row in _rows(folder / "recordings.csv")}
        boxes = _rows(folder / "annotations.csv")
        for path, length in lengths.items():
            own = [row for row in boxes if row["path"] == path and row["label"] != "background"]
            for label, start_s in _windows(own, length):
                add(label, folder / path, start_s, place)
    for row in _rows(HARDER / "bird_presence" / "metadata.csv"):
        if row["label"] == "background":
            add("background", HARDER / "bird_presence" / row["path"], 2.0, "finch")
    for path in sorted(FINCH.glob("*.flac")):
        add("finch", path, 0.0, "finch")
    return _source(labels, sounds, units, pool)


def _windows(boxes: list[dict[str, str]], length_s: float) -> Iterator[tuple[str, float]]:
    """(label, start in s) of windows that hold one label's boxes alone, or none at all, spread over a recording."""
    starts = np.arange(0, length_s - WINDOW_S + 1e-6, WINDOW_S)
    of: dict[str, list[float]] = {}
    for start in starts:
        inside = {
            row["label"]
            for row in boxes
            if float(row["start_s"]) < start + WINDOW_S and float(row["end_s"]) > start
        }
        if len(inside) < 2:
            of.setdefault(next(iter(inside), "background"), []).append(float(start))
    for label, found in of.items():
        most = A_RECORDING * (2 if label == "background" else 1)
        for i in np.unique(np.linspace(0, len(found) - 1, min(most, len(found))).astype(int)):
            yield label, found[i]


def _source(labels: list[str], sounds: list[np.ndarray], units: list, pool: list) -> Source:
    names = ("background", *sorted(set(labels) - {"background"}))
    codes = [np.unique(np.array(each), return_inverse=True)[1] for each in (units, pool)]
    return Source(names, np.array([names.index(label) for label in labels]), np.stack(sounds), *codes)


def _rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def animals_and_background() -> tuple[list[str], list[str]]:
    """Paths of the clips of animals and of the others, below `ESC50`."""
    rows = _rows(ESC50 / "metadata.csv")
    return tuple(
        [row["path"] for row in rows if (row["label"] != "background") == side] for side in (True, False)
    )


@cache
def uploads() -> np.ndarray:
    """(n,) int64: the upload that each clip of esc50_animals was cut from; its own where it is not known."""
    known = [row["freesound_url"] or row["path"] for row in _rows(ESC50 / "metadata.csv")]
    return np.unique(known, return_inverse=True)[1]


SOURCES: dict[str, tuple[str, Callable[[], Source], tuple[Path, ...]]] = {
    "animals": ("ESC-50 animals, on which thresholds were chosen", lambda: _listed(ESC50), (ESC50,)),
    "tune": ("other classes of ESC-50, half to tune on", lambda: _listed(OTHERS, "tune"), (OTHERS,)),
    "judge": ("held out: other classes of ESC-50", lambda: _listed(OTHERS, "judge"), (OTHERS,)),
    "field": ("held out: boobook, fish, finch", _field, (HARDER / "boobook_sites", FINCH)),
    "presence": ("held out: bird_presence", _presence, (HARDER / "bird_presence",)),
    "birds": ("never looked at before: other birds", lambda: _presence(BIRD_OTHERS), (BIRD_OTHERS,)),
}
"""Name to (title, how it is read, folders that it needs)."""
