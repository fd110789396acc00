"""The cluster on this computer: heard by this computer alone, and given no work by who has not its key."""

from __future__ import annotations

import psutil
import pytest
from distributed import Client


def test_it_listens_on_this_computer_only(workers):
    own = psutil.Process()
    family = [own, *own.children(recursive=True)]
    heard = {
        at.laddr.ip
        for each in family
        for at in each.net_connections("inet")
        if at.status == psutil.CONN_LISTEN
    }
    assert heard == {"127.0.0.1"}


def test_who_has_not_its_key_gets_no_answer(workers):
    address = workers.connection.client.scheduler_info()["address"]
    assert address.startswith("tls://127.0.0.1:")
    with pytest.raises((OSError, ValueError, RuntimeError, TypeError)):
        Client(address.replace("tls://", "tcp://"), timeout=2, set_as_default=False)
