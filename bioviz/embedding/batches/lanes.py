"""How batches get to a device and results come back: one after the other, or with copies beside the computing.

A GPU works through streams, each in the order in which work was put on it. Waveforms go on a stream of their own, so
that they travel while the batch before is computed, and results are copied to pinned memory right behind their forward
pass: who waits for a batch then waits for nothing that was put on later.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    import torch
    from torch import Tensor

INPUT, COMPUTE = "input", "compute"
"""The two streams of a device: copies of waveforms to it; forward passes, each with the copy of its result behind."""


class Event(Protocol):
    """A place in a stream."""

    def wait(self) -> None:
        """Let the program wait until the device has come this far."""

    def seconds_since(self, earlier: Any) -> float:
        """Return the device's own time between two events that are past."""
        ...


class Queues(Protocol):
    """What a device that works by itself offers; every method but `pinned` puts work on a stream and returns."""

    def pinned(self, rows: int, columns: int) -> Tensor:
        """(rows, columns) float32 of memory that the device reads by itself."""
        ...

    def send(self, waveforms: Tensor) -> Tensor:
        """Copy pinned waveforms to the device, on the input stream; for use on the other one."""
        ...

    def fetch(self, result: Tensor) -> Tensor:
        """Copy a result to pinned memory as float32, on the stream that computes; there after an event put behind."""
        ...

    def record(self, stream: str) -> Event:
        """Put an event on a stream."""
        ...

    def after(self, stream: str, event: Any) -> None:
        """Let what comes on a stream wait for an event of another."""

    def release(self) -> None:
        """Give back memory that is kept for later."""


class Pending(Protocol):
    """A batch on its way."""

    def wait(self) -> tuple[np.ndarray, float]:
        """(embeddings (B, D) float32, seconds that the device computed), once they are there."""
        ...


class Lane(Protocol):
    """The way of batches through a device.

    Attributes
    ----------
    depth
        Batches that should be under way when one is waited for.

    """

    @property
    def depth(self) -> int: ...

    def buffer(self, rows: int, columns: int) -> Tensor:
        """(rows, columns) float32 to fill; may be filled again once the batch was waited for."""
        ...

    def submit(self, waveforms: Tensor, forward: Callable[[Tensor], Tensor]) -> Pending:
        """Compute a batch. Raises what `forward` raises."""
        ...

    def release(self) -> None:
        """Give back memory that the device keeps for later, after it was too little."""


@dataclass(frozen=True)
class _Computed:
    """A result that is there."""

    values: np.ndarray
    seconds: float

    def wait(self) -> tuple[np.ndarray, float]:
        return self.values, self.seconds


class SerialLane:
    """A processor, or a device whose copies have to be waited for."""

    depth = 0

    def __init__(self, device: torch.device) -> None:
        self._device = device

    def buffer(self, rows: int, columns: int) -> Tensor:
        import torch

        return torch.empty((rows, columns))

    def submit(self, waveforms: Tensor, forward: Callable[[Tensor], Tensor]) -> _Computed:
        started = time.perf_counter()
        values = forward(waveforms.to(self._device)).float().cpu().numpy()
        return _Computed(values, time.perf_counter() - started)

    def release(self) -> None:
        """Nothing is kept."""


@dataclass(frozen=True)
class _UnderWay:
    """A result in pinned memory, there when `done` is past."""

    host: Tensor
    begun: Event
    ended: Event
    done: Event

    def wait(self) -> tuple[np.ndarray, float]:
        self.done.wait()
        return self.host.numpy(), self.ended.seconds_since(self.begun)


class OverlappedLane:
    """A device with streams: waveforms travel while the batch before is computed."""

    depth = 1

    def __init__(self, queues: Queues) -> None:
        self._queues = queues

    def buffer(self, rows: int, columns: int) -> Tensor:
        return self._queues.pinned(rows, columns)

    def submit(self, waveforms: Tensor, forward: Callable[[Tensor], Tensor]) -> _UnderWay:
        queues = self._queues
        sent = queues.send(waveforms)
        queues.after(COMPUTE, queues.record(INPUT))
        begun = queues.record(COMPUTE)
        result = forward(sent)
        ended = queues.record(COMPUTE)
        host = queues.fetch(result)
        return _UnderWay(host, begun, ended, queues.record(COMPUTE))

    def release(self) -> None:
        self._queues.release()


class CudaQueues:
    """The streams of one NVIDIA (or AMD) GPU."""

    def __init__(self, device: torch.device) -> None:
        import torch

        self._device = device
        self._streams = {INPUT: torch.cuda.Stream(device), COMPUTE: torch.cuda.current_stream(device)}

    def pinned(self, rows: int, columns: int) -> Tensor:
        import torch

        return torch.empty((rows, columns), pin_memory=True)

    def send(self, waveforms: Tensor) -> Tensor:
        import torch

        with torch.cuda.stream(self._streams[INPUT]):
            sent = waveforms.to(self._device, non_blocking=True)
        sent.record_stream(self._streams[COMPUTE])  # its memory is free again only when that has read it
        return sent

    def fetch(self, result: Tensor) -> Tensor:
        host = self.pinned(*result.shape)
        host.copy_(result.float(), non_blocking=True)
        return host

    def record(self, stream: str) -> _CudaEvent:
        import torch

        event = torch.cuda.Event(enable_timing=True)
        event.record(self._streams[stream])
        return _CudaEvent(event)

    def after(self, stream: str, event: _CudaEvent) -> None:
        self._streams[stream].wait_event(event.event)

    def release(self) -> None:
        import torch

        torch.cuda.empty_cache()


@dataclass(frozen=True)
class _CudaEvent:
    """`Event` of a GPU."""

    event: torch.cuda.Event

    def wait(self) -> None:
        self.event.synchronize()

    def seconds_since(self, earlier: _CudaEvent) -> float:
        return earlier.event.elapsed_time(self.event) / 1000


def lane_of(device: torch.device) -> Lane:
    """Return the way of batches through a device."""
    return OverlappedLane(CudaQueues(device)) if device.type == "cuda" else SerialLane(device)
