"""Which clips a fine-tuned checkpoint has heard: by the bytes of recordings, and by names within one dataset alone."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from bioviz.errors import Missing
from bioviz.models import checkpoints
from bioviz.models.checkpoint_record import CheckpointRecord
from bioviz.models.checkpoints import Checkpoint
from bioviz.runs.heard import heard, heard_words, is_told, no_fair_clips
from tests.embedding.helpers import make_dataset, write_wav

CHECKPOINT = "ft:abc"


@pytest.fixture
def dataset(tmp_path):
    return make_dataset(tmp_path, [write_wav(tmp_path / f"{i}.wav", seed=i) for i in range(4)])


@pytest.fixture
def recorded(monkeypatch):
    """recorded(dataset id, parts, contents): what the checkpoint tells of itself."""

    def record(
        identity: str, names: dict[str, list[str]], contents: dict[str, list[str]] | None = None
    ) -> None:
        split = {"recordings": names} | ({} if contents is None else {"contents": contents})
        about = CheckpointRecord.from_dict({"dataset": {"id": identity}, "split": split})
        monkeypatch.setattr(checkpoints, "get", lambda name: Checkpoint(name, about))

    return record


def recordings_of(dataset, clips: np.ndarray) -> set[int]:
    return set(np.unique(dataset.clips.recording[clips]).tolist())


def test_recordings_of_its_own_dataset_and_of_cleaned_versions_are_known_by_name(dataset, recorded):
    names = [recording.name for recording in dataset.recordings]
    for identity in (dataset.id, f"{dataset.id}-clean-1"):
        recorded(identity, {"train": names[:2], "valid": names[2:3], "test": names[3:]})
        assert recordings_of(dataset, heard(dataset, CHECKPOINT)) == {0, 1, 2} and is_told(
            dataset, CHECKPOINT
        )


def test_names_of_another_dataset_mean_nothing_and_where_they_are_the_same_nobody_knows(dataset, recorded):
    names = [recording.name for recording in dataset.recordings]
    recorded("another", {"train": names})
    assert not heard(dataset, CHECKPOINT).any() and not is_told(dataset, CHECKPOINT)
    recorded("another", {"train": ["x.wav"], "test": names})
    assert not heard(dataset, CHECKPOINT).any() and is_told(dataset, CHECKPOINT)
    recorded("another", {"train": names}, {"train": ["other bytes"]})
    assert not heard(dataset, CHECKPOINT).any() and is_told(dataset, CHECKPOINT), "bytes tell"


def test_what_its_start_was_fine_tuned_with_it_heard_too(dataset, monkeypatch):
    contents = [recording.content_hash for recording in dataset.recordings]
    records = {
        "abc": {"base": "ft:first", "split": {"contents": {"train": contents[:1]}}},
        "first": {
            "base": "pretrained",
            "split": {"contents": {"train": contents[1:2], "valid": contents[2:3]}},
        },
    }

    def get(name: str) -> Checkpoint:
        if name not in records:
            raise Missing("gone")
        return Checkpoint(name, CheckpointRecord.from_dict(records[name]))

    monkeypatch.setattr(checkpoints, "get", get)
    assert recordings_of(dataset, heard(dataset, CHECKPOINT)) == {0, 1, 2} and is_told(dataset, CHECKPOINT)
    del records["first"]
    assert recordings_of(dataset, heard(dataset, CHECKPOINT)) == {0}
    assert not is_told(dataset, CHECKPOINT), "what its start heard is gone with it"
    records["abc"]["base"] = CHECKPOINT  # as only somebody who edits records can make it
    assert recordings_of(dataset, heard(dataset, CHECKPOINT)) == {0}


def test_test_clips_are_fair_ones_only_where_none_was_heard(dataset):
    def advice(splits: list[str], known: list[int]) -> str:
        clips = replace(dataset.clips, split=np.array(splits))
        return no_fair_clips(replace(dataset, clips=clips), np.isin(np.arange(len(splits)), known))

    count = len(dataset.clips)
    assert "no test split" in advice(["train"] * count, [0])
    splits = ["train"] * (count - 2) + ["test"] * 2
    assert advice(splits, [0, 1]) == "" == advice(splits, [])
    assert advice(splits, [0, count - 1]) == "It heard 1 of the dataset's 2 test clips too."


def test_the_same_bytes_are_known_in_another_dataset_and_under_another_name(tmp_path, dataset, recorded):
    contents = [recording.content_hash for recording in dataset.recordings]
    recorded(
        dataset.id, {"train": ["0.wav"], "test": ["3.wav"]}, {"train": contents[:1], "test": contents[3:]}
    )
    moved = tmp_path / "elsewhere" / "train"
    moved.mkdir(parents=True)
    shutil.copy(tmp_path / "0.wav", moved / "other.wav")
    shutil.copy(tmp_path / "3.wav", moved / "0.wav")
    other = replace(make_dataset(moved, [moved / "0.wav", moved / "other.wav"]), id="another")
    assert recordings_of(other, heard(other, CHECKPOINT)) == {1} and is_told(other, CHECKPOINT)


def test_one_that_does_not_tell_is_not_taken_for_one_that_heard_nothing(dataset, recorded):
    for identity in (dataset.id, ""):
        recorded(identity, {})
        assert not is_told(dataset, CHECKPOINT)
    assert is_told(dataset, "pretrained") and not heard(dataset, "pretrained").any()


def test_one_that_is_gone_is_said_to_be(dataset):
    for ask in (heard, is_told):
        with pytest.raises(Missing):
            ask(dataset, CHECKPOINT)


def test_it_is_said_how_many_clips_were_heard_that_nobody_knows_or_nothing(dataset, recorded, monkeypatch):
    rows = np.arange(len(dataset.clips))
    names = [recording.name for recording in dataset.recordings]
    recorded(dataset.id, {"train": names[:2], "test": names[2:]})
    count = int((dataset.clips.recording < 2).sum())
    (said,) = heard_words(dataset, rows, CHECKPOINT).sentences
    assert said.startswith(
        f"{count} of the {len(rows)} clips are of recordings that this model was fine-tuned"
    )
    assert heard_words(dataset, rows[dataset.clips.recording >= 2], CHECKPOINT).sentences == ()
    recorded("another", {"train": names})
    (said,) = heard_words(dataset, rows, CHECKPOINT).sentences
    assert "does not tell" in said

    def gone(name: str) -> Checkpoint:
        raise Missing("gone")

    monkeypatch.setattr(checkpoints, "get", gone)
    (said,) = heard_words(dataset, rows, CHECKPOINT).sentences
    assert "was deleted" in said
    assert heard_words(dataset, rows, "pretrained").sentences == ()
