"""A process that opens caches when it is told to: `python -m tests.store.opens_together KEY NAME ...`.

For each name it waits for a line, opens that cache, keeps the key in it, and prints what it finds there.
"""

from __future__ import annotations

import sys

from bioviz.config import settings
from bioviz.store.disk import open_cache

if __name__ == "__main__":
    own, *names = sys.argv[1:]
    for name in names:
        sys.stdin.readline()
        with open_cache(settings(), name) as cache:
            cache.set(own, own)
            print(cache.get(own), flush=True)
