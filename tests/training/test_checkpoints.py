"""Checkpoints exported, deleted and imported."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from bioviz.errors import BadInput, Missing
from bioviz.models import checkpoints, registry
from bioviz.training.finetune import finetune
from bioviz.training.settings import TrainSettings


@pytest.fixture
def made(tones):
    return finetune(tones, "tiny", "random", TrainSettings(strategy="linear", epochs=1), name="mine")


def test_checkpoints_are_exported_deleted_and_imported(made):
    packed = checkpoints.export(made.id)
    checkpoints.delete(made.id)
    assert not checkpoints.list_checkpoints()
    with pytest.raises(Missing):
        registry.open_model("tiny", made.name)
    again = checkpoints.import_zip(packed)
    assert again.id == made.id and again.record == made.record and again.title == "mine"
    registry.open_model("tiny", again.name)


def repacked(packed: bytes, **changes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in {
            **files,
            **{key.replace("_", "."): value for key, value in changes.items()},
        }.items():
            archive.writestr(name, data)
    return made.getvalue()


def test_a_wrong_file_is_not_imported(made):
    packed = checkpoints.export(made.id)
    with pytest.raises(BadInput, match="not a checkpoint file"):
        checkpoints.import_zip(b"no zip")
    with pytest.raises(BadInput, match="damaged or was changed"):
        checkpoints.import_zip(repacked(packed, model_safetensors=b"other"))
    with pytest.raises(BadInput, match="something else"):
        checkpoints.import_zip(repacked(packed, evil_py=b"x"))
    other = {**made.record.to_dict(), "model": "resnet18"}
    with pytest.raises(BadInput, match="not of resnet18"):
        checkpoints.import_zip(repacked(packed, record_json=json.dumps(other)))
    with pytest.raises(Missing):
        checkpoints.import_zip(
            repacked(packed, record_json=json.dumps({**made.record.to_dict(), "model": "nothing"}))
        )
    with pytest.raises(Missing):
        checkpoints.get("../" + made.id)
