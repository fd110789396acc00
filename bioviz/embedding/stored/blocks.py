"""Blocks: the embeddings of one recording, stored by content. Damaged ones are dropped, as if never stored.

A block is a file of its own, or lies in a pack with those that were finished at about the same time.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from bioviz.config import settings
from bioviz.store.arrays import load_array, save_array
from bioviz.store.claims.locks import Claim, try_lock, uses_leases
from bioviz.store.files import Corrupt
from bioviz.store.packs import packs_in
from bioviz.store.usage import touch

log = logging.getLogger(__name__)


ALONE_BYTES = 4 << 20
"""Blocks from this size on get files of their own, which can be removed one by one."""


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
        self._packs = packs_in(self._folder / "packs")

    def path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.npy"

    def has(self, key: str) -> bool:
        """Whether there is a block, without checking it."""
        return self._packs.has(key) or self.path(key).is_file()

    def look_again(self, keys: Iterable[str] = ()) -> None:
        """See what other processes, on other computers too, have stored until now.

        Parameters
        ----------
        keys
            Of blocks that may lie in files of their own.

        """
        parents = {self.path(key).parent for key in keys}
        for folder in (self._folder, self._folder / "packs", *sorted(parents)):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                os.listdir(folder)  # makes a network file system ask anew
        self._packs.look_again()

    def save(self, key: str, block: np.ndarray) -> None:
        """Store (n, columns). Raises DiskFull."""
        save_array(self.path(key), block)

    def save_all(self, blocks: Sequence[tuple[str, np.ndarray]]) -> None:
        """Store the blocks of several keys, the small ones with one commit. Raises DiskFull."""
        small = [each for each in blocks if each[1].nbytes < ALONE_BYTES and each[1].dtype == self._dtype]
        together = {key for key, _ in small} if len(small) > 1 else set()
        for key, block in blocks:
            if key not in together:
                self.save(key, block)
        if together:
            self._packs.add(small)

    def load(self, key: str, rows: int) -> np.ndarray | None:
        """Return the (rows, columns) block, or None where there is none or it was damaged (then dropped)."""
        block = self._packs.load(key)
        if block is None:
            return self._load_file(key, rows)
        if not self._fits(block, rows):
            log.warning("A block in %s has the wrong shape. It is dropped and computed again.", self._folder)
            self._packs.drop(key)
            return None
        return block

    def _fits(self, block: np.ndarray, rows: int) -> bool:
        width = block.shape[1] if self._columns is None and block.ndim == 2 else self._columns
        return block.shape == (rows, width) and block.dtype == self._dtype

    def _load_file(self, key: str, rows: int) -> np.ndarray | None:
        path = self.path(key)
        try:
            block = load_array(path)
            if not self._fits(block, rows):
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

    def claim(self, shard: str, keys: Iterable[str] = ()) -> Claim | None:
        """Claim the right to compute the blocks `keys` of a shard until `.release()`; None where another has it."""
        claim = try_lock(self._locks / f"{shard}.lock")
        # Whoever had it may have stored some just before.
        if claim is not None and uses_leases(self._locks):
            self.look_again(keys)
        else:
            self._packs.look_again()
        return claim
