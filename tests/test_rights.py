"""Who may look and flag can do no more, whatever a page calls."""

from __future__ import annotations

import io

import pytest

from bioviz import jobs, rights
from bioviz.datasets import library
from bioviz.datasets.files import upload
from bioviz.datasets.tables import profiles
from bioviz.flags import flag, load_flags, make_cleaned
from bioviz.models import checkpoints
from bioviz.models.brought import own, uploads
from bioviz.rights import NotAllowed, Role
from bioviz.runs import measuring, tasks
from bioviz.runs.saved_views import SavedView, remove_view, save_view
from bioviz.training.loop.run_dir import TrainingRunDir
from bioviz.ui import removing
from tests.server import samples

SPEAKS_FOR_ALL = "bioviz.rights._reader"
ACTS = {
    "add a dataset": lambda dataset: library.save(dataset),
    "change the unit": lambda dataset: library.set_unit(dataset.id, "recording"),
    "remove a dataset": lambda dataset: library.remove(dataset.id),
    "upload": lambda dataset: upload.store([("a.wav", io.BytesIO(b""))]),
    "clean": lambda dataset: make_cleaned(dataset, load_flags(dataset)),
    "upload a model": lambda dataset: uploads.keep_upload("a.onnx", io.BytesIO(b"")),
    "remove a model": lambda dataset: own.remove("own-x"),
    "delete a checkpoint": lambda dataset: checkpoints.delete("x"),
    "import a checkpoint": lambda dataset: checkpoints.import_zip(b""),
    "remove a profile": lambda dataset: profiles.remove_profile("x"),
    "cancel": lambda dataset: jobs.cancel("x"),
    "train": lambda dataset: jobs.start("finetune", "bioviz.training.tasks:finetune_job", {}),
    "download": lambda dataset: jobs.start("download", "bioviz.models.registry:download_job", {}),
    "make the demo": lambda dataset: tasks.start_demo(),
    "forget epochs": lambda dataset: TrainingRunDir.restart(None),
    "save a view": lambda dataset: save_view(dataset.id, SavedView("Ants", {})),
    "remove a view": lambda dataset: remove_view(dataset.id, "Ants"),
    "clear the cache": lambda dataset: removing._clear(),
}


@pytest.fixture
def dataset(own_cache, tmp_path):
    dataset = samples.build(tmp_path / "recordings")
    library.save(dataset)
    return dataset


@pytest.mark.parametrize("act", ACTS)
def test_who_may_look_cannot(act, dataset, monkeypatch):
    flag(dataset, 0, "bad_audio", user="Ann", id="window-0001-1")
    monkeypatch.setattr(SPEAKS_FOR_ALL, lambda: Role.VIEW)
    with pytest.raises(NotAllowed, match="to look and to flag"):
        ACTS[act](dataset)
    assert library.load(dataset.id).version == dataset.version


def test_who_may_look_can_have_computed_what_pages_show(dataset, monkeypatch):
    monkeypatch.setattr(SPEAKS_FOR_ALL, lambda: Role.VIEW)
    monkeypatch.setattr("bioviz.jobs.manager.launch", lambda folder: 2**22 + 1)
    job = jobs.start("run", "bioviz.runs:run_job", {}, looks=True)
    assert jobs.get(job.id).looks and jobs.restart(job.id).looks
    flag(dataset, 1, "fine", user="Ann", id="window-0001-2")
    assert len(load_flags(dataset)) == 1
    assert jobs.get(measuring.start_measuring(dataset.id).id).looks


def test_jobs_and_the_command_line_ask_nobody():
    assert rights.may_edit()
    rights.require()
