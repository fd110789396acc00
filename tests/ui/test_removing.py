"""Removing asks first; a tab that still has open what was removed gets a sentence and a way on."""

from __future__ import annotations

import shutil

import pytest

from bioviz import flags, runs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.config import settings
from bioviz.datasets import library
from bioviz.flags import flag
from bioviz.models import checkpoints
from bioviz.runs.diagnosis import compute_diagnosis
from bioviz.store.files import write_json
from bioviz.store.usage import prune
from bioviz.ui import removing
from tests.pages.test_pages import open_app, texts
from tests.sounds import saved_calls

LINK = {"model": "acoustic_features", "checkpoint": "none", "method": "pca"}


@pytest.fixture
def dataset(tmp_path):
    made = saved_calls(tmp_path / "calls")
    saved_calls(tmp_path / "others", name="others")
    return made


@pytest.fixture
def run(dataset):
    made = runs.compute_run(
        runs.RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec(method="pca"))
    )
    compute_diagnosis(made)
    return made


def test_removing_a_dataset_asks_and_says_what_is_lost(dataset, run):
    for row, user in ((0, "ada"), (1, "ada"), (2, "bo")):
        flag(dataset, row, "bad_audio", user=user)
    app = open_app("datasets.py")
    app.button(key=f"remove_{dataset.id}").click().run()
    assert not app.exception
    assert dataset.id in {s.id for s in library.list_datasets()}, "a click alone removes nothing"
    said = texts(app.text)
    assert "The flags of 3 clips by 2 users and 1 computed map" in said and "stay as they are" in said
    app.button(key="remove_really").click().run()
    assert not app.exception
    assert dataset.id not in {s.id for s in library.list_datasets()}
    library.save(dataset)
    assert len(flags.load_flags(dataset).rows) == 3, "as the dialog says, flags are back with the dataset"
    assert runs.open_run(run.spec) is not None


def test_what_is_not_there_is_not_said_to_be_lost(dataset):
    (summary,) = (s for s in library.list_datasets() if s.id == dataset.id)
    assert removing.losses(summary)[1] == "Nobody has flagged a clip of it, and no map of it is computed."


def test_clearing_the_cache_asks(run):
    app = open_app("jobs.py")
    app.button(key="prune").click().run()
    assert runs.open_run(run.spec) is not None, "a click alone removes nothing"
    assert "1 map and the embeddings" in texts(app.text)
    app.button(key="prune_really").click().run()
    assert not app.exception
    assert runs.open_run(run.spec) is None


@pytest.mark.parametrize("page", ["explore.py", "diagnose.py", "compare.py", "snr.py", "finetune.py"])
def test_a_tab_whose_dataset_is_removed_says_so_and_offers_another(page, dataset, run):
    app = open_app(page, dataset=dataset.id, **LINK)
    assert not app.exception
    library.remove(dataset.id)
    app.run()
    assert not app.exception
    assert f"the dataset “{dataset.id}”" in texts(app.warning).replace("\\", "")
    app.button(key="instead").click().run()
    assert not app.exception
    assert app.session_state["view"].dataset != dataset.id


@pytest.mark.parametrize(
    ("page", "key"), [("explore.py", "selection_shape"), ("diagnose.py", "diagnose_section")]
)
def test_a_part_of_a_page_that_runs_alone_hands_over_to_the_page(page, key, dataset, run):
    """Widgets within the page's fragment run it without the page around it."""
    app = open_app(page, dataset=dataset.id, **LINK)
    library.remove(dataset.id)
    control = next(each for each in app.segmented_control if each.key == key)
    control.set_value(control.options[-1])
    app.run()
    assert not app.exception
    assert "which is not here" in texts(app.warning)


@pytest.mark.parametrize("page", ["explore.py", "diagnose.py"])
def test_a_cache_that_is_cleared_while_a_page_is_open(page, dataset, run):
    app = open_app(page, dataset=dataset.id, **LINK)
    prune(settings(), limit_bytes=0)
    flag(dataset, 0, "bad_audio", user="ada")  # the map is made anew with the flag
    app.run()
    assert not app.exception
    assert "not computed yet" in texts(app.subheader)


def test_the_whole_cache_folder_may_vanish(dataset, run):
    app = open_app("explore.py", dataset=dataset.id, **LINK)
    shutil.rmtree(settings().cache_dir)
    app.run()
    assert not app.exception


@pytest.mark.parametrize("page", ["explore.py", "diagnose.py", "compare.py", "snr.py"])
def test_a_checkpoint_that_is_deleted_while_a_page_is_open(page, dataset):
    place = settings().cache_dir / "checkpoints" / "abc123"
    write_json(place / "record.json", {"model": "resnet18", "base": "random", "name": "frogs"})
    (place / "model.safetensors").write_bytes(b"weights")
    app = open_app(page, dataset=dataset.id, model="resnet18", checkpoint="ft:abc123")
    assert not app.exception
    assert app.session_state["view"].checkpoint == "ft:abc123"
    assert "fine-tuned: frogs" in str(app.selectbox(key="_pick_checkpoint").options)
    checkpoints.delete("abc123")
    app.run()
    assert not app.exception
    assert "which is not here. It was deleted" in texts(app.warning)
    app.button(key="instead").click().run()
    assert not app.exception
    assert app.session_state["view"].checkpoint == "random"
