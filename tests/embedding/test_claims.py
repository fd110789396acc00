"""Two computers that share a disk embed one dataset: leases in place of locks, one of them killed or paused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter as Tally
from pathlib import Path

import numpy as np
import pytest

from bioviz.config import settings
from bioviz.embedding import work
from bioviz.embedding.pipeline import embed_with
from bioviz.embedding.stored.blocks import BlockStore
from bioviz.embedding.work import Counter, Work
from bioviz.progress import Silent
from tests.embedding.helpers import embed, make_dataset, recipe, write_wav
from tests.embedding.stored import places_of_blocks

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="stops and kills with POSIX signals")

RECORDINGS, CLIPS = 24, 4
COMPUTER = """
import sys
from pathlib import Path
from bioviz.store.claims import computers, leases
leases.RENEW_S, leases.WATCH_S, leases.STALE_S = 0.1, 0.5, 1.0
computers.this_computer = lambda: sys.argv[1]
from bioviz.embedding.pipeline import embed_with
from bioviz.progress import Silent
from tests.cluster.helpers import OpenSlow
from tests.embedding.helpers import make_dataset, recipe
root, log = Path(sys.argv[2]), Path(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
dataset = make_dataset(root, sorted(root.glob("*.wav")))
found = embed_with(dataset, recipe(), OpenSlow(log, float(sys.argv[4])), "here", Silent())
print(len(found.failures), flush=True)
"""


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOVIZ_CLAIMS", "leases")
    folder = tmp_path / "data"
    for i in range(RECORDINGS):
        write_wav(folder / f"{i:02d}.wav", seed=i)
    return folder


def start(name: str, root: Path, log: Path, seconds: float) -> subprocess.Popen[str]:
    """A process that acts as a computer of its own; a batch takes it so long."""
    command = [sys.executable, "-c", COMPUTER, name, str(root), str(log), str(seconds)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def lines_of(log: Path) -> list[tuple[int, str]]:
    """(process, clip) of every clip that was computed."""
    lines = log.read_text().splitlines() if log.exists() else []
    return [(int(line.split(" ", 1)[0]), line.split(" ", 1)[1]) for line in lines]


def stored() -> int:
    """How many recordings are on the disk."""
    return len(places_of_blocks(settings().cache_dir / "blocks" / recipe().fingerprint[:32]))


@pytest.mark.parametrize("fate", [signal.SIGKILL, signal.SIGSTOP])
def test_what_one_had_in_its_hands_is_all_that_is_computed_twice(root, tmp_path, fate):
    """About six seconds, which two processes need to import what they use."""
    log = tmp_path / "clips.txt"
    first, second = (start(name, root, log, 0.25) for name in ("first", "second"))
    first.stdin.write("go\n")
    first.stdin.flush()
    deadline = time.monotonic() + 60
    while (len(lines_of(log)) < 40 or not stored()) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(first.pid, fate)
    in_hands = len(lines_of(log)) - CLIPS * stored()
    assert stored() and in_hands < RECORDINGS * CLIPS / 2
    if fate == signal.SIGSTOP:
        in_hands += 16  # a batch that is being filled
    second.stdin.write("go\n")
    second.stdin.flush()
    assert second.stdout.readline() == "0\n", "it takes over what the first one had claimed"
    if fate == signal.SIGSTOP:
        os.kill(first.pid, signal.SIGCONT)
        assert first.stdout.readline() == "0\n", "it finds what was computed meanwhile"
    for process in (first, second):
        process.kill()
        process.communicate()
    computed = Tally(clip for _, clip in lines_of(log))
    assert len(computed) == RECORDINGS * CLIPS
    twice = sum(computed.values()) - RECORDINGS * CLIPS
    assert twice <= in_hands
    dataset = make_dataset(root, sorted(root.glob("*.wav")))

    def never():
        raise AssertionError("all is there")

    found = embed_with(dataset, recipe(), never, "here", Silent())
    np.testing.assert_array_equal(found.matrix, by_one_process(dataset, tmp_path))


def by_one_process(dataset, tmp_path: Path) -> np.ndarray:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIOVIZ_CACHE", str(tmp_path / "another cache"))
        return np.array(embed(dataset).matrix)


def test_recordings_that_another_has_taken_over_are_left_to_it(root, monkeypatch):
    dataset = make_dataset(root, sorted(root.glob("*.wav")))
    from bioviz.embedding.pipeline import tasks_of

    monkeypatch.setattr(work, "shard_of", lambda content_hash: "all")
    tasks = tasks_of(dataset, recipe())
    given = Work(tasks, BlockStore("test", 5), Counter(Silent(), "", 1))
    claimed = iter(given)
    first = next(claimed)
    for lock in first.shard._locks:
        lock._lost = True
    assert list(claimed) == [] and [task for task in given.claimed if task.left] == tasks[1:]
    assert first.is_lost() and not first.failed, "nor is the one in hand gone on with"
