"""A checkpoint's record: what an old one lacks has its default, what a new one has besides stays, damage is named."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bioviz.config import settings
from bioviz.errors import BadInput
from bioviz.models import checkpoints, registry
from bioviz.models.checkpoint_record import CheckpointRecord, Outcome, SplitRecord, TrainedOn

# As the first version wrote it: 16-bit waveforms, no probe, no outcome.
OLD = {
    "format": 1,
    "model": "resnet18",
    "base": "random",
    "name": "",
    "dataset": {"id": "frogs-1", "name": "frogs", "version": "v1"},
    "split": {
        "source": "dataset",
        "counts": {"test": {"clips": 4, "background": 1}, "train": {"clips": 9, "background": 3}},
        "recordings": {"train": ["a.wav"], "valid": [], "test": ["b.wav"]},
    },
    "strategy": "full",
    "settings": {"background_share": 0.5},
    "metric": "accuracy",
    "curves": [{"learning_rate": 1e-4, "epochs": [], "stopped": ""}],
    "best": {"trial": 0, "epoch": 3},
    "test": {"accuracy": 0.5, "macro_ap": None},
    "test_as_paper": None,
    "created": "2026-11-01T08:00:00+00:00",
    "seconds": 12,
}


def stored(values: object, identity: str = "abc123") -> str:
    folder = settings().cache_dir / "checkpoints" / identity
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"")
    (folder / "record.json").write_text(json.dumps(values))
    return identity


def test_an_old_record_opens_with_defaults_for_what_it_lacks():
    made = checkpoints.get(stored(OLD))
    assert made.title == "1 Nov 2026, 08:00:00 (UTC), full, 50\u00a0% background"
    record = made.record
    assert record.dataset == TrainedOn("frogs-1", "frogs", "v1")
    assert record.split.recordings["test"] == ["b.wav"] and record.split.counts["test"]["clips"] == 4
    assert record.test == {"accuracy": 0.5, "macro_ap": None} and record.test_as_paper is None
    assert record.outcome == Outcome() and record.probe == {} and record.parity is None
    assert made.usable and record.seconds == 12
    assert [each.id for each in checkpoints.list_checkpoints()] == ["abc123"]
    assert registry.checkpoints("resnet18")[-1] == "ft:abc123"


def test_what_a_newer_record_has_besides_is_kept():
    values = {**OLD, "energy_kwh": 0.2}
    record = CheckpointRecord.from_dict(values)
    assert record.more == {"energy_kwh": 0.2}
    written = json.loads(json.dumps(record.to_dict()))
    assert written["energy_kwh"] == 0.2 and "more" not in written
    assert {name: written[name] for name in values if name not in ("split", "dataset")} == {
        name: value for name, value in values.items() if name not in ("split", "dataset")
    }
    assert CheckpointRecord.from_dict(written) == record


def test_a_record_is_read_back_as_it_was_written():
    record = CheckpointRecord(
        model="aves_bio",
        base="pretrained",
        split=SplitRecord("seeded", {"test": {"clips": 3}}, {"test": ["ü.wav"]}),
        best={"trial": 1, "epoch": 2},
        test={"accuracy": 1.0, "background_auroc": None},
        probe={"test": {"accuracy": 0.5}, "valid": None},
        outcome=Outcome("more", "It did.", 0.1, 0.7, 0.001, 0.2, 0.1, 0.3, 9),
        parity={"opened": 1.0, "clips": 8},
    )
    assert CheckpointRecord.from_dict(json.loads(json.dumps(record.to_dict()))) == record
    assert CheckpointRecord.from_dict(replace(record, usable=False, reason="why").to_dict()).reason == "why"


@pytest.mark.parametrize(
    ("changes", "entry"),
    [
        ({"dataset": "frogs"}, "dataset"),
        ({"dataset": {"id": 5}}, "dataset.id"),
        ({"settings": [1]}, "settings"),
        ({"test": {"accuracy": "good"}}, "test.accuracy"),
        ({"curves": {"a": 1}}, "curves"),
        ({"curves": ["x"]}, "curves[0]"),
        ({"split": {"recordings": {"test": "b.wav"}}}, "split.recordings.test"),
        ({"usable": "no"}, "usable"),
        ({"base_seed": True}, "base_seed"),
        ({"created": 20261101}, "created"),
    ],
)
def test_an_entry_of_the_wrong_kind_is_named(changes, entry):
    with pytest.raises(BadInput, match="record of this checkpoint is damaged") as raised:
        CheckpointRecord.from_dict({**OLD, **changes})
    assert repr(entry) in str(raised.value)
    stored({**OLD, **changes})
    assert checkpoints.list_checkpoints() == [], "a damaged record hides its checkpoint, and no other"
    assert not registry.checkpoint_state("resnet18", "ft:abc123").available


@pytest.mark.parametrize("values", [[], "text", 5, None])
def test_what_is_no_record_is_refused(values):
    with pytest.raises(BadInput, match="no list of entries"):
        CheckpointRecord.from_dict(values)
