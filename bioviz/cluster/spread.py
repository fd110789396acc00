"""Hand parcels out to the workers of a cluster, a few ahead, and take in what they give.

This process alone decides who computes what. Dask hands the parcels of a worker that died to another one; what such a
parcel had stored already is for its function to notice.
"""

from __future__ import annotations

import queue
import time
import uuid
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from bioviz import __version__
from bioviz.cluster.connect import NO_WORKER, Connection
from bioviz.cluster.folders import shown_folders
from bioviz.cluster.on_worker import Answer, Folders, Order, Place, carry_out, is_running, stop
from bioviz.errors import BiovizError

if TYPE_CHECKING:
    from distributed import Future

Owner = TypeVar("Owner")
AHEAD = 2
"""Parcels a worker: the one that it computes, and the next."""
_LOOK_S = 0.3
_STOP_S = 6.0


@dataclass(eq=False)
class Parcel(Generic[Owner]):
    """Work that a worker does in one go.

    Attributes
    ----------
    owner
        What it stands for here; stays here.
    payload
        What is sent.
    clips
        In it.
    shown
        Of these, how many are counted as done.

    """

    owner: Owner
    payload: Any
    clips: int
    shown: int = 0


class Spread(Generic[Owner]):
    """Parcels on their way.

    Parameters
    ----------
    function
        Called on a worker as function(payload, place); must be found by its name there.
    take
        Called here as take(parcel, result, seconds) with each that is done.
    count
        Called as count(clips, note) when so many more are done, and often; may raise Cancelled.
    among
        Addresses of the workers that may compute; all where None.

    """

    def __init__(
        self,
        connection: Connection,
        function: Callable[[Any, Place], Any],
        take: Callable[[Parcel[Owner], Any, float], None],
        count: Callable[[int, str], None],
        among: list[str] | None = None,
    ) -> None:
        self._connection, self._function, self._take, self._count = connection, function, take, count
        self._among = among
        self._batch = uuid.uuid4().hex
        self._topic = f"bioviz-{self._batch}"
        self._mail: queue.SimpleQueue[Future | tuple[float, dict[str, Any]]] = queue.SimpleQueue()
        self._out: dict[str, tuple[Future, Parcel[Owner]]] = {}
        self._numbers: dict[int, Parcel[Owner]] = {}

    def run(self, parcels: Iterator[Parcel[Owner]]) -> None:
        """Compute all parcels, taken one by one as workers get free.

        Raises
        ------
        BiovizError
            What a worker or `count` raised, or the cluster is gone, or a parcel ended several workers.

        """
        client = self._connection.client
        client.subscribe_topic(self._topic, self._mail.put)
        try:
            with shown_folders() as folders:
                self._loop(parcels, folders)
        finally:
            if self._out:  # it did not come to its end
                self._abandon()
            client.unsubscribe_topic(self._topic)

    def _loop(self, parcels: Iterator[Parcel[Owner]], folders: Folders) -> None:
        workers, left = self._connection.await_workers(lambda note: self._count(0, note)), True
        while True:
            while left and len(self._out) < AHEAD * max(len(workers), 1):
                parcel = next(parcels, None)
                left = parcel is not None
                if parcel is not None:
                    self._send(parcel, folders)
            if not self._out:
                return
            try:
                self._read(self._mail.get(timeout=_LOOK_S))
            except queue.Empty:
                self._connection.check_alive()
                workers = self._connection.workers()
                self._check_usable(workers)
                self._count(0, "" if workers else NO_WORKER)

    def _check_usable(self, workers: Collection[str]) -> None:
        """Raise BiovizError where others than those that may compute are all that is left."""
        if self._among is not None and workers and not set(workers) & set(self._among):
            raise BiovizError(
                "The workers that computed this are gone, and those that are there now would give other numbers. What "
                "was computed is kept: start it again."
            )

    def _send(self, parcel: Parcel[Owner], folders: Folders) -> None:
        number = len(self._numbers)
        self._numbers[number] = parcel
        order = Order(self._batch, number, self._topic, self._function, parcel.payload, folders, __version__)
        future = self._connection.client.submit(
            carry_out, order, key=f"{self._topic}-{number}", pure=False, workers=self._among
        )
        self._out[str(future.key)] = future, parcel
        future.add_done_callback(self._mail.put)

    def _read(self, mail: Future | tuple[float, dict[str, Any]]) -> None:
        if isinstance(mail, tuple):
            event = mail[1]
            parcel = self._numbers[event["number"]]
            # A parcel that begins anew elsewhere stands still until it is as far again.
            more = min(event["done"], parcel.clips) - parcel.shown
            parcel.shown += max(more, 0)
            self._count(max(more, 0), event["note"])
            return
        _, parcel = self._out.pop(str(mail.key))
        answer = self._answer(mail)
        answer.raise_error()
        self._take(parcel, answer.result, answer.seconds)
        more, parcel.shown = parcel.clips - parcel.shown, parcel.clips
        self._count(more, "")

    def _answer(self, future: Future) -> Answer:
        from distributed import KilledWorker

        try:
            return future.result()
        except KilledWorker as error:
            raise BiovizError(
                "The same part of the work ended several workers, most likely for want of memory. What was computed is "
                "kept. Give workers more memory, or choose shorter windows or a smaller model."
            ) from error
        finally:
            future.release()

    def _abandon(self) -> None:
        """Take all parcels back, and give those that are being computed a moment to end."""
        client = self._connection.client
        futures = [future for future, _ in self._out.values()]
        self._out.clear()
        if client.status != "running":
            return
        try:
            client.run(stop, self._batch, on_error="ignore")
            client.cancel(futures, force=True)
            self._await_end()
        except (OSError, TimeoutError, ValueError):
            return  # the cluster is gone, and with it the work

    def _await_end(self) -> None:
        deadline = time.monotonic() + _STOP_S
        while time.monotonic() < deadline:
            running = self._connection.client.run(is_running, self._batch, on_error="ignore")
            if not any(value is True for value in running.values()):
                return
            time.sleep(0.1)
