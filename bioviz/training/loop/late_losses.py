"""Losses read when the next step is under way, so that a GPU never waits for the program to look at a number."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Generic, SupportsFloat, TypeVar

import torch

Step = TypeVar("Step")


class LateLosses(Generic[Step]):
    """The losses of steps, in their order.

    Parameters
    ----------
    depth
        Steps that may be under way when a loss is read: 1 on a GPU, 0 where a step is over when its call is.

    """

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._under_way: deque[tuple[Step, SupportsFloat]] = deque()

    def put(self, step: Step, loss: SupportsFloat) -> Iterator[tuple[Step, float]]:
        """Take the loss of a step that was just put on its way; yields those that can be read without waiting."""
        if isinstance(loss, torch.Tensor) and loss.device.type == "cuda":
            on_host = torch.empty((), dtype=loss.dtype, pin_memory=True)
            on_host.copy_(loss, non_blocking=True)
            event = torch.cuda.Event()
            event.record(torch.cuda.current_stream(loss.device))
            self._under_way.append((step, _OnHost(on_host, event)))
        else:
            self._under_way.append((step, loss))
        yield from self.drain(self._depth)

    def drain(self, left: int = 0) -> Iterator[tuple[Step, float]]:
        """Yield the losses of the oldest steps until so many are left, waiting for them."""
        while len(self._under_way) > left:
            step, loss = self._under_way.popleft()
            yield step, float(loss)


class _OnHost:
    """A number on its way from a GPU."""

    def __init__(self, value: torch.Tensor, event: torch.cuda.Event) -> None:
        self._value, self._event = value, event

    def __float__(self) -> float:
        self._event.synchronize()
        return float(self._value)
