"""What lies in a store of blocks, whether in packs or in files of its own."""

from __future__ import annotations

from pathlib import Path

from bioviz.store.packs import SUFFIX, PackFolder


def packs(folder: Path) -> list[Path]:
    """Pack files at or below a folder."""
    return sorted(folder.rglob(f"*{SUFFIX}"))


def places_of_blocks(folder: Path) -> dict[str, tuple[str, int]]:
    """For each block below a folder, by its key (hashed, in packs): its file and when that was written."""
    found = {path.name: (path.name, path.stat().st_ino) for path in folder.rglob("*.npy")}
    for each in {path.parent for path in packs(folder)}:
        opened = PackFolder(each)
        opened.has("")  # looks at what is there
        for name, (pack, _) in opened._places.items():
            found[name.hex()] = (pack.path.name, pack.path.stat().st_ino)
    return found
