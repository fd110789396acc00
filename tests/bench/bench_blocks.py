"""How many recordings of one clip pass in a second: blocks in files of their own, and in packs, in one run.

python -m tests.bench.bench_blocks [RECORDINGS] [COLUMNS]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

_CACHE = tempfile.TemporaryDirectory()
os.environ["BIOVIZ_CACHE"] = _CACHE.name

from bioviz.embedding.stored.block_writer import BlockWriter  # noqa: E402
from bioviz.embedding.stored.blocks import BlockStore  # noqa: E402


def main(recordings: int = 3000, columns: int = 768) -> None:
    """Write and read them both ways, one after the other and once more, and print recordings a second."""
    rng = np.random.default_rng(0)
    blocks = [(f"{i:064x}", rng.normal(size=(1, columns)).astype(np.float32)) for i in range(recordings)]
    print(f"{recordings:,} recordings of one clip, {columns} columns: recordings a second")
    for turn in range(2):
        files, packed = BlockStore(f"files{turn}", columns), BlockStore(f"packed{turn}", columns)
        started = time.perf_counter()
        with ThreadPoolExecutor(1) as writer:  # as it was: one file a recording from one thread
            list(writer.map(lambda each, store=files: store.save(*each), blocks[: recordings // 3]))
        alone = (recordings // 3) / (time.perf_counter() - started)
        started = time.perf_counter()
        with BlockWriter() as together:
            for key, block in blocks:
                together.put(packed, key, block)
        written = recordings / (time.perf_counter() - started)
        rates = []
        for store, stored in ((files, blocks[: recordings // 3]), (packed, blocks)):
            started = time.perf_counter()
            for key, block in stored:
                found = store.load(key, 1)
                assert found is not None and found.tobytes() == block.tobytes()
            rates.append(len(stored) / (time.perf_counter() - started))
        print(f"written: {alone:8,.0f} in files, {written:8,.0f} in packs ({written / alone:.0f} times)")
        print(f"read:    {rates[0]:8,.0f} in files, {rates[1]:8,.0f} in packs")


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
