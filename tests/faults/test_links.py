"""A link that leads out of the data folders is not followed, whether it was there before or came later."""

from __future__ import annotations

import os
import shutil

import pytest

from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.datasets.files.scan import Files
from bioviz.errors import BadInput
from bioviz.server.clips import Gone, find_clip, native_samples
from tests.sounds import folder_per_class


@pytest.fixture
def calls(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOVIZ_DATA", str(tmp_path / "data"))
    return folder_per_class(tmp_path / "data" / "calls", files=2)


def test_a_recording_that_became_a_link_to_outside_is_not_played(calls, tmp_path):
    dataset = build_dataset(calls, name="calls")
    library.save(dataset)
    clip = find_clip(dataset.id, 0)
    assert len(native_samples(clip, 0.0))
    path = clip.recording.path
    secret = tmp_path / "secret.wav"
    before = path.stat()
    shutil.move(path, secret)  # the same bytes, so that nothing but its place tells
    os.utime(secret, ns=(before.st_atime_ns, before.st_mtime_ns))
    path.symlink_to(secret)
    with pytest.raises(Gone, match="link to somewhere outside"):
        native_samples(clip, 0.0)


def test_a_data_folder_that_moved_within_the_data_is_followed(calls):
    dataset = build_dataset(calls, name="calls")
    library.save(dataset)
    moved = calls.with_name("moved")
    calls.rename(moved)
    calls.symlink_to(moved)
    assert len(native_samples(find_clip(dataset.id, 0), 0.0))


def test_a_table_that_is_a_link_to_outside_is_named_and_not_read(calls, tmp_path):
    table = tmp_path / "labels.csv"
    table.write_text("path,label\nsecret,secret\n")
    (calls / "labels.csv").symlink_to(table)
    assert "labels.csv" not in Files.below(calls).names
    dataset = build_dataset(calls, name="calls")
    (said,) = [each for each in dataset.problems if each.kind == "outside"]
    assert said.file == "labels.csv" and "BIOVIZ_DATA" in said.detail and "secret" not in dataset.labels
    with pytest.raises(BadInput, match=r"labels\.csv"):  # what it says may be that something calls
        build_dataset(calls, options={"unannotated": "background"})
    (calls / "labels.csv").unlink()
    inside = calls.parent / "labels.csv"
    table.rename(inside)
    (calls / "labels.csv").symlink_to(inside)
    assert "labels.csv" in Files.below(calls).names
