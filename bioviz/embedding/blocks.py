"""Blocks: the embeddings of one recording, stored by content. Damaged ones are dropped, as if never stored."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.typing import DTypeLike

from bioviz.config import settings
from bioviz.store.arrays import load_array, save_array
from bioviz.store.files import Corrupt
from bioviz.store.locks import try_lock
from bioviz.store.usage import touch

log = logging.getLogger(__name__)


class BlockStore:
    """Blocks of one kind, in `cache_dir/blocks/<kind>/`.

    Parameters
    ----------
    kind
        Folder name; what the blocks have in common (the model's fingerprint, say).
    columns
        Width of every block; None where any will do.
    dtype
        Of what is stored.

    """

    def __init__(self, kind: str, columns: int | None, dtype: DTypeLike = np.float32) -> None:
        self.kind = kind
        self._folder = settings().cache_dir / "blocks" / kind
        self._locks = settings().cache_dir / "locks" / kind
        self._columns, self._dtype = columns, np.dtype(dtype)

    def path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.npy"

    def has(self, key: str) -> bool:
        """Whether there is a block, without checking it."""
        return self.path(key).is_file()

    def save(self, key: str, block: np.ndarray) -> None:
        """Store (n, columns). Raises DiskFull."""
        save_array(self.path(key), block)

    def load(self, key: str, rows: int) -> np.ndarray | None:
        """Return the (rows, columns) block, or None where there is none or it was damaged (then dropped)."""
        path = self.path(key)
        try:
            block = load_array(path)
            width = block.shape[1] if self._columns is None and block.ndim == 2 else self._columns
            if block.shape != (rows, width) or block.dtype != self._dtype:
                raise Corrupt(f"{path} is damaged: it has the wrong shape.")
        except FileNotFoundError:
            return None
        except Corrupt as error:
            log.warning("%s It is dropped and computed again.", error)
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        touch(path)
        return block

    def claim(self, shard: str) -> FileLock | None:
        """Claim the right to compute the blocks of a shard until `.release()`; None where another has it."""
        return try_lock(self._locks / f"{shard}.lock")
