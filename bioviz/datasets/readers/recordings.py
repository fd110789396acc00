"""Recordings without annotations: every window is there to be looked at, none has a label."""

from __future__ import annotations

from pathlib import Path

from bioviz.datasets.options import Options
from bioviz.datasets.readers.base import RawDataset
from bioviz.datasets.readers.files import Files
from bioviz.errors import BadInput

name = "recordings"
title = "Recordings without annotations"


def sniff(root: Path) -> float:
    return 0.25 if Files.below(root).audio else 0.0


def read(root: Path, options: Options) -> RawDataset:
    files = Files.below(root)
    if not files.audio:
        raise BadInput(f"{root} holds no audio that can be read (wav, flac, ogg, mp3, aiff and others).")
    return RawDataset("detection", tuple(files.recording(name) for name in files.audio))
