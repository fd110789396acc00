"""A map of all clips after every epoch, each started from the one before, so that a page can show how they move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bioviz.analysis.projection.alignment import procrustes
from bioviz.analysis.projection.layouts import ProjectionSpec, project
from bioviz.store.arrays import load_array, save_array
from bioviz.store.files import Corrupt

MAX_CLIPS = 3000
"""Above, the maps would take longer than the epochs."""
FOLDER = "maps"
ROWS = "rows.npy"


@dataclass(frozen=True)
class EpochMaps:
    """The maps of one training, on disk.

    Attributes
    ----------
    rows : (n,) int64
        The clips, as rows of the dataset.
    maps
        (n, 2) float32 of the start and after every epoch, aligned to each other.

    """

    rows: np.ndarray
    maps: tuple[np.ndarray, ...]


def read_maps(work: Path) -> EpochMaps | None:
    """Return the maps in a training's work folder, as far as it is; None where none are drawn."""
    folder = work / FOLDER
    try:
        rows = load_array(folder / ROWS)
        maps = [load_array(path) for path in sorted(folder.glob("[0-9]*.npy"))]
    except (FileNotFoundError, Corrupt):
        return None
    return EpochMaps(rows, tuple(maps)) if maps else None


class MapDrawer:
    """Draws a map after every epoch; what it draws decides nothing of the training.

    Parameters
    ----------
    work
        Of the training.
    rows : (n,) int64
        Clips, as rows of the dataset.
    xy : (n, 2) float32
        Their map before the training.
    embed
        Gives the (n, D) embeddings of `rows` as the network is now.
    spec
        Of the projection.

    """

    def __init__(
        self,
        work: Path,
        rows: np.ndarray,
        xy: np.ndarray,
        embed: Callable[[np.ndarray], np.ndarray],
        spec: ProjectionSpec,
    ) -> None:
        self._folder, self._rows, self._embed, self._spec = work / FOLDER, rows, embed, spec
        stored = read_maps(work)  # of a training that goes on
        self._xy = np.asarray(xy, dtype=np.float32) if stored is None else stored.maps[-1]
        if stored is None:
            self._save(0)
            save_array(self._folder / ROWS, rows)

    def draw(self, epoch: int) -> None:
        """Draw the map after `epoch` (from 1), started from the one before."""
        moved = project(self._embed(self._rows), self._spec, init=self._xy)
        self._xy = procrustes(self._xy, moved)(moved)
        self._save(epoch)

    def _save(self, epoch: int) -> None:
        save_array(self._folder / f"{epoch:04d}.npy", self._xy)
