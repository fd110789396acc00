"""A process that opens caches when it is told to: `python -m tests.store.opens_together KEY NAME ...`.

For each name it reads a moment (seconds since 1970), waits for it, opens that cache, keeps the key in it, and prints
what it finds there.
"""

from __future__ import annotations

import sys
import time

from bioviz.config import settings
from bioviz.store.disk import open_cache

if __name__ == "__main__":
    own, *names = sys.argv[1:]
    for name in names:
        moment = float(sys.stdin.readline())
        while time.time() < moment:
            pass
        with open_cache(settings(), name) as cache:
            cache.set(own, own)
            print(cache.get(own), flush=True)
