"""Stored files are whole or absent, and know when they were damaged."""

from __future__ import annotations

import contextlib
import errno
import json
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bioviz.store import Corrupt, DiskFull, files
from bioviz.store.arrays import load_array, save_array, save_rows, stored_digest
from bioviz.store.files import read_json, write_atomic, write_json

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
DTYPES = st.sampled_from([np.float32, np.float64, np.int32, np.int64, np.bool_, np.uint8, np.dtype("<U7")])


@given(array=DTYPES.flatmap(lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0))))
def test_an_array_comes_back_as_it_was(tmp_path_factory, array):
    path = tmp_path_factory.mktemp("arrays") / "a.npy"
    save_array(path, array)
    for mmap in (False, True):
        back = load_array(path, mmap=mmap)
        assert back.dtype == array.dtype and back.shape == array.shape
        np.testing.assert_array_equal(back, array)


def test_numpy_alone_reads_it_too(tmp_path):
    array = np.arange(12, dtype=np.float32).reshape(3, 4)
    save_array(tmp_path / "a.npy", array)
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy", allow_pickle=False), array)


def test_parts_land_in_their_rows_in_any_order(tmp_path):
    parts = [(slice(3, 5), np.ones((2, 2))), (slice(0, 1), np.full((1, 2), 7.0))]
    digest = save_rows(tmp_path / "a.npy", (6, 2), np.float32, parts)
    expected = np.zeros((6, 2), np.float32)
    expected[3:5], expected[0] = 1, 7
    np.testing.assert_array_equal(load_array(tmp_path / "a.npy"), expected)
    assert stored_digest(tmp_path / "a.npy") == digest


def test_a_part_that_does_not_fit_is_refused_and_nothing_stored(tmp_path):
    with pytest.raises(ValueError, match="does not fit"):
        save_rows(tmp_path / "a.npy", (6, 2), np.float32, [(slice(0, 2), np.ones((2, 3)))])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mmap", [False, True])
@pytest.mark.parametrize("where", [10, 300, -50, -1], ids=["header", "data", "last value", "trailer"])
def test_one_changed_byte_is_noticed(tmp_path, where, mmap):
    path = tmp_path / "a.npy"
    save_array(path, np.arange(100, dtype=np.float32))
    raw = bytearray(path.read_bytes())
    raw[where] ^= 1
    path.write_bytes(raw)
    with pytest.raises(Corrupt, match=r"a\.npy is damaged"):
        load_array(path, mmap=mmap)


@pytest.mark.parametrize("keep", [0, 20, 200, -1])
def test_a_file_cut_short_is_noticed(tmp_path, keep):
    path = tmp_path / "a.npy"
    save_array(path, np.arange(100, dtype=np.float32))
    load_array(path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(Corrupt):
        load_array(path)


def test_objects_are_never_pickled(tmp_path):
    with pytest.raises(ValueError, match="objects"):
        save_array(tmp_path / "a.npy", np.array([{}], dtype=object))
    np.save(tmp_path / "evil.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(Corrupt):
        load_array(tmp_path / "evil.npy")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_keeps_the_old_file_and_says_so(tmp_path, monkeypatch, number):
    path = tmp_path / "value.json"
    write_json(path, {"a": 1})

    def full(descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match=r"value\.json.*Free some space"):
        write_json(path, {"a": 2})
    assert read_json(path) == {"a": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["value.json"]


def test_an_error_while_writing_leaves_nothing_behind(tmp_path):
    def half(file):
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "sub" / "a.bin", half)
    assert list((tmp_path / "sub").iterdir()) == []


def test_damaged_json_is_told_from_absent(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_json(tmp_path / "a.json")
    (tmp_path / "a.json").write_text('{"a": ')
    with pytest.raises(Corrupt, match=r"a\.json is damaged"):
        read_json(tmp_path / "a.json")


@given(value=json_values, position=st.integers(0, 10**6), other=st.integers(1, 255))
def test_a_changed_json_file_is_never_read_as_another(tmp_path_factory, value, position, other):
    path = tmp_path_factory.mktemp("json") / "a.json"
    for compact in (False, True):
        files.write_json(path, value, compact=compact)
        assert files.read_json(path) == value
        data = bytearray(path.read_bytes())
        data[position % len(data)] ^= other
        path.write_bytes(data)
        with contextlib.suppress(files.Corrupt):
            assert files.read_json(path) == value


def test_plain_json_of_earlier_versions_is_read(tmp_path):
    path = tmp_path / "a.json"
    for value in ({"a": 1}, [1, 2], {"sha256": "x", "name": "y", "size": 3}, 7):
        path.write_text(json.dumps(value))
        assert files.read_json(path) == value


@given(data=st.binary(max_size=200), position=st.integers(0, 10**6), other=st.integers(1, 255))
def test_changed_sealed_bytes_are_not_read_as_others(tmp_path_factory, data, position, other):
    path = tmp_path_factory.mktemp("sealed") / "a"
    files.write_sealed(path, data)
    assert files.read_sealed(path) == data
    changed = bytearray(path.read_bytes())
    changed[position % len(changed)] ^= other
    path.write_bytes(changed)
    with contextlib.suppress(files.Corrupt):
        # Where the trailer itself was hit the bytes come back longer, which no format of ours takes for whole.
        assert files.read_sealed(path) == bytes(changed)
