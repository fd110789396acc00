"""Attacks on the door of the whole app, with raw requests and websockets: foreign hosts, origins, tokens, roles."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from bioviz import rights
from bioviz.datasets import library
from bioviz.errors import BadInput
from bioviz.server.access.policy import Policy
from tests.browsing import PROJECT
from tests.server import samples

APP = PROJECT / "app.py"
TOKEN, VIEW_TOKEN = "a-token-of-the-whole-laboratory", "a-token-of-all-its-students"
EVERYWHERE = (
    "/", "/explore", "/_stcore/health", "/_stcore/host-config", "/bioviz/plotly.js", "/favicon.png",
    "/bioviz/clip/DATASET/0.wav", "/bioviz/clip/DATASET/0.png",
)  # fmt: skip


class Client:
    """Asks a server whatever it is told to, with any headers."""

    def __init__(self, url: str, dataset_id: str) -> None:
        parts = urlsplit(url)
        self.host, self.port, self.base = parts.hostname, parts.port, parts.path
        self.own, self.dataset_id = f"{parts.hostname}:{parts.port}", dataset_id

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str):
        """(status, headers, body); "_" in names of headers stands for "-"; Host="" sends none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        host = headers.pop("Host", self.own)
        connection.putrequest(method, self.base + path.replace("DATASET", self.dataset_id), skip_host=True)
        if host:
            connection.putheader("Host", host)
        for name, value in {**headers, "Content-Length": str(len(body or b""))}.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders(body)
        reply = connection.getresponse()
        content = reply.read()
        connection.close()
        return reply.status, reply.headers, content

    def socket(self, host: str | None = None, path: str = "/_stcore/stream", **headers: str) -> bool:
        """Whether a websocket to the pages is let in."""
        address = f"ws://{host or self.own}{self.base}{path}"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sock = socket.create_connection(("127.0.0.1", self.port))
        try:
            with connect(
                address, sock=sock, additional_headers=sent, subprotocols=["streamlit"], open_timeout=60
            ):
                return True
        except InvalidStatus:
            return False

    def flag(self, dataset, id: str, user: str = "Anna", **headers: str):
        told = {"id": id, "version": dataset.version[:12], "user": user, "kind": "fine"}
        headers = {"Content_Type": "application/json", "Origin": f"http://{self.own}"} | headers
        return self.ask("/bioviz/flags/DATASET/0", "POST", json.dumps(told).encode(), **headers)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def dataset(cache, tmp_path_factory):
    dataset = samples.build(tmp_path_factory.mktemp("sounds") / "recordings")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIOVIZ_CACHE", str(cache))
        patch.setenv("BIOVIZ_DATA", str(tmp_path_factory.getbasetemp()))
        library.save(dataset)
    return dataset


@pytest.fixture(scope="module")
def alone(start_app, cache, dataset) -> Client:
    """As it starts on a desk: this computer alone, nothing set."""
    return Client(start_app(APP, cache, base="/lab"), dataset.id)


@pytest.fixture(scope="module")
def shared(start_app, cache, dataset) -> Client:
    """For a laboratory: all addresses of the computer, two tokens."""
    sharing = {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0", "BIOVIZ_TOKEN": TOKEN, "BIOVIZ_VIEW_TOKEN": VIEW_TOKEN}
    return Client(start_app(APP, cache, **sharing, BIOVIZ_HOSTS="sounds.lab.example"), dataset.id)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "10.1.2.3"]
)
def test_a_name_that_others_pointed_here_gets_nothing(alone, host):
    own = f"{host}:{alone.port}" if ":" not in host else host
    for path in EVERYWHERE:
        status, _, body = alone.ask(path, Host=own)
        assert status == 403 and b"BIOVIZ_HOSTS" in body, path
    assert not alone.socket(own, Origin=f"http://{own}")


def test_no_host_or_two_get_nothing(alone):
    assert alone.ask("/", Host="")[0] == 400
    assert alone.ask("/", host=f"evil.example:{alone.port}")[0] == 400, "two Host headers"
    assert alone.ask("/", Host="user@localhost")[0] == 400


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1%25.evil.example", "127.0.0.1%.evil.example", "localhost%00.evil.example", "[::1].evil.example",
     "0.0.0.0", "127.1", "2130706433", "0x7f.0.0.1", "[::ffff:10.1.2.3]", "[fe80::1%25eth0]", "localhost,evil.example",
     "localhost/", "localhost?", "localhost#", "localhost\\\\evil.example", "localhost:", "xn--localhost", "lосalhost"],
)  # fmt: skip
def test_a_host_written_oddly_is_another_name_or_none(alone, host):
    status = alone.ask("/bioviz/clip/DATASET/0.json", Host=host.encode().decode("latin-1"))[0]
    assert status in ((200,) if host == "localhost:" else (400, 403)), status


