"""A user's own model file: kept with a readable card, tried on sound, used like any model, and forgotten."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
import torch

from bioviz.cli import main
from bioviz.errors import BadInput, Missing
from bioviz.models import registry
from bioviz.models.base import PRETRAINED
from bioviz.models.brought import own, uploads
from bioviz.models.runtimes import session
from bioviz.progress import Silent
from bioviz.store.files import read_json
from tests.models import files

RATE, SAMPLES, DIM = 8000, 4000, 12
SAID = {"title": "My <b>frogs</b>", "sample_rate": RATE, "window_s": SAMPLES / RATE, "hop_s": 0.25}


@pytest.fixture(params=["model.tflite", "model.onnx"])
def uploaded(request, tmp_path, monkeypatch):
    """A file that the page has kept, and what it says of itself."""
    monkeypatch.setenv("BIOVIZ_CACHE", str(tmp_path / "cache"))
    source = tmp_path / request.param
    (files.write_tflite if source.suffix == ".tflite" else files.write_onnx)(source, SAMPLES, DIM)
    with source.open("rb") as file:
        path = uploads.keep_upload(request.param, file)
    return path, own.inspect_job({"path": str(path)}, Silent())


def params(uploaded, **changes) -> dict:
    path, facts = uploaded
    said = {
        "path": str(path),
        "runtime": facts["runtime"],
        "embedding": facts["tensors"][0]["name"],
        "input": facts["inputs"][0]["name"],
    }
    return {**SAID, **said, **changes}


def test_a_file_says_its_input_and_what_could_be_its_embedding(uploaded):
    _, facts = uploaded
    assert [each["name"] for each in facts["inputs"]] == ["waveform"]
    assert facts["inputs"][0]["shape"][-1] == SAMPLES
    assert facts["tensors"][0]["shape"][-1] == DIM  # the vector before the scores, which are too few


def test_an_added_file_is_a_model_like_any_other(uploaded):
    added = own.add_job(params(uploaded), Silent())
    card = registry.card(added["model"])
    assert card in registry.list_models() and card.dim == added["dim"] == DIM and not card.trainable
    clip = np.random.default_rng(0).normal(0, 0.1, SAMPLES).astype(np.float32)
    found = registry.open_model(card.name, PRETRAINED).embed(torch.from_numpy(clip)[None], RATE)[0]
    np.testing.assert_allclose(found, files.expected(clip, DIM), rtol=1e-4, atol=1e-6)
    kept = read_json(own.folder() / card.name / "card.json")
    assert kept["title"] == SAID["title"] and kept["sample_rate"] == RATE
    assert not uploaded[0].exists()
    own.remove(card.name)
    assert card.name not in [each.name for each in registry.list_models()]
    with pytest.raises(Missing):
        registry.card(card.name)
    with pytest.raises(Missing):
        own.remove(card.name)


def test_the_same_file_with_another_tensor_is_another_model(uploaded):
    first = own.add_job(params(uploaded), Silent())["model"]
    path, _ = uploaded
    with (own.folder() / first / f"model{path.suffix}").open("rb") as file:
        again = uploads.keep_upload(f"again{path.suffix}", file)
    assert again == path
    second = own.add_job(params(uploaded, embedding="scores"), Silent())
    assert second["model"] != first and second["dim"] == files.LABELS
    assert registry.fingerprint(first, PRETRAINED) != registry.fingerprint(second["model"], PRETRAINED)


def test_the_same_file_brought_twice_at_a_time_is_kept_once(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOVIZ_CACHE", str(tmp_path))
    content = bytes(range(256)) * 20_000

    class Slow(io.BytesIO):
        """Is overtaken by another upload of the same bytes in the middle of being written."""

        reads = 0

        def read(self, size: int | None = -1) -> bytes:
            Slow.reads += 1
            if Slow.reads == 9:  # 6 to hash it, 2 of writing
                assert uploads.keep_upload("b.onnx", io.BytesIO(content)).read_bytes() == content
            return super().read(size)

    path = uploads.keep_upload("a.onnx", Slow(content))
    assert Slow.reads > 9 and path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"title": " "}, "title"),
        ({"sample_rate": 0}, "sample_rate"),
        ({"sample_rate": 8000.5}, "whole"),
        ({"window_s": 1e9}, "window_s"),
        ({"hop_s": float("nan")}, "hop_s"),
        ({"peak": 7}, "peak"),
        ({"runtime": "pickle"}, "pickle"),
        ({"embedding": "absent"}, "absent"),
        ({"input": "absent"}, "absent"),
        ({"window_s": 0.1}, "window|shape|samples|run"),
    ],
)
def test_what_cannot_be_is_refused_and_the_upload_stays(uploaded, changes, says):
    with pytest.raises(BadInput, match=says):
        own.add_job(params(uploaded, **changes), Silent())
    assert uploaded[0].is_file() and not own.cards()


def test_a_tensor_that_does_not_depend_on_the_sound_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOVIZ_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(
        files,
        "weights_of",
        lambda samples, dim, seed=0: (
            np.zeros((dim, 400), np.float32),
            np.ones((files.LABELS, dim), np.float32),
        ),
    )
    files.write_onnx(tmp_path / "m.onnx", SAMPLES, DIM)
    with (tmp_path / "m.onnx").open("rb") as file:
        path = uploads.keep_upload("m.onnx", file)
    uploaded = path, own.inspect_job({"path": str(path)}, Silent())
    with pytest.raises(BadInput, match="same numbers"):
        own.add_job(params(uploaded), Silent())


@pytest.mark.parametrize("name", ["a.bin", "a.pkl", "a", "a.tflite.exe"])
def test_other_kinds_of_files_are_refused(tmp_path, monkeypatch, name):
    monkeypatch.setenv("BIOVIZ_CACHE", str(tmp_path))
    with pytest.raises(BadInput, match=r"\.tflite or \.onnx"):
        uploads.keep_upload(name, io.BytesIO(b"x"))
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(BadInput):
        session.inspect(tmp_path / name)


@pytest.mark.parametrize("name", ["m.tflite", "m.onnx"])
@pytest.mark.parametrize("content", [b"", b"\0\0\0\0TFL3", b"PK\3\4" * 10, b"\0\0\0\0TFL3" + b"\xff" * 500])
def test_damaged_files_are_named(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=name):
        session.inspect(tmp_path / name)


def test_only_uploads_are_read(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOVIZ_CACHE", str(tmp_path / "cache"))
    files.write_onnx(tmp_path / "m.onnx", SAMPLES, DIM)
    for path in (tmp_path / "m.onnx", own.folder() / "uploaded" / ".." / ".." / ".." / "m.onnx"):
        with pytest.raises(Missing):
            own.inspect_job({"path": str(path)}, Silent())
    for name in ("../../x", "own_../x", "resnet18", "own_"):
        assert own.find(name) is None
        with pytest.raises(Missing):
            own.remove(name)


@pytest.mark.parametrize("content", ["[]", "{", '{"title": "x"}', '{"title": "x", "evil": 1}'])
def test_a_damaged_card_hides_that_model_alone_and_is_named_when_asked_for(uploaded, content):
    good = own.add_job(params(uploaded), Silent())["model"]
    bad = own.folder() / "own_bad_00000000"
    bad.mkdir()
    (bad / "card.json").write_text(content)
    assert [card.name for card in own.cards()] == [good]
    with pytest.raises(BadInput, match="card"):
        registry.card(bad.name)


def test_a_card_cannot_name_a_file_elsewhere(uploaded):
    name = own.add_job(params(uploaded), Silent())["model"]
    path = own.folder() / name / "card.json"
    card = read_json(path)
    for file in ("../../../etc/passwd", "/etc/passwd", "model.exe"):
        path.write_text(json.dumps({**card, "file": file}))
        with pytest.raises(BadInput, match="beside"):
            registry.card(name)


def test_another_file_in_its_place_is_noticed(uploaded):
    name = own.add_job(params(uploaded), Silent())["model"]
    path = own.folder() / name / f"model{uploaded[0].suffix}"
    (files.write_tflite if path.suffix == ".tflite" else files.write_onnx)(path, SAMPLES, DIM, seed=3)
    with pytest.raises(BadInput, match="another file"):
        registry.open_model(name, PRETRAINED)


def test_the_command_line_adds_lists_and_removes_a_file(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BIOVIZ_CACHE", str(tmp_path / "cache"))
    files.write_tflite(tmp_path / "frogs.tflite", SAMPLES, DIM)
    assert main(["add-model", str(tmp_path / "frogs.tflite"), "--rate", str(RATE), "--json", "--quiet"]) == 0
    added = json.loads(capsys.readouterr().out)
    assert added["dim"] == DIM and added["embedding"] == "pooled"
    assert main(["models", added["model"], "--json"]) == 0
    (card,) = json.loads(capsys.readouterr().out)
    assert card["window_s"] == SAMPLES / RATE and card["checkpoints"]["pretrained"]["available"]
    assert main(["models", added["model"], "--remove"]) == 0
    assert main(["models", added["model"]]) == 3
    assert main(["add-model", str(tmp_path / "absent.onnx"), "--rate", "8000"]) == 1
    assert "absent.onnx cannot be read" in capsys.readouterr().err
