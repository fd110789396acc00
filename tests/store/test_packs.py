"""Packs: many arrays in one file, each with a checksum of its own; what is damaged goes at once and alone."""

from __future__ import annotations

import hashlib
import os

import numpy as np
import pytest

from bioviz.store import packs as packs_module
from bioviz.store.files import DiskFull
from bioviz.store.packs import _ENTRY, PackFolder, _sealed


def arrays(count: int, first: int = 0) -> list[tuple[str, np.ndarray]]:
    rng = np.random.default_rng(first)
    return [(f"key {first + i}", rng.normal(size=(1 + i % 3, 5)).astype(np.float32)) for i in range(count)]


def assert_there(folder: PackFolder, expected) -> None:
    for key, array in expected:
        assert folder.has(key)
        np.testing.assert_array_equal(folder.load(key), array)


def packs(path) -> list:
    return sorted(path.glob("*.pack"))


def test_what_is_stored_together_is_read_one_by_one_by_anyone(tmp_path):
    writer, reader = PackFolder(tmp_path / "p"), PackFolder(tmp_path / "p")
    assert not reader.has("key 0") and reader.load("key 0") is None
    first, second = arrays(20), arrays(7, first=20)
    writer.add(first)
    writer.add(second)
    assert len(packs(tmp_path / "p")) == 2
    assert_there(writer, first + second)
    reader.look_again()
    assert_there(reader, first + second)
    assert not reader.has("key 27")


def test_one_fsync_for_many(tmp_path, monkeypatch):
    real, flushed = os.fsync, []
    monkeypatch.setattr(os, "fsync", lambda descriptor: (flushed.append(descriptor), real(descriptor)))
    PackFolder(tmp_path).add(arrays(100))
    assert len(flushed) == 1


def test_all_that_is_damaged_goes_at_the_first_look_and_the_rest_stays(tmp_path):
    stored = arrays(30)
    PackFolder(tmp_path).add(stored)
    path = packs(tmp_path)[0]
    content = bytearray(path.read_bytes())
    for at in (3, 17):
        content[content.find(stored[at][1].tobytes())] ^= 1
    path.write_bytes(content)
    folder = PackFolder(tmp_path)
    assert folder.load("key 3") is None
    other = PackFolder(tmp_path)  # of another process
    for each in (folder, other):
        assert not each.has("key 3") and not each.has("key 17")
        assert_there(each, [each for i, each in enumerate(stored) if i not in (3, 17)])
    assert len(packs(tmp_path)) == 1


@pytest.mark.parametrize("damage", ["cut", "empty", "index", "footer", "count"])
def test_a_pack_without_its_index_is_dropped(tmp_path, damage):
    PackFolder(tmp_path).add(arrays(4))
    path = packs(tmp_path)[0]
    content = bytearray(path.read_bytes())
    if damage in ("index", "footer", "count"):
        content[{"index": -150, "footer": -5, "count": -56}[damage]] ^= 1
    path.write_bytes({"cut": content[:-1], "empty": b""}.get(damage, content))
    folder = PackFolder(tmp_path)
    assert folder.load("key 0") is None and not packs(tmp_path)
    folder.add(arrays(4))
    assert_there(folder, arrays(4))


def test_every_byte_of_a_pack_counts(tmp_path):
    PackFolder(tmp_path).add(arrays(2))
    whole = packs(tmp_path)[0].read_bytes()
    for at in range(len(whole)):
        path = tmp_path / str(at) / "a.pack"
        path.parent.mkdir()
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 16]) + whole[at + 1 :])
        folder = PackFolder(path.parent)
        read = [folder.load(key) for key, _ in arrays(2)]
        assert any(array is None for array in read), at
        for array, (_, expected) in zip(read, arrays(2), strict=True):
            assert array is None or np.array_equal(array, expected), at


def test_what_others_removed_or_replaced_is_noticed(tmp_path):
    mine, theirs = PackFolder(tmp_path), PackFolder(tmp_path)
    mine.add(arrays(5))
    theirs.look_again()
    assert_there(theirs, arrays(5))
    theirs.drop("key 2")  # a new file in the place of the old one
    assert mine.load("key 2") is None and not mine.has("key 2")
    assert_there(mine, [each for each in arrays(5) if each[0] != "key 2"])
    packs(tmp_path)[0].unlink()  # as a pruning would
    assert not mine.has("key 0") and mine.load("key 0") is None
    mine.add(arrays(5))
    assert_there(mine, arrays(5))


def test_a_pack_that_cannot_be_read_for_a_moment_is_not_overlooked(tmp_path, monkeypatch):
    """A network file system shows a name before the file can be opened."""
    PackFolder(tmp_path).add(arrays(3))
    os.utime(tmp_path, (1, 1))  # the folder has not changed for long
    folder, real = PackFolder(tmp_path), packs_module._open
    monkeypatch.setattr(packs_module, "_LOOK_AGAIN_S", 0.0)

    def fail(path):
        raise OSError("stale file handle")

    monkeypatch.setattr(packs_module, "_open", fail)
    assert not folder.has("key 0")
    monkeypatch.setattr(packs_module, "_open", real)
    assert_there(folder, arrays(3))


def test_where_it_cannot_be_written_anew_what_is_damaged_is_known_all_the_same(tmp_path, monkeypatch):
    stored = arrays(6)
    folder = PackFolder(tmp_path)
    folder.add(stored)
    path = packs(tmp_path)[0]
    content = bytearray(path.read_bytes())
    content[0] ^= 1
    path.write_bytes(content)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert folder.load("key 0") is None and not folder.has("key 0")
    assert_there(folder, stored[1:])
    with pytest.raises(DiskFull):
        folder.add(arrays(2, first=9))
    assert packs(tmp_path) == [path] and not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("wrong", ["objects", "beyond", "huge"])
def test_a_pack_that_was_made_up_is_dropped_even_where_its_checksum_fits(tmp_path, wrong):
    entries = np.zeros(1, _ENTRY)
    entries["rows"], entries["columns"] = 1, 4
    if wrong == "beyond":
        entries["offset"] = 1
    if wrong == "huge":
        entries["rows"] = entries["columns"] = 2**32 - 1
    path = tmp_path / f"{wrong}.pack"
    path.write_bytes(
        bytes(32 if wrong == "objects" else 16)
        + _sealed(entries, np.dtype("O" if wrong == "objects" else "<f4"))
    )
    assert PackFolder(tmp_path).load("key 0") is None
    assert not path.exists()


def test_a_pack_that_was_made_up_right_is_read(tmp_path):
    entries, content = np.zeros(1, _ENTRY), np.arange(4, dtype=np.float32).tobytes()
    entries["rows"], entries["columns"] = 1, 4
    entries["name"], entries["digest"] = (
        np.frombuffer(hashlib.sha256(each).digest(), np.uint8) for each in (b"key 0", content)
    )
    (tmp_path / "a.pack").write_bytes(content + _sealed(entries, np.dtype("<f4")))
    np.testing.assert_array_equal(PackFolder(tmp_path).load("key 0"), [[0, 1, 2, 3]])
