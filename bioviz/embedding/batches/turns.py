"""Jobs that embed on one GPU take turns: two at once would halve each other's batches, and be no quicker."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from bioviz.config import settings
from bioviz.store.locks import locked

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
    name = (
        f"gpu-{platform.node()}-{device.index or 0}.lock"  # the cache may lie on a disk that computers share
    )
    with locked(settings().cache_dir / "locks" / name, waiting):
        yield
