"""On a device that works by itself, copies and the program's own work go on beside the computing."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bioviz.embedding.batches.batch_embedder import FIRST_SIZE, BatchEmbedder
from bioviz.embedding.batches.lanes import OverlappedLane, SerialLane, lane_of
from tests.embedding.simulated_device import Clock, SimulatedDevice, SimulatedModel, by_hand

WIDTH = 16


class Rig:
    """Batches of a simulated device; the program takes `host_s` to bring the clips of one."""

    def __init__(self, host_s: float = 0.0, fits: int = 10_000, **times) -> None:
        self.clock, self.host_s = Clock(), host_s
        self.device = SimulatedDevice(self.clock, **{"copy_s": 0.0, "forward_s": 1.0, **times})
        self.got: dict[int, np.ndarray] = {}
        self.forward = BatchEmbedder(
            SimulatedModel(self.device, fits), 8000, WIDTH, self._deliver, lane=OverlappedLane(self.device)
        )

    def _deliver(self, owner, rows, embeddings) -> None:
        self.device.log.append("deliver")
        self.got.update(zip(rows.tolist(), embeddings.copy(), strict=True))

    def run(self, clips: int, at_once: int = FIRST_SIZE) -> np.ndarray:
        waveforms = np.random.default_rng(0).normal(size=(clips, WIDTH)).astype(np.float32)
        for first in range(0, clips, at_once):
            rows = np.arange(first, min(first + at_once, clips))
            self.clock.spend(self.host_s * len(rows) / FIRST_SIZE)
            self.forward.add(None, rows, waveforms[rows])
        self.forward.finish()
        assert list(self.got) == list(range(clips))
        np.testing.assert_allclose(np.stack(list(self.got.values())), by_hand(waveforms), atol=1e-6)
        return waveforms


def test_a_batch_is_waited_for_when_the_next_one_is_under_way():
    rig = Rig()
    rig.forward.batch_size.searching = False
    rig.run(3 * FIRST_SIZE)
    batch = [
        "send",
        "compute after event",
        "forward",
        "fetch",
    ]  # its result is copied right behind its forward pass
    assert rig.device.log == [*batch, *batch, "wait", "deliver", *batch, "wait", "deliver", "wait", "deliver"]


@pytest.mark.parametrize("host_s", [1.0, 0.3, 2.0])
def test_the_program_works_beside_the_device(host_s):
    rig = Rig(host_s=host_s, copy_s=0.01)
    rig.forward.batch_size.searching = False
    batches = 20
    rig.run(batches * FIRST_SIZE)
    longer = max(host_s, 1.0)
    assert rig.clock.now <= batches * (longer + 0.02) + min(host_s, 1.0) + 0.1  # not the sum of both
    assert rig.forward.busy_s == pytest.approx(batches)


def test_waveforms_travel_while_the_batch_before_is_computed():
    rig = Rig(host_s=0.1, copy_s=0.4)
    rig.forward.batch_size.searching = False
    rig.run(20 * FIRST_SIZE)
    # The copy of a result stands in the stream that computes; that of the waveforms does not.
    assert rig.clock.now < 20 * 1.4 + 1.0


def test_searching_for_a_batch_size_stops_no_overlap():
    rig = Rig(host_s=1.0, copy_s=0.0)
    rig.run(20 * FIRST_SIZE)
    computed = rig.forward.busy_s
    assert rig.clock.now < 20 * 1.0 + computed  # batches grow, as each takes a second whatever its size
    assert rig.device.forwards < 20


@pytest.mark.parametrize("at", range(1, 12))
def test_one_hiccup_ends_no_search(at):
    rig = Rig(hiccups={at: 50.0})
    calm = Rig()
    for each in (rig, calm):
        each.run(1500, at_once=1500)
    assert (
        rig.forward.batch_size.size == calm.forward.batch_size.size == 32
    )  # the most on this kind of device


def test_where_memory_is_short_halves_go_one_after_the_other():
    rig = Rig(fits=3)
    rig.run(3 * FIRST_SIZE + 5)
    assert "release" in rig.device.log
    assert rig.forward.batch_size.size <= 4


def test_a_processor_delivers_each_batch_at_once():
    lane = lane_of(torch.device("cpu"))
    assert isinstance(lane, SerialLane) and lane.depth == 0


def test_errors_of_the_model_pass_through():
    class Broken(SimulatedModel):
        def embed(self, waveforms, rate):
            raise RuntimeError("shape mismatch")

    device = SimulatedDevice(Clock(), 0.0, 1.0)
    forward = BatchEmbedder(Broken(device), 8000, WIDTH, lambda *_: None, lane=OverlappedLane(device))
    with pytest.raises(RuntimeError, match="shape mismatch"):
        forward.add(None, np.arange(8), np.zeros((8, WIDTH), np.float32))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
def test_a_gpu_gives_what_the_processor_gives():
    waveforms = np.random.default_rng(0).normal(size=(400, WIDTH)).astype(np.float32)
    device = torch.device("cuda")

    class OnGpu:
        def __init__(self) -> None:
            self.device = device

        def embed(self, sent, rate):
            assert sent.device.type == "cuda"
            return torch.stack([sent.mean(1), sent[:, 0], sent[:, -1]], dim=1)

    got = np.full((400, 3), np.nan, np.float32)

    def deliver(owner, rows, embeddings):
        got[rows] = embeddings

    forward = BatchEmbedder(OnGpu(), 8000, WIDTH, deliver)
    for first in range(0, 400, 37):
        rows = np.arange(first, min(first + 37, 400))
        forward.add(None, rows, waveforms[rows])
    forward.finish()
    np.testing.assert_allclose(got, by_hand(waveforms), atol=1e-6)
    assert forward.busy_s > 0
