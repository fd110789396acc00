"""The connection to a cluster: made when the first parcel is handed out, kept until the process ends."""

from __future__ import annotations

import atexit
import contextlib
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bioviz.cluster.spec import ADDRESS, ClusterSpec, check_installed, parse_spec
from bioviz.cluster.start import start
from bioviz.errors import BiovizError

if TYPE_CHECKING:
    from distributed import SpecCluster

log = logging.getLogger(__name__)

UNPROTECTED = (
    "Warning: the connection to %s is neither encrypted nor does it ask who is there. Whoever reaches that scheduler "
    "can run any code as you, on its workers and on this computer. Use it only in a network that you trust; with "
    "keys for scheduler and workers it is %s (docs/clusters.md)."
)
NO_WORKER = "waiting for a worker of the cluster"
_CONNECT_S = 20
_WAIT_S = 0.3


class Connection:
    """A scheduler and its workers.

    Attributes
    ----------
    spec
        What was asked for.
    client
        Of Dask.

    """

    def __init__(self, spec: ClusterSpec) -> None:
        check_installed(spec)
        from distributed import Client

        if spec.unprotected:
            log.warning(UNPROTECTED, spec.address, spec.address.replace("tcp://", "tls://"))
        self.spec = spec
        self._refusals: list[str] = []
        self._cluster: SpecCluster | None = None if spec.kind == ADDRESS else start(spec, self._refusals)
        try:
            self.client: Any = Client(  # whose own types say that every call may be a coroutine
                spec.address if self._cluster is None else self._cluster,
                timeout=_CONNECT_S,
                set_as_default=False,
            )
        except (OSError, ValueError, ImportError) as error:
            if self._cluster is not None:
                self._cluster.close()
            raise BiovizError(
                f"No Dask scheduler answers as {spec.words}: {error}. Check the address and that it runs."
            ) from error

    def workers(self) -> dict[str, dict[str, Any]]:
        """Return what the scheduler knows of each worker that is there, by address."""
        return dict(self.client.scheduler_info(n_workers=-1)["workers"])

    def await_workers(self, waiting: Callable[[str], object]) -> dict[str, dict[str, Any]]:
        """Return the workers, of which there is at least one.

        Parameters
        ----------
        waiting
            Called with a few words while there is none; may raise (Cancelled, say) to give up.

        """
        pause = threading.Event()
        while not (there := self.workers()):
            self.check_alive()
            if self._refusals:
                raise BiovizError(f"{self.spec.words} refused a job: {self._refusals[0]}")
            waiting(NO_WORKER)
            pause.wait(_WAIT_S)
        return there

    def check_alive(self) -> None:
        """Raise BiovizError where the scheduler is gone."""
        if self.client.status not in ("running", "connecting"):
            raise BiovizError(
                f"The connection to the {self.spec.words} was lost. What was computed is kept; start again and it goes "
                "on from there."
            )

    def close(self) -> None:
        """Leave the cluster, and end the workers that were started for it."""
        self.client.close(timeout=5)
        if self._cluster is not None:
            with contextlib.suppress(AssertionError):  # that a refused job is no worker which could be closed
                self._cluster.close(timeout=10)


_open: dict[ClusterSpec, Connection] = {}
_lock = threading.Lock()


def connect(text: str) -> Connection:
    """Return this process's connection to the cluster that a user named; made where there is none yet.

    Raises
    ------
    BadInput
        It names no cluster.
    Missing
        Dask is not installed.
    BiovizError
        It cannot be reached.

    """
    spec = parse_spec(text)
    with _lock:
        known = _open.get(spec)
        if known is not None and known.client.status == "running":
            return known
        if known is not None:
            known.close()
        _open[spec] = Connection(spec)
        return _open[spec]


@atexit.register
def close_all() -> None:
    """Leave all clusters."""
    with _lock:
        while _open:
            _open.popitem()[1].close()
