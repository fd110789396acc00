"""Several GPUs embed one dataset together: each clip once, on whichever is free, and errors of any end all."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
import torch

from bioviz.embedding import compute, plan
from bioviz.embedding.batches import batch_embedder
from bioviz.embedding.batches.lanes import OverlappedLane, SerialLane
from bioviz.embedding.pipeline import embed_with
from bioviz.errors import BadInput, Cancelled
from bioviz.models.devices import device
from bioviz.progress import Silent
from tests.embedding.helpers import Calls, MomentModel, expected, make_dataset, recipe, write_wav
from tests.embedding.simulated_device import Clock, SimulatedDevice

RECORDINGS = 40


class OnGpu(MomentModel):
    """Computes as the processor does, in a little while, and says to be on a GPU."""

    def __init__(
        self, name: str, calls: Calls | None = None, seconds: float = 0.03, broken: bool = False
    ) -> None:
        super().__init__(calls)
        self.device = torch.device(name)
        self._seconds, self._broken = seconds, broken
        self.threads: set[int] = set()

    def embed(self, waveforms, rate):
        if self._broken:
            raise BadInput("this GPU is broken")
        self.threads.add(threading.get_ident())
        time.sleep(self._seconds)
        return super().embed(waveforms, rate)


@pytest.fixture
def dataset(tmp_path, monkeypatch):
    monkeypatch.setattr(batch_embedder, "lane_of", lambda device: SerialLane(torch.device("cpu")))
    monkeypatch.setattr(batch_embedder, "_FIRST_ON_GPU", 8)
    monkeypatch.setitem(batch_embedder.MAX_BATCH, "cuda", 8)
    return make_dataset(
        tmp_path / "d", [write_wav(tmp_path / "d" / f"{i:02d}.wav", seed=i) for i in range(RECORDINGS)]
    )


def embed_on(dataset, models, progress=None):
    first, *others = models
    openers = [lambda model=model: model for model in others]
    return embed_with(dataset, recipe(), lambda: first, "GPUs", progress or Silent(), others=openers)


def test_they_share_the_clips_and_each_is_computed_once(dataset):
    models = [OnGpu(f"cuda:{i}", Calls()) for i in range(3)]
    found = embed_on(dataset, models)
    np.testing.assert_allclose(found.matrix, expected(dataset), atol=1e-6)
    clips = [model.calls.clips for model in models]
    assert sum(clips) == len(dataset.clips) and min(clips) > 0
    assert all(len(model.threads) == 1 for model in models)
    assert len(set.union(*(model.threads for model in models))) == 3


def test_their_bytes_are_those_of_one(dataset, tmp_path, monkeypatch):
    together = np.array(embed_on(dataset, [OnGpu("cuda:0"), OnGpu("cuda:1")]).matrix)
    monkeypatch.setenv("BIOVIZ_CACHE", str(tmp_path / "another"))
    assert np.array(embed_on(dataset, [OnGpu("cuda:0")]).matrix).tobytes() == together.tobytes()


def test_they_take_half_as_long(dataset):
    """Each has a stream of its own: the clock of a simulated device counts its batches alone."""
    counts = []
    for number in (1, 2):
        devices = [SimulatedDevice(Clock(), 0.0, 1.0) for _ in range(number)]
        lanes = {f"cuda:{i}": OverlappedLane(each) for i, each in enumerate(devices)}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(batch_embedder, "lane_of", lambda device, lanes=lanes: lanes[str(device)])
            models = [OnSimulated(f"cuda:{i}", each) for i, each in enumerate(devices)]
            first, *others = [lambda model=model: model for model in models]
            own = recipe(f"on {number}")
            embed_with(dataset, own, first, "", Silent(), others=others)
        counts.append(max(each.forwards for each in devices))
        assert sum(each.forwards for each in devices) <= RECORDINGS * 4 / 8 + number - 1
    assert counts[1] <= 0.75 * counts[0]


class OnSimulated(OnGpu):
    def __init__(self, name: str, simulated: SimulatedDevice) -> None:
        super().__init__(name, seconds=0.01)
        self._simulated = simulated

    def embed(self, waveforms, rate):
        self._simulated.forward(waveforms)
        return super().embed(waveforms, rate)


def test_one_that_another_job_has_joins_when_it_is_free(dataset):
    models = [OnGpu(f"cuda:{i}", Calls(), 0.05) for i in range(2)]
    with compute.turn_on(torch.device("cuda:1"), lambda: None):
        found = embed_on(dataset, models)
    np.testing.assert_allclose(found.matrix, expected(dataset), atol=1e-6)
    assert models[1].calls.clips == 0, "nobody waits for it where the other does all"
    with compute.turn_on(torch.device("cuda:1"), lambda: None):
        pass  # it is not held any more


@pytest.mark.parametrize("broken", [0, 1])
def test_what_goes_wrong_on_one_ends_all(dataset, broken):
    models = [OnGpu(f"cuda:{i}", broken=i == broken, seconds=0.2) for i in range(2)]
    started = time.monotonic()
    with pytest.raises(BadInput, match="this GPU is broken"):
        embed_on(dataset, models)
    assert time.monotonic() - started < 2.5, "of four seconds of work"


def test_all_stop_when_it_is_cancelled_and_go_on_later(dataset):
    class Stop:
        def report(self, stage, done, total, unit="clips", note=""):
            if done >= 24:
                raise Cancelled("stopped")

    models = [OnGpu(f"cuda:{i}", Calls()) for i in range(2)]
    with pytest.raises(Cancelled):
        embed_on(dataset, models, Stop())
    assert sum(model.calls.clips for model in models) < len(dataset.clips)
    found = embed_on(dataset, models)
    np.testing.assert_allclose(found.matrix, expected(dataset), atol=1e-6)


@pytest.mark.parametrize(
    ("gpus", "wanted", "used"),
    [
        (("H100", "H100"), "all", ["cuda:0", "cuda:1"]),
        (("H100", "L4", "H100"), "all", ["cuda:0", "cuda:2"]),
        (("H100",), "all", ["cuda:0"]),
        (("H100", "H100"), None, ["cuda"]),
        (("H100", "H100"), "cuda:1", ["cuda:1"]),
    ],
)
def test_all_are_those_that_compute_the_same_numbers(monkeypatch, gpus, wanted, used):
    monkeypatch.setattr(device, "gpu_names", lambda: gpus)
    monkeypatch.setattr(device, "best_precision", lambda name: "bfloat16")
    monkeypatch.setattr(device, "best_device", lambda: "cuda")
    network = plan.registry.card("resnet18")
    assert device.devices_of(network, wanted) == used
    assert device.device_of(network, wanted) == used[0]
