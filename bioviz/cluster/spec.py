"""How a cluster is named: `local`, `local:4`, `slurm:20`, `pbs`, or the address of a scheduler."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass

from bioviz.errors import BadInput, Missing

LOCAL, SLURM, PBS, ADDRESS = "local", "slurm", "pbs", "address"
QUEUES = (SLURM, PBS)
INSTALL = 'pip install "bioviz[cluster]" (in a checkout: pip install distributed dask-jobqueue cryptography)'
WAYS = (
    "local (processes of this computer, as many as fit), local:4 (four), slurm:20 or pbs:20 (jobs of a queue), or the "
    "address of a Dask scheduler such as tcp://host:8786"
)
_MOST_WORKERS = 10_000
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_NEEDED = {
    LOCAL: ("distributed", "cryptography"),
    SLURM: ("distributed", "dask_jobqueue"),
    PBS: ("distributed", "dask_jobqueue"),
    ADDRESS: ("distributed",),
}


@dataclass(frozen=True)
class ClusterSpec:
    """Which workers compute.

    Attributes
    ----------
    kind
        LOCAL, SLURM, PBS or ADDRESS.
    workers
        Processes or jobs to start; 0 for as many as fit (LOCAL) or one (a queue).
    address
        Of a scheduler that runs already.

    """

    kind: str
    workers: int = 0
    address: str = ""

    @property
    def words(self) -> str:
        """For the screen."""
        named = {LOCAL: "local cluster", SLURM: "SLURM", PBS: "PBS"}
        return named.get(self.kind) or f"cluster at {self.address}"

    @property
    def unprotected(self) -> bool:
        """Whether anybody who reaches the scheduler over a network may hand it work, which is code that is run."""
        host = self.address.removeprefix("tcp://").rpartition(":")[0].strip("[]")
        return self.address.startswith("tcp://") and host not in _LOOPBACK


def parse_spec(text: str) -> ClusterSpec:
    """Read what a user wrote.

    Raises
    ------
    BadInput
        It names no cluster.

    """
    if re.fullmatch(r"(tcp|tls)://[^\s/]+:\d{1,5}/?", text):
        return ClusterSpec(ADDRESS, address=text.rstrip("/"))
    kind, colon, number = text.partition(":")
    if kind in (LOCAL, *QUEUES) and (not colon or (number.isdecimal() and 0 < int(number) <= _MOST_WORKERS)):
        return ClusterSpec(kind, int(number or 0))
    raise BadInput(f"There is no cluster {text[:200]!r}. Name {WAYS}.")


def is_installed(kind: str = LOCAL) -> bool:
    """Whether the packages are here that a kind of cluster needs; imports none of them."""
    return all(importlib.util.find_spec(name) is not None for name in _NEEDED[kind])


def check_installed(spec: ClusterSpec) -> None:
    """Raise Missing, with the line that installs it, where a package is not here."""
    if not is_installed(spec.kind):
        lacking = [name for name in _NEEDED[spec.kind] if importlib.util.find_spec(name) is None]
        raise Missing(
            f"To compute on a cluster ({spec.words}) Python's {' and '.join(lacking)} must be installed: {INSTALL}. "
            "Without --cluster the same is computed on this computer."
        )
