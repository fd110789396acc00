"""Two jobs embed on one GPU one after the other, and say so; on a processor, or on two GPUs, at once."""

from __future__ import annotations

import threading
import time

import pytest
import torch

from bioviz.embedding import compute
from bioviz.embedding.batches import batch_embedder
from bioviz.embedding.batches.lanes import SerialLane
from bioviz.embedding.pipeline import embed_with
from bioviz.embedding.work import Counter
from bioviz.errors import Cancelled
from tests.embedding.helpers import MomentModel, make_dataset, recipe, write_wav


class OnDevice(MomentModel):
    """Notes how many are at work at once."""

    at_work = 0
    most = 0
    guard = threading.Lock()

    def __init__(self, device: str) -> None:
        super().__init__()
        self.device = torch.device(device)

    def embed(self, waveforms, rate):
        with OnDevice.guard:
            OnDevice.at_work += 1
            OnDevice.most = max(OnDevice.most, OnDevice.at_work)
        time.sleep(0.1)
        with OnDevice.guard:
            OnDevice.at_work -= 1
        return super().embed(waveforms, rate)


class Notes:
    def __init__(self, stop: bool = False) -> None:
        self.seen: set[str] = set()
        self._stop = stop

    def report(self, stage, done, total, unit="clips", note=""):
        self.seen.add(note)
        if self._stop and "same GPU" in note:
            raise Cancelled("stop")


@pytest.fixture
def datasets(tmp_path, monkeypatch):
    monkeypatch.setattr(batch_embedder, "lane_of", lambda device: SerialLane(torch.device("cpu")))
    OnDevice.most = 0
    roots = [tmp_path / name for name in "ab"]
    return [
        make_dataset(root, [write_wav(root / f"{i}.wav", seed=10 * at + i) for i in range(4)])
        for at, root in enumerate(roots)
    ]


def run_both(datasets, devices) -> list[Notes]:
    notes = [Notes(), Notes()]
    start = threading.Barrier(2)

    def run(at: int) -> None:
        start.wait(timeout=20)
        embed_with(datasets[at], recipe(f"m{at}"), lambda: OnDevice(devices[at]), "test", notes[at])

    threads = [threading.Thread(target=run, args=(at,)) for at in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
    return notes


def test_one_gpu_is_used_in_turn(datasets):
    notes = run_both(datasets, ["cuda:0", "cuda:0"])
    assert OnDevice.most == 1
    assert any("embeds on the same GPU" in note for each in notes for note in each.seen)


def test_who_waits_for_a_gpu_can_give_up(datasets):
    counter = Counter(Notes(stop=True), "Embedding", 1)

    def waiting() -> None:
        counter.add(0, compute.GPU_TAKEN)

    with (
        compute.turn_on(torch.device("cuda:0"), lambda: None),
        pytest.raises(Cancelled),
        compute.turn_on(torch.device("cuda:0"), waiting),
    ):
        pass
    with (
        compute.turn_on(torch.device("cuda:0"), waiting),
        compute.turn_on(torch.device("cuda:1"), waiting),
        compute.turn_on(torch.device("cpu"), waiting),
        compute.turn_on(torch.device("cpu"), waiting),
    ):
        pass


def test_processes_that_are_shown_one_gpu_each_take_turns_on_it_alone(tmp_path, monkeypatch):
    def waiting() -> None:
        raise Cancelled("another process has it")

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2, 5")
    with compute.turn_on(torch.device("cuda:1"), waiting):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2")  # another worker's first one is another one
        with compute.turn_on(torch.device("cuda:0"), waiting):
            pass
        for same, index in (("5", 0), ("", 5)):
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", same)
            with pytest.raises(Cancelled), compute.turn_on(torch.device("cuda", index), waiting):
                pass
