"""Where a job's models run: chosen for the jobs that are started in a context, and no part of what a job is.

The same work on another device is the same work: who asks for it joins the job that is at it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from contextvars import ContextVar

from bioviz.config import settings
from bioviz.errors import BadInput

DEVICE, CLUSTER = "BIOVIZ_DEVICE", "BIOVIZ_CLUSTER"
_chosen: ContextVar[Mapping[str, str] | None] = ContextVar("where", default=None)


@contextlib.contextmanager
def started_on(where: Mapping[str, str]) -> Iterator[None]:
    """Let the jobs that are started in this context run on a device or a cluster.

    Parameters
    ----------
    where
        Values of DEVICE and CLUSTER; what is not named is as in the settings.

    """
    before = _chosen.set(dict(where))
    try:
        yield
    finally:
        _chosen.reset(before)


def chosen() -> dict[str, str]:
    """Return where jobs that are started now run."""
    return dict(_chosen.get() or {})


def take_over(where: object) -> None:
    """Let this process run where its job was told to; what is no such setting is left alone.

    Raises
    ------
    BadInput
        On a cluster that this server offers no more: who started it decides to whom it connects.

    """
    if isinstance(where, dict):
        cluster, now = str(where.get(CLUSTER) or ""), settings()
        if cluster and cluster not in (*now.clusters, now.cluster):
            raise BadInput(
                f"This was to be computed on the cluster {cluster}, which this server does not offer any more "
                "(BIOVIZ_CLUSTERS). Start it from its page and choose another place; it goes on from what is kept."
            )
        os.environ.update({name: str(where[name]) for name in (DEVICE, CLUSTER) if name in where})
