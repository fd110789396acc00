"""The routes on a real server, asked over HTTP."""

from __future__ import annotations

import http.client
import json
import threading
import time
from dataclasses import dataclass

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.server import routes
from bioviz.server.access import Guard
from tests.server import samples


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@pytest.fixture(scope="session")
def port() -> int:
    guarded = Starlette(routes=routes(), middleware=[Middleware(Guard)])
    server = uvicorn.Server(uvicorn.Config(guarded, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(timeout=5)


@pytest.fixture
def dataset(own_cache, tmp_path) -> Dataset:
    made = samples.build(tmp_path / "recordings")
    library.save(made)
    return made


@pytest.fixture
def get(port):
    """get(path, method="GET", body=None, **headers) -> Reply; underscores in header names stand for dashes.

    A POST says, as a browser does, that it comes from a page of this server, unless its headers say whence.
    """

    def ask(path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        if method == "POST" and not {"Origin", "Sec_Fetch_Site"} & set(headers):
            headers["Origin"] = f"http://127.0.0.1:{port}"
        named = {k.replace("_", "-"): v for k, v in headers.items()}
        connection.request(method, path, body=body, headers=named)
        reply = connection.getresponse()
        content = reply.read()
        connection.close()
        return Reply(reply.status, reply.headers, content)

    return ask
