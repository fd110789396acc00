"""Which clips a fine-tuned checkpoint has heard: by the names of recordings within one dataset, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from bioviz.models.checkpoint_record import CheckpointRecord
from bioviz.models.checkpoints import Checkpoint
from bioviz.runs.thresholds import label_scores
from bioviz.runs.thresholds.label_scores import is_told, trained_on
from tests.embedding.helpers import make_dataset, write_wav

CHECKPOINT = "ft:abc"


@pytest.fixture
def dataset(tmp_path):
    return make_dataset(tmp_path, [write_wav(tmp_path / f"{i}.wav", seed=i) for i in range(4)])


@pytest.fixture
def recorded(monkeypatch):
    """recorded(dataset id, parts): what the checkpoint tells of itself."""

    def record(identity: str, recordings: dict[str, list[str]]) -> None:
        about = CheckpointRecord.from_dict({"dataset": {"id": identity}, "split": {"recordings": recordings}})
        monkeypatch.setattr(label_scores, "checkpoint_of", lambda name: Checkpoint(name, about))

    return record


def test_recordings_of_its_own_dataset_and_of_cleaned_versions_are_known_by_name(dataset, recorded):
    names = [recording.name for recording in dataset.recordings]
    for identity in (dataset.id, f"{dataset.id}-clean-1"):
        recorded(identity, {"train": names[:2], "valid": names[2:3], "test": names[3:]})
        heard = trained_on(dataset, CHECKPOINT)
        assert set(np.unique(dataset.clips.recording[heard])) == {0, 1, 2} and is_told(dataset, CHECKPOINT)


def test_names_of_another_dataset_mean_nothing(dataset, recorded):
    recorded("another", {"train": [recording.name for recording in dataset.recordings]})
    assert not trained_on(dataset, CHECKPOINT).any() and is_told(dataset, CHECKPOINT)


def test_one_that_does_not_tell_is_not_taken_for_one_that_heard_nothing(dataset, recorded):
    for identity in (dataset.id, ""):
        recorded(identity, {})
        assert not is_told(dataset, CHECKPOINT)
    assert is_told(dataset, "pretrained")
