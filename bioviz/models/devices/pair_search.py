"""All pairs of rows on a GPU: which rows may be among the nearest of others. Imports torch when it is used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bioviz.config import settings
from bioviz.models.devices.device import check_device, exact_float32
from bioviz.models.devices.hardware import shows_a_gpu
from bioviz.models.devices.names import ALL

if TYPE_CHECKING:
    import torch

Groups = tuple[np.ndarray | None, np.ndarray | None]
"""(n,) groups of rows, and (n,) a further one that each row, as a query, has no neighbors in."""
DEVICE_BLOCK_BYTES = 1 << 30


class PairSearch:
    """Candidates for neighbors among all pairs; the embedding must fit into the GPU's memory beside a block of keys.

    Parameters
    ----------
    x, squares, penalty, device
        As `analysis.rows.Rows`; where to compute.

    """

    block_bytes = DEVICE_BLOCK_BYTES

    def __init__(self, x: np.ndarray, squares: np.ndarray, penalty: np.ndarray, device: str) -> None:
        import torch

        exact_float32()
        self._x = torch.from_numpy(x).to(device)
        self._added = torch.from_numpy(squares + penalty).to(device)
        self._no_direction = torch.from_numpy(penalty > 0).to(device)
        self._groups: dict[int, torch.Tensor] = {}

    def candidates(
        self, queries: np.ndarray, groupings: Sequence[Groups], n: int, count: int
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """As `analysis.neighbors.candidates.Search`."""
        import torch

        own = torch.from_numpy(np.asarray(queries, dtype=np.int64)).to(self._x.device)
        keys = torch.addmm(self._added[None, :n], self._x[own], self._x[:n].T, alpha=-2)
        keys[self._no_direction[own]] = torch.arange(n, dtype=torch.float32, device=own.device)
        is_candidate = own < n
        keys[torch.nonzero(is_candidate)[:, 0], own[is_candidate]] = torch.inf
        for left_out, further in groupings:
            if left_out is not None:
                groups = self._on_device(left_out)
                keys.masked_fill_(groups[own, None] == groups[None, :n], torch.inf)
                if further is not None:
                    second = self._on_device(further)
                    keys.masked_fill_(second[own, None] == groups[None, :n], torch.inf)
            nearest, chosen = torch.topk(keys, count, dim=1, largest=False, sorted=False)
            yield chosen.cpu().numpy(), torch.isinf(nearest).cpu().numpy()

    def _on_device(self, groups: np.ndarray) -> torch.Tensor:
        import torch

        if id(groups) not in self._groups:
            self._groups[id(groups)] = torch.from_numpy(np.ascontiguousarray(groups)).to(self._x.device)
        return self._groups[id(groups)]


def search_device(rows: int, columns: int) -> str | None:
    """Return the GPU on which all pairs of so many rows can be searched; None where there is none, or it is too small.

    It is the one that the settings name; of all the first. torch is asked only where the system shows a GPU.

    Raises
    ------
    BadInput
        The settings name a GPU that is not there.

    """
    chosen = settings().device or "cuda"
    if not (chosen == ALL or chosen.startswith("cuda")) or not shows_a_gpu():
        return None
    import torch

    if not torch.cuda.is_available():
        return None
    device = check_device("cuda" if chosen == ALL else chosen)
    free, _ = torch.cuda.mem_get_info(device)
    return device if 4 * rows * columns + 3 * DEVICE_BLOCK_BYTES < free else None
