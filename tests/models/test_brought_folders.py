"""Folders of models: nothing is read outside the data folders, and a copy is made once and whole."""

from __future__ import annotations

import json
import shutil
import threading
from dataclasses import asdict

import pytest

from bioviz.errors import BadInput
from bioviz.models.brought import backbones, own, shelf, uploads
from bioviz.progress import Silent
from bioviz.store.files import write_json

SETTINGS = {"model_type": "hubert", "architecture": "test_resnet"}


@pytest.fixture
def data(tmp_path, monkeypatch):
    """The one data folder; beside it lies what may not be read."""
    monkeypatch.setenv("BIOVIZ_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("BIOVIZ_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    for each in ("data", "private"):
        written(tmp_path / each / "net")
    return tmp_path / "data"


def written(place):
    place.mkdir(parents=True)
    (place / "config.json").write_text(json.dumps(SETTINGS))
    (place / "preprocessor_config.json").write_text("{}")
    (place / "model.safetensors").write_bytes(b"weights" * 1000)
    return place


def test_folders_outside_the_data_folders_are_refused_before_they_are_read(data, tmp_path):
    assert backbones.is_meant(str(data / "net"))
    (data / "link").symlink_to(tmp_path / "private" / "net")
    for place in (tmp_path / "private" / "net", tmp_path / "private" / "none", data / "link"):
        for act in (backbones.is_meant, uploads.folder_of):
            with pytest.raises(BadInput, match="outside the data folders"):
                act(str(place))
        with pytest.raises(BadInput, match="outside the data folders"):
            backbones.add_job({"network": str(place)}, Silent())


@pytest.mark.parametrize("text", ["~nouser/x", "x" * 300, "a\0b"])
def test_names_that_no_folder_can_have_get_a_sentence(data, text):
    for named in (text, str(data / text)) if text[0] == "x" else (text,):
        with pytest.raises(BadInput):
            backbones.is_meant(named)
    with pytest.raises(BadInput):
        backbones.add_job({"network": f"timm/{text}"}, Silent())


@pytest.mark.parametrize(
    "name", ["config.json", "preprocessor_config.json", "model.safetensors", "README.md"]
)
def test_links_that_lead_outside_are_refused(data, tmp_path, name):
    (tmp_path / "private" / "net" / "README.md").write_text("private")
    (data / "net" / name).unlink(missing_ok=True)
    (data / "net" / name).symlink_to(tmp_path / "private" / "net" / name)
    with pytest.raises(BadInput, match="outside the data folders"):
        uploads.keep_folder(data / "net")
    if name == "config.json":
        with pytest.raises(BadInput, match="outside the data folders"):
            backbones.is_meant(str(data / "net"))


def test_links_of_the_hubs_cache_lead_to_its_store(data, tmp_path):
    repository = tmp_path / "hf" / "hub" / "models--someone--small"
    shutil.move(written(tmp_path / "new"), repository / "blobs")
    place = repository / "snapshots" / "abc"
    place.mkdir(parents=True)
    for each in (repository / "blobs").iterdir():
        (place / each.name).symlink_to(f"../../blobs/{each.name}")
    kept = uploads.keep_folder(uploads.folder_of("someone/small"))
    assert kept.read_bytes() == b"weights" * 1000 and not kept.is_symlink()
    (place / "model.safetensors").unlink()
    (place / "model.safetensors").symlink_to(tmp_path / "private" / "net" / "model.safetensors")
    with pytest.raises(BadInput, match="outside the data folders"):
        uploads.keep_folder(place)


def test_settings_that_are_too_large_are_not_read(data):
    (data / "net" / "config.json").write_text(json.dumps({**SETTINGS, "x": "x" * (5 << 20)}))
    for act in (backbones.is_meant, lambda text: uploads.keep_folder(uploads.folder_of(text))):
        with pytest.raises(BadInput, match="larger than any settings"):
            act(str(data / "net"))


def test_a_folder_is_copied_once_and_again_only_where_a_file_of_it_is_gone(data, monkeypatch):
    copied = []
    copy = shutil.copyfile
    monkeypatch.setattr(shutil, "copyfile", lambda source, to: copied.append(to) or copy(source, to))
    kept = uploads.keep_folder(data / "net")
    assert len(copied) == 3
    assert uploads.keep_folder(data / "net") == kept and len(copied) == 3
    kept.with_name("config.json").unlink()
    assert uploads.keep_folder(data / "net") == kept and len(copied) == 6
    assert sorted(each.name for each in kept.parent.iterdir()) == sorted(
        ["config.json", "model.safetensors", "preprocessor_config.json"]
    )
    assert list(kept.parent.parent.iterdir()) == [kept.parent]


def test_tabs_that_copy_the_same_folder_at_once_do_not_disturb_each_other(data, monkeypatch):
    """Both have copied a file before either goes on."""
    both = threading.Barrier(2, timeout=20)
    copy, kept = shutil.copyfile, []

    def slow(source, to):
        copy(source, to)
        both.wait()

    monkeypatch.setattr(shutil, "copyfile", slow)
    tabs = [threading.Thread(target=lambda: kept.append(uploads.keep_folder(data / "net"))) for _ in range(2)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert len(kept) == 2 and kept[0] == kept[1] and kept[0].read_bytes() == b"weights" * 1000
    assert list(kept[0].parent.parent.iterdir()) == [kept[0].parent]


def test_the_same_bytes_under_other_names_are_another_folder(data):
    about = {**SETTINGS, "auto_map": {"AutoModel": "net.Net"}}
    (data / "net" / "config.json").write_text(json.dumps(about))
    (data / "net" / "net.py").write_text("x = 1")
    (data / "net" / "two.py").write_text("x = 2")
    first = uploads.keep_folder(data / "net")
    (data / "net" / "two.py").rename(data / "net" / "zwo.py")
    second = uploads.keep_folder(data / "net")
    assert second != first and second.with_name("zwo.py").is_file()


def test_a_card_is_read_the_same_from_whatever_folder_bioviz_was_started_in(data, tmp_path, monkeypatch):
    card = own.OwnCard(
        "A net", "model.safetensors", "0" * 64, "transformers", "last_hidden_state", 16_000, 1.0, 1.0, 8
    )
    beside = {"config.json": "1" * 64, "preprocessor_config.json": "2" * 64, "modeling.py": "3" * 64}
    (own.folder() / "own_a_net").mkdir(parents=True)
    write_json(own.folder() / "own_a_net" / shelf.CARD, {**asdict(card), "beside": beside})
    assert [each.name for each in own.cards()] == ["own_a_net"]
    (tmp_path / "started").mkdir()
    (tmp_path / "started" / "model.safetensors").write_bytes(b"x")
    monkeypatch.chdir(tmp_path / "started")
    assert [each.name for each in own.cards()] == ["own_a_net"]
