"""The epochs of the parallel UMAP on a GPU, or on any device of torch's. Imports torch when it is used.

The steps, the tables and the counted random numbers are those of `analysis.projection.parallel_kernel`. What a thread
does there edge by edge for a row is done here for all rows at once, round by round: in a round each row that has a
further edge due moves by it. A row is written by itself alone, and no sum depends on which thread was quicker, so that
one device gives the same bytes each time. Devices of different kinds round differently, which the epochs magnify: their
maps are equally faithful, and differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bioviz.config import settings
from bioviz.errors import BiovizError
from bioviz.models.devices.device import check_device
from bioviz.models.devices.hardware import shows_a_gpu
from bioviz.models.devices.names import ALL

if TYPE_CHECKING:
    import torch

VERSION = 1
"""Raise it when the places of a map change that is laid out on a GPU: it is in the keys of such maps."""
FROM = 20_000
"""Clips from which a GPU lays out a map. Of fewer it takes the processor seconds, and their maps have the same bytes
everywhere."""
_FULL = "The GPU ran out of memory, so that the map was laid out by the processor."
_SIGN = 1 << 63  # torch counts in int64, which wraps as the kernel's uint64 does


class DeviceFull(BiovizError):
    """A device has no room for a layout; its message says so, and that the processor can do it."""


@dataclass(frozen=True)
class Forces:
    """What moves a point, as in `analysis.projection.parallel_kernel`.

    Attributes
    ----------
    pull, push : (t,) float32
        Coefficients by squared distance.
    first, shift : int
        Of a squared distance's bits how many are left out, and the rest of them that stands at place 0.
    halves
        Clips that push for each one that pulls, in each half of an epoch.
    nearer : float32
        Share of their distance that a pull moves a point at most.
    clip : float
        A force is that strong at most, in either direction.

    """

    pull: np.ndarray
    push: np.ndarray
    first: int
    shift: int
    halves: tuple[int, ...]
    nearer: np.float32
    clip: float


@dataclass(frozen=True)
class _Due:
    """The edges of an epoch.

    Attributes
    ----------
    edges : (d,) int64
        In the order of rows.
    rows : (r,) int64
        Those that have any, the ones with most first;
    begins : (r,) int64
        And where theirs begin among `edges`.
    rounds
        How many of the rows have a further edge, round by round.

    """

    edges: torch.Tensor
    rows: torch.Tensor
    begins: torch.Tensor
    rounds: list[int]


class MapEpochs:
    """A map on a device, moved epoch by epoch.

    Parameters
    ----------
    start : (n, 2) float32
    indptr, indices
        The graph's rows, as scipy's CSR matrices have them.
    every : (E,) float32
        Epochs between two draws of an edge.
    seed : int
        Of the random numbers.
    device
        As in `torch.device`.

    Raises
    ------
    DeviceFull
        There is no memory for it.

    """

    def __init__(
        self,
        start: np.ndarray,
        indptr: np.ndarray,
        indices: np.ndarray,
        every: np.ndarray,
        forces: Forces,
        seed: int,
        device: str,
    ) -> None:
        import torch

        def sent(array: np.ndarray) -> torch.Tensor:
            return torch.tensor(array, device=device)

        self._forces, self._seed, self._n = forces, seed, len(start)
        try:
            self._places = sent(start)
            self._rows = sent(np.repeat(np.arange(self._n), np.diff(indptr)))
            self._columns = sent(indices.astype(np.int64))
            self._every, self._due = sent(every), sent(every)
            self._coefficients = sent(np.concatenate([forces.pull, forces.push]))
        except torch.OutOfMemoryError as error:
            raise DeviceFull(_FULL) from error

    def epoch(self, number: int, alpha: np.float32) -> None:
        """Move all points; on a GPU it returns when the epoch before is done.

        Parameters
        ----------
        number : int
            Of the epoch, from 0.
        alpha : float32
            Learning rate, above 0.

        Raises
        ------
        DeviceFull
            There is no memory left, as something else takes it.
        """
        import torch

        try:
            due = self._edges_due(number)
            for half, pushes in enumerate(self._forces.halves):
                self._half(due, 2 * number + half, pushes, alpha)
            self._due[due.edges] += self._every[due.edges]
        except torch.OutOfMemoryError as error:
            raise DeviceFull(_FULL) from error

    def places(self) -> np.ndarray:
        """(n, 2) float32."""
        return self._places.cpu().numpy()

    def _edges_due(self, number: int) -> _Due:
        import torch

        edges = torch.nonzero(self._due <= number)[:, 0]
        row_of = self._rows[edges]
        rows = torch.arange(self._n, device=edges.device)
        begins = torch.searchsorted(row_of, rows)
        count = torch.searchsorted(row_of, rows, right=True) - begins
        descending, order = torch.sort(count, descending=True, stable=True)
        most = int(descending[0])
        further = torch.arange(most, device=edges.device)
        rounds = self._n - torch.searchsorted(descending.flip(0), further, right=True)
        return _Due(edges, order, begins[order], rounds.tolist())

    def _half(self, due: _Due, counter: int, pushes: int, alpha: np.float32) -> None:
        """Each due edge pulls its row, and for each that does `pushes` clips drawn by lot push it."""
        import torch

        if not due.rounds:
            return
        forces, step_of = self._forces, float(alpha)
        theirs = self._places[self._others(due.edges, counter, pushes)]
        table = torch.full((1 + pushes,), len(forces.pull), device=theirs.device)
        table[0] = 0
        most = float(-forces.nearer / alpha)
        moved = self._places[due.rows[: due.rounds[0]]]
        for number, rows in enumerate(due.rounds):
            away = moved[:rows, None] - theirs[due.begins[:rows] + number]
            x, y = away.unbind(2)
            bits = (x * x + y * y).view(torch.int32) >> forces.shift
            at = (bits - forces.first).clamp(0, len(forces.pull) - 1)
            strength = self._coefficients[table + at]
            strength[:, 0].clamp_(min=most)
            step = (strength[:, :, None] * away).clamp(-forces.clip, forces.clip).sum(1)
            moved[:rows] += step_of * step
        after = self._places.clone()
        after[due.rows[: due.rounds[0]]] = moved
        self._places = after

    def _others(self, edges: torch.Tensor, counter: int, pushes: int) -> torch.Tensor:
        """(d, 1 + pushes) int64: who pulls because of each edge, and who pushes."""
        import torch

        random = _counted(self._seed, counter, edges)
        others = [self._columns[edges]]
        for _ in range(pushes):
            random = random * 6364136223846793005 + 1442695040888963407
            others.append((_right(random, 32) * self._n) >> 32)
        return torch.stack(others, 1)


def map_device(clips: int, edges: int, pushes: int, wanted: str | None = None) -> tuple[str | None, str]:
    """Return the GPU that is to lay out a map, None for the processor, and why it is the processor where a GPU is full.

    torch is asked only where the system shows a GPU, and only a CUDA device is taken.

    Parameters
    ----------
    clips, edges, pushes : int
        Of the map: points, edges at most, clips that push for each one that pulls.
    wanted
        Where to compute, as the settings name devices; what they say where None.

    Raises
    ------
    BadInput
        There is no such GPU.
    """
    chosen = wanted or settings().device or "cuda"
    if clips < FROM or not (chosen == ALL or chosen.startswith("cuda")) or not shows_a_gpu():
        return None, ""
    import torch

    if not torch.cuda.is_available():
        return None, ""
    device = check_device("cuda" if chosen == ALL else chosen)
    needed, (free, _) = bytes_needed(clips, edges, pushes), torch.cuda.mem_get_info(device)
    if needed < free:
        return device, ""
    return None, (
        f"The map was laid out by the processor, as the GPU has {free / 1e9:.1f} GB free and it may take "
        f"{needed / 1e9:.1f} GB."
    )


def bytes_needed(clips: int, edges: int, pushes: int) -> int:
    """Memory of the device that a layout takes at most: where all edges are due in one epoch."""
    of_the_map = edges * (8 + 8 + 4 + 4) + clips * (8 + 8)
    of_an_epoch = edges * (8 + 8 + 8) + clips * 8 * 6
    of_a_half = edges * (8 * (2 + pushes) + (1 + pushes) * (8 + 8))
    of_a_round = clips * (1 + pushes) * (8 + 8 + 4 * 6)
    return of_the_map + of_an_epoch + of_a_half + of_a_round


def _counted(seed: int, counter: int, edges: torch.Tensor) -> torch.Tensor:
    """(d,) int64 with the bits of `parallel_kernel._counted`."""
    x = edges * _signed(0x165667B19E3779F9) ^ _signed(
        seed * 0x9E3779B97F4A7C15 ^ counter * 0xC2B2AE3D27D4EB4F
    )
    for _ in range(2):
        x = (x ^ _right(x, 32)) * _signed(0xD6E8FEB86659FD93)
    return x ^ _right(x, 32)


def _right(x: torch.Tensor, bits: int) -> torch.Tensor:
    """Shift to the right as uint64 does: no sign follows."""
    return (x >> bits) & ((1 << (64 - bits)) - 1)


def _signed(bits: int) -> int:
    """Return the int64 that has the last 64 of these bits."""
    return ((bits + _SIGN) & ((1 << 64) - 1)) - _SIGN
