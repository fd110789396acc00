"""Downloads arrive whole and right, or not at all."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bioviz.errors import BadInput, Cancelled, Missing
from bioviz.models import registry, weights
from bioviz.models.base import WeightsFile
from bioviz.models.cards import CARDS

CONTENT = bytes(range(256)) * 20_000  # 5 MB
HASH = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(scope="module")
def server():
    """Serves CONTENT under /whole, breaks off under /broken, knows nothing else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path not in ("/whole", "/broken"):
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT if self.path == "/whole" else CONTENT[:1_500_000])

        def log_message(self, *_):
            return None

    httpd = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    httpd.server_close()


class Listener:
    def __init__(self, cancel: bool = False):
        self.seen, self.cancel = [], cancel

    def report(self, stage, done, total, unit="clips", note=""):
        self.seen.append((done, total, unit))
        if self.cancel:
            raise Cancelled("stopped")


def nothing_left(folder) -> bool:
    return not folder.exists() or not list(folder.iterdir())


@pytest.mark.parametrize("sha256", [HASH, HASH[:8], ""])
def test_a_download_lands_in_the_weights_folder(server, weights_dir, sha256):
    progress = Listener()
    path = weights.download(WeightsFile("a.pth", f"{server}/whole", sha256), progress)
    assert path == weights_dir / "a.pth"
    assert path.read_bytes() == CONTENT
    assert [p.name for p in weights_dir.iterdir()] == ["a.pth"]
    assert progress.seen[-1] == (5.12, 5.12, "MB")


def test_the_registry_downloads_by_model(server, weights_dir, monkeypatch):
    file = WeightsFile("resnet18-x.pth", f"{server}/whole", HASH)
    monkeypatch.setitem(CARDS, "resnet18", replace(CARDS["resnet18"], weights=file))
    assert not registry.checkpoint_state("resnet18", "pretrained").available
    registry.download("resnet18")
    assert registry.checkpoint_state("resnet18", "pretrained").available
    with pytest.raises(Missing, match="needs no weights"):
        registry.download("acoustic_features")


def test_a_local_file_url_works(tmp_path, weights_dir):
    (tmp_path / "source.pth").write_bytes(b"abc")
    path = weights.download(WeightsFile("a.pth", (tmp_path / "source.pth").as_uri()))
    assert path.read_bytes() == b"abc"


def test_a_wrong_hash_leaves_nothing_and_keeps_what_was_there(server, weights_dir):
    weights_dir.mkdir()
    (weights_dir / "a.pth").write_bytes(b"older")
    with pytest.raises(BadInput, match="00000000"):
        weights.download(WeightsFile("a.pth", f"{server}/whole", "00000000"))
    assert [p.name for p in weights_dir.iterdir()] == ["a.pth"]
    assert (weights_dir / "a.pth").read_bytes() == b"older"


@pytest.mark.parametrize(("page", "says"), [("/broken", "broke off"), ("/absent", "cannot be reached")])
def test_a_failed_download_leaves_nothing_and_says_what_to_do(server, weights_dir, page, says):
    with pytest.raises(Missing, match=says):
        weights.download(WeightsFile("a.pth", server + page))
    assert nothing_left(weights_dir)


def test_no_network_is_a_sentence(weights_dir):
    with pytest.raises(Missing, match=r"cannot be reached.*Put a\.pth into"):
        weights.download(WeightsFile("a.pth", "http://127.0.0.1:1/a.pth"))
    with pytest.raises(Missing, match="published nowhere"):
        weights.download(WeightsFile("a.pth"))
    assert nothing_left(weights_dir)


def test_cancelling_leaves_nothing(server, weights_dir):
    with pytest.raises(Cancelled):
        weights.download(WeightsFile("a.pth", f"{server}/whole"), Listener(cancel=True))
    assert nothing_left(weights_dir)


def test_a_folder_that_cannot_be_made_is_named(server, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("BIOVIZ_WEIGHTS", str(tmp_path / "file" / "weights"))
    with pytest.raises(BadInput, match="BIOVIZ_WEIGHTS"):
        weights.download(WeightsFile("a.pth", f"{server}/whole"))


def test_a_hash_follows_a_changed_file(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"one")
    first = weights.file_sha256(path)
    path.write_bytes(b"three")
    assert weights.file_sha256(path) == hashlib.sha256(b"three").hexdigest() != first
