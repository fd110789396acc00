"""One card for what is not computed: every tab finds the job on disk, and missing weights are named."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import pytest

from bioviz import jobs, runs
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.experiments.noise import start_noise
from bioviz.experiments.settings import NoiseSettings, ShiftSettings
from bioviz.experiments.shift import start_shift
from bioviz.jobs import manager
from bioviz.models.cards import CARDS
from bioviz.runs.comparison import ComparisonSpec, start_comparison
from bioviz.runs.diagnosis import start_diagnosis
from bioviz.store.files import write_json
from tests.experiments.test_shift import steady_and_beeps
from tests.pages.test_pages import open_app, texts
from tests.sounds import saved_calls

LINK = {"model": "acoustic_features", "checkpoint": "none"}


@pytest.fixture
def dataset(tmp_path):
    return saved_calls(tmp_path / "calls")


@pytest.fixture
def spec(dataset):
    return runs.RunSpec(dataset.id, "acoustic_features", "none")


@pytest.fixture(autouse=True)
def at_work(monkeypatch):
    """Jobs whose process is this one: they live, say how far they are, and never end."""

    def launch(folder):
        state = {"state": "running", "stage": "embedding", "done": 30, "total": 120, "unit": "clips"}
        write_json(folder / "state.json", {**state, "rate": 2.0, "eta_s": 45.0, "started": time.time()})
        return os.getpid()

    monkeypatch.setattr(manager, "launch", launch)


def shows(app, job: jobs.Job) -> bool:
    """Whether a tab shows the progress of a job, its time left and its cancel button, and offers no second start."""
    assert not app.exception
    keys = {button.key for button in app.button}
    lines = [str(part.proto) for part in app.get("bidi_component")]
    offered = [key for key in keys if key and key.startswith("compute")]
    return f"cancel_{job.id}" in keys and not offered and any("about 45 s left" in line for line in lines)


def other_side(spec):
    return replace(spec, model="alexnet", checkpoint="random")


@pytest.mark.parametrize("page", ["explore.py", "diagnose.py", "compare.py", "snr.py"])
def test_a_new_tab_shows_the_job_that_computes_its_result(page, spec):
    right = other_side(spec)
    start = {
        "explore.py": lambda: runs.start(spec),
        "diagnose.py": lambda: start_diagnosis(spec),
        "compare.py": lambda: start_comparison(ComparisonSpec(spec, right)),
        "snr.py": lambda: start_noise([spec], NoiseSettings()),
    }[page]
    link = {**LINK, "dataset": spec.dataset, "other_model": "alexnet", "other_checkpoint": "random"}
    assert not shows(open_app(page, **link), jobs.Job("none", "", "", {}, "", "running"))
    job = start()
    assert shows(open_app(page, **link), job), "a new session knows the job from the disk alone"
    assert not shows(open_app(page, **link | {"split": "train"}), job), "another result is not under way"


def test_shifted_windows_too(tmp_path):
    made = build_dataset(
        steady_and_beeps(tmp_path / "long"), name="long", options={"width_s": 0.5, "hop_s": 0.25}
    )
    library.save(made)
    job = start_shift(runs.RunSpec(made.id, "acoustic_features", "none"), ShiftSettings())
    app = open_app("snr.py", **LINK, dataset=made.id)
    app.session_state["experiment"] = "Shifted windows"
    assert shows(app.run(), job)


def test_a_map_is_under_way_whichever_job_computes_it(spec):
    """A diagnosis, a comparison and an experiment compute the map first where it is missing."""
    for start in (
        lambda: start_diagnosis(spec, 7),
        lambda: start_comparison(ComparisonSpec(other_side(spec), spec)),
        lambda: start_noise([other_side(spec), spec], NoiseSettings()),
    ):
        job = start()
        assert shows(open_app("explore.py", **LINK, dataset=spec.dataset), job)
        write_json(manager.jobs_dir() / job.id / "state.json", {"state": "cancelled", "message": ""})
    assert runs.job_for(spec) is None


def test_the_demo_and_downloads_and_scans_are_found_too(dataset, tmp_path):
    job = runs.start_demo()
    assert shows(open_app("home.py"), job)
    job = jobs.start("download", "x:y", {"model": "vggish"})
    assert shows(open_app("models.py"), job)
    job = jobs.start("scan", "x:y", {"root": str(tmp_path)}, title="Reading frogs")
    app = open_app("datasets.py")
    app.segmented_control(key="datasets_tab").set_value("Add from a folder").run()
    assert shows(app, job)


def test_a_failed_job_is_said_in_every_tab_and_can_be_started_again(spec):
    job = runs.start(spec)
    write_json(
        manager.jobs_dir() / job.id / "state.json", {"state": "failed", "message": "hoot_1.wav is *empty*."}
    )
    app = open_app("explore.py", **LINK, dataset=spec.dataset)
    assert "hoot_1.wav is *empty*." in texts(app.error).replace("\\", "")
    assert app.button(key="compute").label == "Compute it"


def test_a_job_whose_record_is_gone_breaks_no_tab(spec):
    import shutil

    job = runs.start(spec)
    app = open_app("explore.py", **LINK, dataset=spec.dataset)
    assert shows(app, job)
    shutil.rmtree(manager.jobs_dir() / job.id)
    app.run()
    assert not app.exception
    assert app.button(key="compute").label == "Compute it"


@pytest.mark.parametrize("page", ["explore.py", "diagnose.py", "compare.py", "snr.py"])
def test_missing_weights_are_named_where_the_button_would_be(page, dataset, own_cache):
    link = {"dataset": dataset.id, "model": "gpv_teacher2", "checkpoint": "pretrained"}
    app = open_app(page, **link)
    assert not app.exception
    said = texts(app.warning).replace("\\", "")
    assert CARDS["gpv_teacher2"].weights.name in said and str(own_cache / "weights") in said
    assert not [button for button in app.button if button.label in ("Compute it", "Compare them")]
    (button,) = [button for button in app.button if button.label == "Open the page Models"]
    button.click().run()
    assert not app.exception


def test_a_cluster_that_the_settings_name_can_be_chosen(spec, monkeypatch):
    app = open_app("explore.py", **LINK, dataset=spec.dataset)
    assert "Run this on" not in {box.label for box in app.selectbox}, "nothing to choose"
    monkeypatch.setenv("BIOVIZ_CLUSTERS", "local:2")
    app = open_app("explore.py", **LINK, dataset=spec.dataset)
    box = next(box for box in app.selectbox if box.label == "Run this on")
    box.select("Local cluster (local:2)").run()
    next(button for button in app.button if button.key == "compute").click().run()
    job = runs.job_for(spec)
    assert job is not None and job.where == {"BIOVIZ_CLUSTER": "local:2"}
