"""One pass over a dataset on several devices at once: a thread a model, each of which takes what is next."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bioviz.models.base import Model


class _Over(Exception):
    """Another thread failed, or nothing is left to do."""


class Together:
    """What threads that work on the same thing know of each other.

    Parameters
    ----------
    is_done : callable
        Whether nothing is left.

    """

    def __init__(self, is_done: Callable[[], bool]) -> None:
        self._is_done = is_done
        self._failed = threading.Event()
        self._lock = threading.Lock()
        self.error: BaseException | None = None

    def fail(self, error: BaseException) -> None:
        """Have the others end soon; the first error is the one that is raised."""
        with self._lock:
            self.error = self.error or error
        self._failed.set()

    def go_on(self) -> None:
        """Leave this thread's work where another has failed."""
        if self._failed.is_set():
            raise _Over

    def wait(self) -> None:
        """`go_on` of who waits for a device: leaves too where the others have done everything."""
        self.go_on()
        if self._is_done():
            raise _Over


def on_each(
    models: Sequence[Model], work: Callable[[Model, Together], None], is_done: Callable[[], bool]
) -> None:
    """Call `work(model, together)` for each model in a thread of its own; raise the first error of any.

    Parameters
    ----------
    is_done : callable
        Whether nothing is left to take.

    """
    together = Together(is_done)

    def run(model: Model) -> None:
        try:
            with _device_of(model):
                work(model, together)
        except _Over:
            pass
        except BaseException as error:
            together.fail(error)

    threads = [threading.Thread(target=run, args=(model,), name=f"on {model.device}") for model in models]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException as error:  # Ctrl-C
        together.fail(error)
        for thread in threads:
            thread.join()
    if together.error is not None:
        raise together.error


def _device_of(model: Model) -> contextlib.AbstractContextManager[object]:
    """Make a GPU the one that this thread's work goes to where no other is named."""
    import torch

    if model.device.type == "cuda" and torch.cuda.is_available():
        return torch.cuda.device(model.device)
    return contextlib.nullcontext()
