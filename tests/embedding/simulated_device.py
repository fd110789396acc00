"""A device with two in-order streams, simulated on a clock of its own, that notes what was put on it and when.

Values are computed at once, but a result shows in its pinned buffer only when an event behind its copy was waited for,
and waveforms must stay as they are until their copy is past: who reads or writes too early is found out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch

from bioviz.embedding.batches.lanes import COMPUTE, INPUT


class Clock:
    """Seconds that the program has spent."""

    def __init__(self) -> None:
        self.now = 0.0

    def spend(self, seconds: float) -> None:
        self.now += seconds


@dataclass(eq=False)
class Copy:
    """From `source` (whose values were noted) to `host`, if it is a result's."""

    source: np.ndarray
    values: np.ndarray
    host: np.ndarray | None = None
    past: bool = False


@dataclass(eq=False)
class SimulatedEvent:
    """`lanes.Event` on a simulated device."""

    device: SimulatedDevice
    at: float
    copies: list[Copy] = field(default_factory=list)

    def wait(self) -> None:
        self.device.log.append("wait")
        self.device.clock.now = max(self.device.clock.now, self.at)
        for copy in (copy for copy in self.copies if not copy.past):
            copy.past = True
            assert np.array_equal(copy.source, copy.values), "waveforms were overwritten while they were sent"
            if copy.host is not None:
                copy.host[:] = copy.values

    def seconds_since(self, earlier: SimulatedEvent) -> float:
        return self.at - earlier.at


class SimulatedDevice:
    """`lanes.Queues`; copies and forward passes take as long as told.

    Parameters
    ----------
    copy_s, forward_s
        Of a batch.
    hiccups
        By the number of a forward pass (from 0), how many seconds more it takes.

    """

    def __init__(
        self, clock: Clock, copy_s: float, forward_s: float, hiccups: dict[int, float] | None = None
    ) -> None:
        self.clock, self._copy_s, self._forward_s = clock, copy_s, forward_s
        self._hiccups = hiccups or {}
        self._free = {INPUT: 0.0, COMPUTE: 0.0}
        self._copies: list[Copy] = []
        self.log: list[str] = []
        self.forwards = 0

    def _put(self, stream: str, seconds: float) -> None:
        self._free[stream] = max(self._free[stream], self.clock.now) + seconds

    def pinned(self, rows: int, columns: int) -> torch.Tensor:
        return torch.full((rows, columns), torch.nan)

    def send(self, waveforms: torch.Tensor) -> torch.Tensor:
        self.log.append("send")
        self._put(INPUT, self._copy_s)
        self._copies.append(Copy(waveforms.numpy(), waveforms.numpy().copy()))
        return waveforms.clone()

    def forward(self, sent: torch.Tensor) -> torch.Tensor:
        """What a model calls in its `embed`."""
        self.log.append("forward")
        self._put(COMPUTE, self._forward_s + self._hiccups.get(self.forwards, 0.0))
        self.forwards += 1
        return torch.stack([sent.mean(1), sent[:, 0], sent[:, -1]], dim=1)

    def fetch(self, result: torch.Tensor) -> torch.Tensor:
        self.log.append("fetch")
        self._put(COMPUTE, self._copy_s)
        host = self.pinned(*result.shape)
        self._copies.append(Copy(result.numpy(), result.numpy().copy(), host.numpy()))
        return host

    def record(self, stream: str) -> SimulatedEvent:
        event = SimulatedEvent(self, max(self._free[stream], self.clock.now))
        if stream == COMPUTE:
            event.copies = list(self._copies)
        return event

    def after(self, stream: str, event: SimulatedEvent) -> None:
        self.log.append(f"{stream} after event")
        self._free[stream] = max(self._free[stream], event.at)

    def release(self) -> None:
        self.log.append("release")


@dataclass
class SimulatedModel:
    """Embeds on a simulated device: mean, first and last sample of a waveform."""

    simulated: SimulatedDevice
    fits: int = 10_000
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    def embed(self, waveforms: torch.Tensor, rate: int) -> torch.Tensor:
        if len(waveforms) > self.fits:
            raise RuntimeError("CUDA out of memory")
        return self.simulated.forward(waveforms)


def by_hand(waveforms: np.ndarray) -> np.ndarray:
    """What `SimulatedModel` gives of (n, T) waveforms."""
    return np.stack([waveforms.mean(1), waveforms[:, 0], waveforms[:, -1]], axis=1)
