"""Files of weights that are small and unpack to much, or are damaged."""

from __future__ import annotations

import zipfile

import pytest
import torch

from bioviz.errors import BadInput
from bioviz.models import weights_state
from bioviz.models.cards import CARDS
from bioviz.models.encoder import build_encoder


@pytest.fixture
def encoder():
    return build_encoder(CARDS["small_cnn"], 0)


def saved(path):
    torch.save({"x": torch.zeros(1_000_000)}, path)
    return path


def test_what_torch_writes_is_read(tmp_path):
    path = saved(tmp_path / "w.bin")
    assert weights_state.published(path)["x"].shape == (1_000_000,)
    torch.save({"x": torch.ones(3)}, path, _use_new_zipfile_serialization=False)
    assert weights_state.published(path)["x"].tolist() == [1, 1, 1]


def test_a_packed_zip_is_refused_before_it_is_unpacked(tmp_path, encoder):
    path = tmp_path / "w.bin"
    with (
        zipfile.ZipFile(saved(tmp_path / "stored.bin")) as stored,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in stored.namelist():
            packed.writestr(name, stored.read(name))
    assert path.stat().st_size < 100_000
    with pytest.raises(BadInput, match=r"unpacks to 4\.0 MB"):
        weights_state.load_published(encoder, path, "a network")


def test_members_that_share_their_bytes_are_refused(tmp_path):
    path = tmp_path / "w.bin"
    with zipfile.ZipFile(path, "w") as written:
        written.writestr("a/data.pkl", bytes(1000))
        for i in range(9):
            shared = zipfile.ZipInfo(f"a/data/{i}")
            shared.header_offset = shared.CRC = 0
            shared.file_size = shared.compress_size = 1000
            written.filelist.append(shared)
        written._didModify = True
    with pytest.raises(BadInput, match="unpacks to"):
        weights_state.published(path)


@pytest.mark.parametrize("content", [b"\x80\x02h\x05.", b"\x80\x02.", b"PK\x03\x04 nothing"])
def test_damaged_files_get_a_sentence(tmp_path, encoder, content):
    (tmp_path / "w.bin").write_bytes(content)
    with pytest.raises(BadInput, match=r"w\.bin"):
        weights_state.load_published(encoder, tmp_path / "w.bin", "a network")


@pytest.mark.parametrize("pickled", [b"\x80\x02h\x05.", b"\x80\x02."])
def test_a_malformed_pickle_in_a_zip_gets_a_sentence(tmp_path, encoder, pickled):
    path = tmp_path / "w.bin"
    with zipfile.ZipFile(saved(tmp_path / "s.bin")) as stored, zipfile.ZipFile(path, "w") as written:
        for name in stored.namelist():
            written.writestr(name, pickled if name.endswith("data.pkl") else stored.read(name))
    with pytest.raises(BadInput, match="does not hold weights of a network"):
        weights_state.load_published(encoder, path, "a network")