@pytest.mark.parametrize(
    "path",
    ["//bioviz/clip/DATASET/0.json", "/./bioviz/clip/DATASET/0.json", "/%2e%2e/lab/bioviz/clip/DATASET/0.json",
     "/x/..%2fbioviz/clip/DATASET/0.json", "/bioviz//clip/DATASET/0.json", "/BIOVIZ/clip/DATASET/0.json",
     "/bioviz/clip/DATASET/0.json%00", "/bioviz/clip/DATASET/0.json/", "/bioviz/clip/..%2f..%2fDATASET/0.json",
     "/_stcore/health/../../bioviz/clip/DATASET/0.json", "/_stcore/health%2f..%2f..%2fbioviz/plotly.js",
     "/_stcore//health", "/_stcore/health/", "/_stcore/health?x", "/%5fstcore/health", "/static/../app.py",
     "/component/x/../../app.py", "/media/../../etc/passwd", "/~/+/_stcore/stream", "/auth/login", "/oauth2callback"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "TRACE", "PROPFIND"])
def test_no_spelling_of_a_path_and_no_method_goes_round_the_door(shared, path, method):
    for headers in (
        {},
        {"Authorization": "Basic eDp5"},
        {"Cookie": "_streamlit_user=x; bioviz_=y; __Host-bioviz=z"},
    ):
        status, replied, body = shared.ask(path, method, Origin=f"http://{shared.own}", **headers)
        is_health = path in ("/_stcore/health?x", "/%5fstcore/health")
        assert status in (401, 403, 400, 404) or is_health, (status, body[:200])
        assert (
            (replied["Set-Cookie"] is None or is_health)
            and b"annotations" not in body
            and b"import" not in body
        )


def test_an_address_that_names_another_server_in_its_first_line_gets_nothing(shared, alone):
    for client in (shared, alone):
        for line in (
            f"http://{client.own}/bioviz/plotly.js",
            "http://evil.example/",
            f"//{client.own}/bioviz/plotly.js",
        ):
            with socket.create_connection(("127.0.0.1", client.port), timeout=60) as raw:
                raw.sendall(
                    f"GET {line} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode()
                )
                assert raw.recv(64).split()[1] in (b"403", b"400", b"401"), line


def test_what_another_web_server_hands_on_is_not_of_this_computer(alone):
    for header in ("X_Forwarded_For", "X_Forwarded_Host", "X_Forwarded_Proto", "Forwarded", "X_Real_Ip"):
        status, _, body = alone.ask("/", **{header: "10.1.2.3"})
        assert status == 403 and b"BIOVIZ_TOKEN" in body, header
    assert not alone.socket(Origin=f"http://{alone.own}", X_Forwarded_For="10.1.2.3")


def test_over_plain_http_the_origin_alone_tells_and_counts(shared):
    cookie = cookie_for(shared, TOKEN)
    for path in EVERYWHERE:
        assert shared.ask(path, Origin="http://localhost:1", Cookie=cookie)[0] == 403, path
    assert shared.ask("/", Origin=f"http://{shared.own}", Cookie=cookie)[0] == 200
    assert (
        shared.ask("/", X_Forwarded_Host="evil.example", Host=f"evil.example:{shared.port}", Cookie=cookie)[0]
        == 403
    )
    own = "sounds.lab.example"
    encrypted = {"Cookie": cookie, "X_Forwarded_Proto": "https"}
    assert shared.socket(own, Origin=f"https://{own}", **encrypted)
    assert not shared.socket(own, Origin=f"http://{own}", **encrypted), (
        "a page that anybody on the way could write"
    )


