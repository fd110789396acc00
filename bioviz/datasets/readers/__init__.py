"""The formats that bioviz reads. A new one is a module with `name`, `title`, `sniff`, `read`, and its name here."""

from __future__ import annotations

from pathlib import Path

from bioviz.datasets.readers import (
    audacity,
    beans,
    birdnet,
    csv_tables,
    folders,
    kaleidoscope,
    raven,
    recordings,
)
from bioviz.datasets.readers.base import RawAnnotation, RawDataset, RawRecording, Reader
from bioviz.errors import BadInput, Missing

READERS: dict[str, Reader] = {
    reader.name: reader
    for reader in (folders, csv_tables, beans, raven, audacity, birdnet, kaleidoscope, recordings)
}

__all__ = ["READERS", "RawAnnotation", "RawDataset", "RawRecording", "Reader", "choose", "sniff_all"]


def sniff_all(root: Path) -> list[tuple[float, str]]:
    """Readers that may read a folder, the surest first: (confidence, name)."""
    found = [(reader.sniff(root), name) for name, reader in READERS.items()]
    return sorted((pair for pair in found if pair[0] > 0), key=lambda pair: -pair[0])


def choose(root: Path, name: str | None = None) -> Reader:
    """The reader of that name, or the one that fits the folder best.

    Raises:
        Missing: no reader of that name.
        BadInput: no reader recognises the folder.
    """
    if name is not None:
        if name not in READERS:
            raise Missing(f"There is no reader {name!r}. Readers: {', '.join(READERS)}.")
        return READERS[name]
    ranked = sniff_all(root)
    if not ranked:
        raise BadInput(f"{root} holds no audio that bioviz can read (wav, flac, ogg, mp3, aiff and others).")
    return READERS[ranked[0][1]]
