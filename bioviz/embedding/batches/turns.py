"""Jobs that embed on one GPU take turns: two at once would halve each other's batches, and be no quicker."""

from __future__ import annotations

import contextlib
import os
import platform
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from bioviz.config import settings
from bioviz.store.claims.locks import locked

if TYPE_CHECKING:
    import torch


@contextlib.contextmanager
def turn_on(device: torch.device, waiting: Callable[[], object]) -> Iterator[None]:
    """Hold a GPU of this computer until the context ends; a processor is shared.

    Parameters
    ----------
    waiting
        Called now and then while another job has it; may raise (Cancelled, say) to give up.

    """
    if device.type != "cuda":
        yield
        return
    # The cache may lie on a disk that computers share.
    name = f"gpu-{platform.node()}-{_computers_own(device.index or 0)}.lock"
    with locked(settings().cache_dir / "locks" / name, waiting):
        yield


def _computers_own(index: int) -> str:
    """Return what a computer calls the GPU that a process sees as its number `index`.

    A process that is shown some of them alone (`CUDA_VISIBLE_DEVICES`, as a cluster's workers are) counts from 0.
    """
    shown = [each.strip() for each in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")]
    return re.sub(r"[^\w-]", "-", shown[index]) if index < len(shown) and shown[index] else str(index)