def test_a_token_elsewhere_than_where_it_belongs_opens_nothing(shared):
    for headers in (
        {"Referer": f"http://{shared.own}/?token={TOKEN}"}, {"Cookie": f"token={TOKEN}"}, {"Authorization": TOKEN},
        {"Authorization": f"Token {TOKEN}"}, {"X_Token": TOKEN}, {"Sec_WebSocket_Protocol": f"streamlit, {TOKEN}"},
    ):  # fmt: skip
        assert shared.ask("/bioviz/plotly.js", **headers)[0] == 401, headers
        assert not shared.socket(
            Origin=f"http://{shared.own}", **{k: v for k, v in headers.items() if k[:3] != "Sec"}
        )
    assert shared.ask(f"/?token=x&token={TOKEN}&token=y")[0] == 401
    cookie = cookie_for(shared, TOKEN)
    name, _, value = cookie.partition("=")
    for other in (
        f"__Host-{name}={value}",
        f"{name.upper()}={value}",
        f"{name}={value}x",
        f'{name}="{value} "',
    ):
        assert shared.ask("/", Cookie=other)[0] == 401, other


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "LOCALHOST", "localhost.", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_this_computer_is_let_in_and_asked_nothing(alone, host):
    own = f"{host}:{alone.port}"
    for path in EVERYWHERE:
        assert alone.ask(path, Host=own)[0] == 200, path
    assert alone.socket(own, Origin=f"http://{own}")


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://localhost:8502", "null", "https://localhost", "http://127.0.0.1:1"],
)
def test_a_page_of_another_origin_gets_no_session(alone, origin):
    assert not alone.socket(Origin=origin)
    assert not alone.socket(Origin=f"http://{alone.own}", Sec_Fetch_Site="same-site")


def test_a_websocket_without_an_origin_is_no_page(alone):
    assert not alone.socket()
    own = f"http://{alone.own}"
    for path in ("/_stcore/health", "/", "/bioviz/sign-in", "/auth/login"):
        assert not alone.socket(path=path, Origin=own), f"{path} is no websocket"


def test_another_port_of_this_computer_reads_nothing(alone):
    for path in EVERYWHERE:
        headers = {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "script"}
        assert alone.ask(path, **headers)[0] == 403, path
    followed = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert alone.ask("/explore", **followed)[0] == 200, "a link in a mail leads nowhere"
    assert alone.ask("/bioviz/clip/DATASET/0.wav", **followed)[0] == 403
    assert alone.ask("/", **followed | {"Sec_Fetch_Dest": "iframe"})[0] == 403


def test_what_changes_something_must_say_whence_it_comes(alone, dataset):
    assert alone.flag(dataset, "window-one-1", Origin="http://localhost:1")[0] == 403
    body = json.dumps(
        {"id": "window-two-1", "version": dataset.version[:12], "user": "Anna", "kind": "fine"}
    ).encode()
    status, _, reply = alone.ask("/bioviz/flags/DATASET/0", "POST", body, Content_Type="application/json")
    assert status == 403 and b"this dashboard" in reply, "neither Origin nor Sec-Fetch-Site, and yet let in"
    for method, path in (("PUT", "/_stcore/upload_file/a/b"), ("DELETE", "/_stcore/upload_file/a/b")):
        assert alone.ask(path, method, b"")[0] == 403
    status, _, reply = alone.flag(dataset, "window-three-1")
    assert status == 200 and len(json.loads(reply)["flags"]) == 1


