"""What runs in a worker: one parcel at a time, which tells how far it is and stops when it is told to.

The settings of the process that asks come along with every parcel. Where its cache folder is there too, as it is on the
same computer or on a shared disk, the worker works in it; else in the worker's own, and results are sent back.
"""

from __future__ import annotations

import os
import platform
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bioviz import __version__
from bioviz.config import share_compiled_code
from bioviz.errors import BadInput, BiovizError, Cancelled, Missing
from bioviz.store.files import DiskFull, NotWritable

TELL_EVERY_S = 0.5
_ERRORS: dict[str, type[BiovizError]] = {
    kind.__name__: kind for kind in (BiovizError, BadInput, Missing, DiskFull, NotWritable)
}
_alone = threading.Lock()  # a parcel uses all cores of its worker, and the settings are the process's
_stopped: set[str] = set()
_lock = threading.Lock()
_running: Counter[str] = Counter()
_SETTINGS = (
    "BIOVIZ_CACHE",
    "BIOVIZ_DATA",
    "BIOVIZ_WEIGHTS",
    "BIOVIZ_CLAIMS",
    "BIOVIZ_CLUSTER",
    "NUMBA_CACHE_DIR",
)
_own: dict[str, str | None] = {}  # the worker's own settings, as they were before the first parcel


@dataclass(frozen=True)
class Folders:
    """Where the process that asks has its files.

    Attributes
    ----------
    environment
        Its settings, as variables.
    token
        A file in its cache folder, and what is in it.

    """

    environment: dict[str, str]
    token: tuple[str, str]

    def are_here(self) -> bool:
        """Whether this process sees the same cache folder."""
        try:
            return Path(self.token[0]).read_text(encoding="utf-8") == self.token[1]
        except OSError:
            return False


@dataclass(frozen=True)
class Order:
    """A parcel with all that a worker must know.

    Attributes
    ----------
    batch
        Names what it belongs to: what is stopped together.
    number
        Its own.
    topic
        Of the events that tell how far it is.
    function
        Called as function(payload, place).
    version
        Of bioviz, where it comes from.

    """

    batch: str
    number: int
    topic: str
    function: Callable[[Any, Place], Any]
    payload: Any
    folders: Folders
    version: str


@dataclass(frozen=True)
class Answer:
    """What became of a parcel.

    Attributes
    ----------
    result
        Of its function.
    seconds
        That it took.
    error
        (kind, sentence) of an error that the user can do something about.

    """

    result: Any = None
    seconds: float = 0.0
    error: tuple[str, str] | None = None

    def raise_error(self) -> None:
        """Raise the error as it was raised on the worker."""
        if self.error is not None:
            raise _ERRORS.get(self.error[0], BiovizError)(self.error[1])


@dataclass
class Place:
    """Where a parcel is computed, and its way to tell how far it is; a `bioviz.progress.Progress`.

    Attributes
    ----------
    shares_cache
        Whether what is stored here is seen by the process that asked.
    name
        Of the worker's computer.

    """

    order: Order
    shares_cache: bool
    name: str
    _told: float = field(default_factory=time.monotonic)

    def report(self, stage: str, done: float, total: float, unit: str = "clips", note: str = "") -> None:
        """See `bioviz.progress.Progress`. Raises Cancelled."""
        if self.order.batch in _stopped:
            raise Cancelled("Cancelled.")
        now = time.monotonic()
        if now - self._told >= TELL_EVERY_S:
            from distributed import get_worker

            self._told = now
            event = {"number": self.order.number, "done": int(done), "note": note}
            get_worker().log_event(self.order.topic, event)


def carry_out(order: Order) -> Answer:
    """Compute a parcel; errors of bioviz's come back as sentences."""
    started = time.monotonic()
    if order.version != __version__:
        return Answer(
            error=(
                "BiovizError",
                f"A worker has bioviz {__version__}, but here is {order.version}. Install the same on both.",
            )
        )
    with _alone:
        if order.batch in _stopped:
            return Answer(error=("Cancelled", "Cancelled."))
        _running[order.batch] += 1
        try:
            shared = settle(order.folders)
            result = order.function(order.payload, Place(order, shared, platform.node()))
        except BiovizError as error:
            kind = next(each.__name__ for each in type(error).__mro__ if each.__name__ in _ERRORS)
            return Answer(error=(kind, str(error)))
        finally:
            _running[order.batch] -= 1
    return Answer(result, time.monotonic() - started)


def settle(folders: Folders) -> bool:
    """Take over the settings of the process that asks, where its cache folder is here; tells whether it is."""
    with _lock:
        if not _own:
            _own.update({name: os.environ.get(name) for name in _SETTINGS})
    for name, value in _own.items():  # nothing of who asked before stays
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    os.environ["BIOVIZ_CLUSTER"] = ""
    shared = folders.are_here()
    if shared:
        os.environ.update(
            {name: folders.environment[name] for name in _SETTINGS if name in folders.environment}
        )
    share_compiled_code()
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    return shared


def stop(batch: str) -> None:
    """Let the parcels of a batch end soon, and begin none any more."""
    with _lock:
        _stopped.add(batch)


def is_running(batch: str) -> bool:
    """Whether a parcel of a batch is being computed in this process."""
    return _running[batch] > 0
