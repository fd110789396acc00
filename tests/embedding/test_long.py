"""A recording of three hours is embedded in bounded memory, and costs no more a clip than a short one."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

RATE, HOURS = 8000, 3

SCRIPT = """
import resource, sys
from pathlib import Path
import numpy as np
import torch
from bioviz.embedding import compute
from tests.embedding.helpers import Calls, embed, make_dataset, write_wav

def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

compute.AHEAD_BYTES["cpu"] = 8 << 20
root = Path(sys.argv[1])
embed(make_dataset(root, [write_wav(root / "short.wav")]))
before = peak_mb()
starts = np.arange(0, 3 * 3600, 2.0)
found = embed(make_dataset(root, [root / "long.wav"], starts_s=starts), calls := Calls())
assert sum(calls.batches) - len(starts) in range(8)  # each window once, the last batch filled up
assert len(starts) == len(found.matrix) and found.valid.all()
marked = np.flatnonzero(found.matrix[:, 4] > 0.5)
print(peak_mb() - before, *starts[marked])
"""


def sparse_wav(path: Path, clicks_s: list[float]) -> None:
    """Three hours of silence that take no room on the disk, with a click here and there."""
    samples = HOURS * 3600 * RATE
    head = struct.pack(
        "<4sI4s4sIHHIIHH", b"RIFF", 36 + 2 * samples, b"WAVE", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16
    )
    with path.open("wb") as file:
        file.write(head + struct.pack("<4sI", b"data", 2 * samples))
        file.truncate(44 + 2 * samples)
        for at in clicks_s:
            file.seek(44 + 2 * round(at * RATE))
            file.write(struct.pack("<h", 30000))


@pytest.mark.skipif(sys.platform == "win32", reason="peak memory is asked of the system in the POSIX way")
def test_three_hours(tmp_path):
    # Windows of 1 s every 2 s: the click at 5401.5 s lies between two of them.
    sparse_wav(tmp_path / "long.wav", [10.5, 5401.5, 10000.25, 10798.999])
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert run.returncode == 0, run.stderr
    grown_mb, *marked = map(float, run.stdout.split())
    assert marked == [10.0, 10000.0, 10798.0]
    # All windows together are 173 MB.
    assert grown_mb < 60