def test_every_reply_says_what_pages_may_fetch(alone):
    for path in EVERYWHERE:
        policy = alone.ask(path)[1]["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'self'" in policy, path
        assert "http:" not in policy and "*" not in policy


def test_without_a_token_nothing_is_given_away(shared, dataset):
    for path in EVERYWHERE:
        status, _, body = shared.ask(path)
        assert status == (200 if path == "/_stcore/health" else 401), path
        assert b"token" in body or path == "/_stcore/health"
    assert not shared.socket(Origin=f"http://{shared.own}")
    assert shared.flag(dataset, "window-four-1")[0] == 401
    for wrong in ("wrong", TOKEN[:-1], TOKEN + "x", "", "\u00e9", VIEW_TOKEN.upper()):
        status, headers, _ = shared.ask(f"/?token={wrong.encode().hex() if not wrong.isascii() else wrong}")
        assert status == 401 and headers["Set-Cookie"] is None
    for cookie in (policy().cookie_name + "=" + TOKEN, policy().cookie_name + "=", "bioviz_=x"):
        assert shared.ask("/", Cookie=cookie)[0] == 401


def policy() -> Policy:
    return Policy(token=TOKEN, view_token=VIEW_TOKEN)


def cookie_for(client: Client, token: str) -> str:
    """Come in by the address with the token, as a browser does."""
    status, headers, _ = client.ask(f"/explore?token={token}&label=frog&k=a%26b")
    assert status == 303 and headers["Location"] == "/explore?label=frog&k=a%26b"
    cookie = headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "samesite=lax" in cookie.lower() and token not in cookie
    return cookie.split(";")[0]


def test_a_token_lets_in_once_and_a_cookie_from_then_on(shared, dataset):
    cookie = cookie_for(shared, TOKEN)
    for path in EVERYWHERE:
        assert shared.ask(path, Cookie=cookie)[0] == 200, path
    assert shared.socket(Origin=f"http://{shared.own}", Cookie=cookie)
    assert not shared.socket(Origin="http://localhost:1", Cookie=cookie)
    assert shared.ask("/bioviz/plotly.js", Authorization=f"Bearer {TOKEN}")[0] == 200
    assert shared.ask("/", Host=f"evil.example:{shared.port}", Cookie=cookie)[0] == 403
    assert shared.ask("/", Host="sounds.lab.example", Cookie=cookie)[0] == 200
    own = "sounds.lab.example"
    assert shared.socket(own, Origin=f"https://{own}", Cookie=cookie), "a proxy speaks https for the server"
    assert not shared.socket(own, Origin=f"https://{own}:8443", Cookie=cookie)


def test_the_page_that_asks_leads_on_to_this_server_alone(shared):
    status, headers, body = shared.ask("/explore?label=<b>", Accept="text/html")
    assert status == 401 and b'type="password"' in body and b"<b>" not in body
    origin = f"http://{shared.own}"

    def send(token: str, goal: str):
        form = f"token={token}&next={goal}".encode()
        return shared.ask("/bioviz/sign-in", "POST", form, Origin=origin, Accept="text/html")

    status, headers, body = send("wrong-token-of-somebody", "/explore")
    assert status == 401 and b"not right" in body
    status, headers, _ = send(TOKEN, "/explore%3Flabel%3Dfrog%26token%3Dx")
    assert (status, headers["Location"]) == (303, "/explore?label=frog")
    for goal in ("https://evil.example/", "//evil.example/", "/%5C/evil.example", "/%2F%2Fevil.example", "x"):
        place = send(TOKEN, goal)[1]["Location"]
        assert place.startswith("/") and not place.startswith(("//", "/\\")), place
    assert shared.ask("/bioviz/sign-in", "POST", b"token=" + TOKEN.encode())[0] == 403, "no Origin"


def test_who_may_only_look_flags_and_does_no_more(shared, dataset):
    cookie = cookie_for(shared, VIEW_TOKEN)
    for path in EVERYWHERE:
        assert shared.ask(path, Cookie=cookie)[0] == 200, path
    assert shared.socket(Origin=f"http://{shared.own}", Cookie=cookie)
    assert shared.flag(dataset, "window-five-1", Cookie=cookie)[0] == 200
    own = {"Cookie": cookie, "Origin": f"http://{shared.own}", "bioviz-role": "edit"}
    for method, path in (
        ("PUT", "/_stcore/upload_file/a/b"),
        ("DELETE", "/_stcore/upload_file/a/b"),
        ("POST", "/bioviz/flagsx/"),
        ("POST", "/"),
    ):
        status, _, body = shared.ask(path, method, b"", **own)
        assert status == 403 and b"look and to flag" in body, path


@pytest.mark.parametrize(
    ("address", "environment", "says"),
    [
        ("0.0.0.0", {}, "beyond this computer"),
        (None, {}, "beyond this computer"),
        ("localhost", {"BIOVIZ_HOSTS": "sounds.lab.example"}, "beyond this computer"),
        ("localhost", {"BIOVIZ_TOKEN": "short"}, "at least 16"),
        ("localhost", {"BIOVIZ_VIEW_TOKEN": VIEW_TOKEN}, "BIOVIZ_TOKEN"),
        ("localhost", {"BIOVIZ_HOSTS": "http://x/"}, "no name of a computer"),
        ("localhost", {"BIOVIZ_EDITORS": "anna@lab.example"}, "no sign-in"),
    ],
)
def test_a_server_that_would_ask_nothing_of_others_does_not_start(monkeypatch, address, environment, says):
    for name, value in ({"BIOVIZ_TOKEN": ""} | environment).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadInput, match=says):
        Policy.from_environment(address)


def test_the_refusal_to_start_is_a_sentence(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BIOVIZ_TOKEN")}
    environment |= {"BIOVIZ_CACHE": str(tmp_path), "STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.headless", "true"]
    ended = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=300)
    assert ended.returncode != 0 and "beyond this computer" in ended.stderr, ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_page_that_came_past_no_guard_may_only_look():
    from streamlit.testing.v1 import AppTest

    def page():
        import streamlit as st

        from bioviz.ui.app.sign_in import role

        st.text(role().value)

    before = rights._reader
    try:
        assert AppTest.from_function(page, default_timeout=60).run().text[0].value == "view"
        from bioviz.ui.app.sign_in import role

        assert role() is rights.Role.EDIT, "no page runs: the server's own work"
    finally:  # its import has all pages of this process ask it
        rights.read_from(before)
