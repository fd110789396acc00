"""Signing in with accounts: a provider of OpenID Connect made here, with discovery, keys and signed ID tokens."""

from __future__ import annotations

import http.client
import json
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from bioviz.datasets import library
from bioviz.flags import load_flags
from tests.browsing import PROJECT, free_port, serve
from tests.server import samples

pytest.importorskip("authlib", reason="signing in needs Authlib and httpx: pip install Authlib httpx")
pytest.importorskip("httpx", reason="signing in needs Authlib and httpx: pip install Authlib httpx")

CLIENT, SECRET = "bioviz-of-the-lab", "what only the two know"


class Provider(BaseHTTPRequestHandler):
    """Signs in whoever `server.user` is, without asking; signs tokens with `server.key`."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def reply(self, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        issuer, asked = self.server.issuer, urlsplit(self.path)
        if asked.path == "/.well-known/openid-configuration":
            self.reply(
                {
                    "issuer": issuer,
                    "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": f"{issuer}/token",
                    "jwks_uri": f"{issuer}/keys",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                    "code_challenge_methods_supported": ["S256"],
                }
            )
        elif asked.path == "/keys":
            self.reply({"keys": [self.server.key.as_dict(private=False)]})
        else:
            query = {name: values[0] for name, values in parse_qs(asked.query).items()}
            self.server.asked = query
            self.send_response(302)
            answer = {"code": "a-code", "state": query["state"]}
            self.send_header("Location", f"{query['redirect_uri']}?{urlencode(answer)}")
            self.end_headers()

    def do_POST(self) -> None:
        from joserfc import jwt

        self.rfile.read(int(self.headers["Content-Length"]))
        server, now = self.server, int(time.time())
        claims = {
            "iss": server.issuer,
            "sub": "1",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 600,
            "nonce": server.asked.get("nonce"),
        }
        signing = server.signing or server.key
        token = jwt.encode({"alg": "RS256", "kid": server.key.kid}, claims | server.user, signing)
        self.reply({"access_token": "x", "token_type": "Bearer", "expires_in": 600, "id_token": token})


@pytest.fixture(scope="module")
def provider() -> Iterator[ThreadingHTTPServer]:
    from joserfc.jwk import RSAKey

    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    server.issuer = f"http://127.0.0.1:{server.server_port}"
    server.key = RSAKey.generate_key(2048, parameters={"kid": "first"})
    server.stranger = RSAKey.generate_key(2048, parameters={"kid": "first"})
    server.user, server.signing = {}, None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    dataset = samples.build(tmp_path_factory.mktemp("sounds") / "recordings")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIOVIZ_CACHE", str(cache))
        patch.setenv("BIOVIZ_DATA", str(tmp_path_factory.getbasetemp()))
        library.save(dataset)
    return cache, dataset


@pytest.fixture(scope="module")
def port(provider, dataset, tmp_path_factory) -> Iterator[int]:
    home, chosen = tmp_path_factory.mktemp("home"), free_port()
    (home / ".streamlit").mkdir()
    (home / ".streamlit" / "secrets.toml").write_text(
        f'[auth]\nredirect_uri = "http://localhost:{chosen}/oauth2callback"\ncookie_secret = "{"s" * 40}"\n'
        f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
        f'server_metadata_url = "{provider.issuer}/.well-known/openid-configuration"\n'
    )
    environment = {
        "HOME": str(home), "BIOVIZ_CACHE": str(dataset[0]), "BIOVIZ_DATA": str(tmp_path_factory.getbasetemp()),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH")])),
        "BIOVIZ_EDITORS": "anna@lab.example", "BIOVIZ_VIEWERS": "@students.example",
    }  # fmt: skip
    with ExitStack() as stack:
        stack.enter_context(serve(PROJECT / "app.py", environment, home / "log", port=chosen))
        yield chosen


class Browser:
    """Keeps cookies and follows addresses, as much of a browser as signing in takes."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, {}

    def ask(self, address: str, method: str = "GET", body: bytes | None = None, **headers: str):
        parts = urlsplit(address)
        connection = http.client.HTTPConnection("localhost", parts.port or self.port, timeout=60)
        own = parts.port in (None, self.port)
        headers = {name.replace("_", "-"): value for name, value in headers.items()} | {"Accept": "text/html"}
        if own and self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(method, f"{parts.path or '/'}?{parts.query}", body, headers)
        reply = connection.getresponse()
        content = reply.read()
        for cookie in reply.headers.get_all("Set-Cookie") or [] if own else []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        connection.close()
        return reply.status, reply.headers, content

    def sign_in(self) -> int:
        """Go from the page that asks to the provider and back; the status of the dashboard's page then."""
        status, _, page = self.ask("/")
        assert status == 401 and b"Token" not in page
        (address,) = re.findall(r'class="button" href="([^"]+)"', page.decode())
        address = unescape(address)
        from_outside = {
            "Sec_Fetch_Site": "cross-site",
            "Sec_Fetch_Mode": "navigate",
            "Sec_Fetch_Dest": "document",
        }
        for _ in range(6):
            status, headers, _ = self.ask(address, **from_outside)
            if status not in (301, 302, 303, 307):
                break
            address = headers["Location"]
        return self.ask("/")[0]


def test_an_editor_signs_in_and_the_name_signs_flags(port, provider, dataset, monkeypatch):
    provider.user, provider.signing = {"email": "anna@lab.example", "email_verified": True}, None
    browser = Browser(port)
    assert browser.sign_in() == 200
    assert provider.asked["code_challenge_method"] == "S256" and provider.asked["nonce"]
    cache, shown = dataset
    told = {"id": "act-00000001", "version": shown.version[:12], "user": "Somebody Else", "kind": "fine"}
    origin = {"Origin": f"http://localhost:{port}", "Content_Type": "application/json"}
    status, _, reply = browser.ask(f"/bioviz/flags/{shown.id}/0", "POST", json.dumps(told).encode(), **origin)
    assert status == 200, reply
    monkeypatch.setenv("BIOVIZ_CACHE", str(cache))
    assert load_flags(shown).of(0).user == "anna at lab.example"
    assert b"look and to flag" not in browser.ask("/_stcore/upload_file/a/b", "PUT", b"", **origin)[2]
    browser.cookies = {name: value[:-2] + "xx" for name, value in browser.cookies.items()}
    assert browser.ask("/")[0] == 401, "a cookie that was changed"


@pytest.mark.parametrize(
    ("user", "signed_by_another", "status"),
    [
        ({"email": "ben@students.example", "email_verified": True}, False, 200),
        ({"email": "eve@evil.example", "email_verified": True}, False, 403),
        ({"email": "anna@lab.example", "email_verified": False}, False, 401),
        ({"email": "anna@lab.example.evil.example"}, False, 403),
        ({"name": "anna@lab.example"}, False, 401),
        ({"email": "anna@lab.example", "email_verified": True}, True, 401),
        ({"email": "anna@lab.example", "aud": "another-client"}, False, 401),
        ({"email": "anna@lab.example", "exp": 1}, False, 401),
        ({"email": "anna@lab.example", "nonce": "another"}, False, 401),
    ],
)
def test_who_else_signs_in(port, provider, user, signed_by_another, status):
    provider.user, provider.signing = user, provider.stranger if signed_by_another else None
    browser = Browser(port)
    assert browser.sign_in() == status
    if status == 200:
        origin = {"Origin": f"http://localhost:{port}"}
        assert b"look and to flag" in browser.ask("/_stcore/upload_file/a/b", "PUT", b"", **origin)[2]
