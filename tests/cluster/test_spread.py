"""Recordings computed by two worker processes: the bytes of one process, nothing twice, whoever is killed."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
import psutil
import pytest

from bioviz.cluster.spread import Parcel, Spread
from bioviz.config import settings
from bioviz.embedding.acoustic import open_acoustic
from bioviz.embedding.pipeline import embed_with
from bioviz.errors import BiovizError, Cancelled, Missing
from bioviz.progress import Silent
from tests.cluster.helpers import OpenSlow
from tests.embedding.helpers import expected, make_dataset, recipe, write_wav
from tests.embedding.stored import places_of_blocks


@pytest.fixture
def root(tmp_path) -> Path:
    return tmp_path / "data"


def dataset_of(root: Path, recordings: int):
    return make_dataset(root, [write_wav(root / f"{i}.wav", seed=i) for i in range(recordings)])


def spread(dataset, workers, log: Path, seconds: float = 0.0, progress=None):
    return embed_with(dataset, recipe(), OpenSlow(log, seconds), "test", progress or Silent(), workers)


def computed(log: Path) -> Counter[str]:
    """How often each clip went through the model."""
    return Counter(line.partition(" ")[2] for line in log.read_text().splitlines())


def stored() -> set[str]:
    return set(places_of_blocks(settings().cache_dir / "blocks" / recipe().fingerprint[:32]))


def test_two_workers_give_the_bytes_of_one_process(root, workers, tmp_path):
    dataset, log = dataset_of(root, 40), tmp_path / "log"
    found = np.array(spread(dataset, workers, log).matrix)
    np.testing.assert_allclose(found, expected(dataset), atol=1e-6)
    assert set(computed(log).values()) == {1} and len(computed(log)) == len(dataset.clips)
    assert len({line.split()[0] for line in log.read_text().splitlines()} - {str(os.getpid())}) == 2
    shutil.rmtree(settings().cache_dir / "sets")
    shutil.rmtree(settings().cache_dir / "blocks")
    alone = embed_with(dataset, recipe(), OpenSlow(log), "test", Silent())
    assert np.array(alone.matrix).tobytes() == found.tobytes()


def test_a_killed_worker_loses_nothing_that_it_stored(root, workers, tmp_path):
    dataset, log = dataset_of(root, 60), tmp_path / "log"
    pids = list(workers.connection.client.run(os.getpid).values())
    before: list[set[str]] = []

    def kill() -> None:
        deadline = time.monotonic() + 60
        while len(stored()) < 10 and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(pids[0], signal.SIGKILL)
        psutil.wait_procs([psutil.Process(pid) for pid in pids[:1] if psutil.pid_exists(pid)], timeout=5)
        before.append(stored())

    killer = threading.Thread(target=kill)
    killer.start()
    found = spread(dataset, workers, log, 0.2)
    killer.join()
    np.testing.assert_allclose(found.matrix, expected(dataset), atol=1e-6)
    times = computed(log)
    assert len(times) == len(dataset.clips) and found.failures == ()
    lines = [line.split(" ", 1) for line in log.read_text().splitlines()]
    in_its_hands = {clip for pid, clip in lines if int(pid) == pids[0]}
    twice = {clip for clip, count in times.items() if count > 1}
    assert twice <= in_its_hands and max(times.values()) <= 2
    assert len(stored()) == 60 and 10 <= len(before[0]) < 60
    assert len(twice) <= 40  # a part of one parcel


class CancelAfter:
    def __init__(self, clips: int) -> None:
        self.clips, self.seen = clips, []

    def report(self, stage, done, total, unit="clips", note=""):
        self.seen.append((stage, done, total))
        if done >= self.clips:
            raise Cancelled("stopped")


def test_cancelled_work_stops_at_once_and_goes_on_where_it_was(root, workers, tmp_path):
    dataset, log = dataset_of(root, 60), tmp_path / "log"
    with pytest.raises(Cancelled):
        spread(dataset, workers, log, 0.1, CancelAfter(40))
    kept, seen = stored(), computed(log).total()
    assert 0 < len(kept) < 60
    time.sleep(0.5)
    assert stored() == kept and computed(log).total() == seen  # no worker goes on
    found = spread(dataset, workers, log)
    np.testing.assert_allclose(found.matrix, expected(dataset), atol=1e-6)
    assert computed(log).total() <= len(dataset.clips) + seen - 4 * len(kept)


def test_where_no_folder_is_shared_results_are_sent_back(root, workers, tmp_path, monkeypatch):
    monkeypatch.setattr("bioviz.cluster.folders.uuid.uuid4", Unfindable)
    dataset, log = dataset_of(root, 10), tmp_path / "log"
    elsewhere = workers.connection.client.run(cache_of)
    assert str(settings().cache_dir) not in elsewhere.values()
    found = spread(dataset, workers, log)
    np.testing.assert_allclose(found.matrix, expected(dataset), atol=1e-6)
    assert len(stored()) == 10
    columns = open_acoustic(dataset)
    assert columns is not None and np.isfinite(columns["level_dbfs"]).all()


class Unfindable:
    """Names a file anew each time that it is asked, so that nobody finds in it what was told."""

    @property
    def hex(self) -> str:
        return os.urandom(8).hex()


def cache_of() -> str | None:
    return os.environ.get("BIOVIZ_CACHE")


def test_work_whose_workers_are_all_gone_ends_with_a_sentence_instead_of_waiting_for_ever(workers):
    gone = ["tcp://127.0.0.1:9"]
    sent = Spread(workers.connection, print, lambda *_: None, lambda *_: None, among=gone)
    with pytest.raises(BiovizError, match="start it again"):
        sent.run(iter([Parcel("a", "", 1)]))


def test_a_file_that_cannot_be_read_is_named_as_without_a_cluster(root, workers, tmp_path):
    dataset = dataset_of(root, 5)
    dataset.recordings[3].path.write_bytes(b"no sound")
    found = spread(dataset, workers, tmp_path / "log")
    alone = embed_with(dataset, recipe("alone"), OpenSlow(tmp_path / "log"), "test", Silent())
    assert found.failures == alone.failures and len(found.failures) == 1
    assert found.valid.sum() == 4 * 4


def test_what_a_model_cannot_do_is_said_as_without_a_cluster(root, workers):
    with pytest.raises(Missing, match="no weights here"):
        embed_with(dataset_of(root, 3), recipe(), no_weights, "test", Silent(), workers)


def no_weights():
    raise Missing("There are no weights here.")
