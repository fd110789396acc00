"""The page "Fine-tune": warnings before the start, a training as a job, its result and what can be done with it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from bioviz import jobs
from bioviz.datasets import library
from bioviz.errors import Cancelled
from bioviz.jobs import where
from bioviz.models import checkpoints, registry
from bioviz.models.base import CheckpointState
from bioviz.models.devices import device
from bioviz.models.devices.hardware import Hardware
from bioviz.runs import RunSpec
from bioviz.runs.comparison import ComparisonSpec
from bioviz.store.files import read_json, write_json
from bioviz.training import tasks
from bioviz.training.finetune import finetune
from bioviz.training.settings import TrainSettings, preset
from bioviz.ui.compare.training import outcomes
from bioviz.ui.job_cards import where_picker
from tests.pages.test_pages import open_app, shown, texts
from tests.training import tiny
from tests.training.test_finetune import StopAfter

SHORT = TrainSettings(strategy="linear", epochs=2, learning_rates=(1e-2,))


@pytest.fixture
def dataset(tmp_path):
    made = tiny.tones(tmp_path / "tones", files=3)
    library.save(made)
    return made


def test_the_form_starts_from_the_preset_and_warns_first(dataset):
    app = open_app("finetune.py", dataset=dataset.id)
    assert not app.exception
    assert "fewer than 5 clips to learn from" in texts(app.warning)
    assert not app.button(key="train").disabled
    assert app.number_input(key="train_quick_epochs").value == 12


def test_a_training_is_done_on_the_gpu_that_was_chosen(dataset, monkeypatch):
    chosen = []
    monkeypatch.setenv("BIOVIZ_CLUSTERS", "local:2")
    found = Hardware("cuda", "H100", "bfloat16", gpus=("H100", "H100"))
    monkeypatch.setattr(where_picker, "hardware", lambda: found)
    monkeypatch.setattr(
        tasks,
        "start",
        lambda spec: chosen.append(where.chosen()) or jobs.Job("0-1", "x", "", {}, "t", "done"),
    )
    app = open_app("finetune.py", dataset=dataset.id)
    box = app.selectbox(key="train_where")
    assert box.options == [
        "As the server is set",
        "H100 (cuda:0)",
        "H100 (cuda:1)",
        "Processor of this computer",
    ], "it is not shared out"
    box.select("H100 (cuda:1)").run()
    app.button(key="train").click().run()
    assert not app.exception and chosen[0][where.DEVICE] == "cuda:1"


def test_each_start_has_its_own_preset_and_a_random_one_its_seed(dataset, monkeypatch):
    """Of a random start the seed decides the weights, so it is asked for; trained weights have none."""
    started = []
    monkeypatch.setattr(
        tasks, "start", lambda spec: started.append(spec) or jobs.Job("0-1", "x", "", {}, "t", "done")
    )
    app = open_app("finetune.py", dataset=dataset.id, model="resnet18")
    app.number_input(key="train_base_seed_resnet18").set_value(7).run()
    app.button(key="train").click().run()
    assert not app.exception
    assert started[0].base_seed == 7 and started[0].settings == preset("quick", trained_start=False)
    monkeypatch.setattr(registry, "checkpoint_state", lambda *_: CheckpointState(True, "there"))
    app = open_app("finetune.py", dataset=dataset.id, model="resnet18")
    assert app.selectbox(key="train_base_resnet18").value == "pretrained"
    app.button(key="train").click().run()
    assert not app.exception
    assert started[1].settings == preset("quick", trained_start=True) and started[1].base_seed == 0


def test_the_form_names_the_precision_trained_in_and_warns_of_a_narrow_band(dataset, monkeypatch):
    """GPV takes 22,050 Hz and computes in float32 on any processor; the recordings are at 4,000 Hz."""
    monkeypatch.setattr(device, "cpu_has_bfloat16", lambda: True)
    app = open_app("finetune.py", dataset=dataset.id, model="gpv_teacher2")
    assert "hold none above 2.0 kHz" in texts(app.warning)
    told = next(caption.value for caption in app.caption if caption.value.startswith("Trains on"))
    assert told.endswith(", float32.")
    app = open_app("explore.py", dataset=dataset.id, model="gpv_teacher2", checkpoint="random")
    captions = [caption.value.replace("\\", "") for caption in app.caption]
    assert any("hold none above 2.0 kHz" in caption for caption in captions)
    told = next(caption for caption in captions if caption.startswith("Models run on"))
    assert ", float32." in told and "bfloat16" not in told


def test_what_a_training_taught_is_said_with_the_checkpoint_and_in_compare(dataset):
    made = finetune(
        dataset, "tiny", "random", replace(SHORT, strategy="full", learning_rates=(1e-12,)), name="idle"
    )
    assert "taught nothing" in made.record.outcome.sentence
    side = RunSpec(dataset.id, model="tiny", checkpoint="random")
    (said,) = outcomes(ComparisonSpec(side, replace(side, checkpoint=made.name)))
    assert said.startswith("Right: This training taught nothing")


def test_nonsense_in_a_setting_is_said_on_the_page(dataset):
    app = open_app("finetune.py", dataset=dataset.id)
    app.text_input(key="train_quick_rates").set_value("1e-3, fast").run()
    assert not app.exception
    assert "numbers separated by commas" in texts(app.error)
    app.text_input(key="train_quick_rates").set_value("-1").run()
    assert "above 0" in texts(app.error)


def test_a_button_starts_the_training_that_the_form_shows(dataset, monkeypatch):
    started = []

    def start(spec):
        started.append(spec)
        return jobs.Job("0-1", "finetune", "", spec.to_dict(), "t", "done")

    monkeypatch.setattr(tasks, "start", start)
    app = open_app("finetune.py", dataset=dataset.id, model="resnet18")
    app.select_slider(key="train_quick_share").set_value(25).run()
    app.text_input(key="train_name").set_value("mine").run()
    app.button(key="train").click().run()
    assert not app.exception
    (spec,) = started
    assert (spec.dataset, spec.model, spec.checkpoint, spec.name) == (
        dataset.id,
        "resnet18",
        "random",
        "mine",
    )
    assert spec.settings.background_share == 0.25 and not spec.settings.remove_everywhere
    assert tasks.TrainSpec.from_dict(spec.to_dict()) == spec


def test_a_training_runs_as_a_job_and_can_be_explored_with(dataset):
    """The job is another process, where only the real models are known."""
    job = tasks.start(tasks.TrainSpec(dataset.id, "resnet18", "random", SHORT, "probe"))
    job = jobs.wait(job.id, 500)
    assert job.state == "done", job.message
    identity = job.result["checkpoint"].removeprefix("ft:")
    app = open_app("finetune.py", dataset=dataset.id)
    assert not app.exception
    assert any(shown(e.label).startswith("probe — ResNet-18 on tones") for e in app.expander)
    app = open_app("explore.py", dataset=dataset.id, model="resnet18", checkpoint=f"ft:{identity}")
    assert not app.exception
    assert app.selectbox(key="_pick_checkpoint").value == f"ft:{identity}"
    assert "fine-tuned: probe" in str(app.selectbox(key="_pick_checkpoint").options)


def test_a_checkpoint_that_must_not_be_used_says_why(dataset):
    made = finetune(dataset, "tiny", "random", SHORT, name="broken")
    path = made.path.with_name("record.json")
    write_json(path, {**read_json(path), "usable": False, "reason": "It hears something else."})
    assert not checkpoints.get(made.id).usable
    app = open_app("finetune.py", dataset=dataset.id)
    assert not app.exception


def test_a_cancelled_training_is_offered_to_go_on_or_to_be_forgotten(dataset, monkeypatch):
    spec = tasks.TrainSpec(dataset.id, "tiny", "random", SHORT, "mine")
    job = jobs.Job("0-1", "finetune", "", spec.to_dict(), "Fine-tuning: mine", "cancelled")
    with pytest.raises(Cancelled):
        finetune(dataset, "tiny", "random", SHORT, progress=StopAfter(4))
    monkeypatch.setattr(jobs, "list_jobs", lambda: [job])
    restarted = []
    monkeypatch.setattr(jobs, "restart", restarted.append)
    app = open_app("finetune.py", dataset=dataset.id)
    assert not app.exception
    assert app.button(key="resume_0-1").label == "Go on"
    app.button(key="resume_0-1").click().run()
    assert restarted == ["0-1"]
    app.button(key="forget_0-1").click().run()
    assert spec.work().curves() is None
    assert app.button(key="resume_0-1").label == "Start again"


def test_settings_that_were_trained_before_open_their_checkpoint(dataset, monkeypatch):
    """Whatever the user calls the new training, the old one keeps its name: that is said before anything starts."""
    made = finetune(dataset, "tiny", "random", SHORT, name="the *old* one")
    monkeypatch.setattr(tasks.TrainSpec, "work", lambda spec: SimpleNamespace(result=lambda: made.id))
    app = open_app("finetune.py", dataset=dataset.id, model="resnet18")
    assert not app.exception and "train" not in [button.key for button in app.button]
    assert "trained already: “the \\*old\\* one”" in "".join(each.value for each in app.info)
    assert not app.expander(key=f"checkpoint_{made.id}").metric
    app.button(key="open_trained").click().run()
    assert not app.exception and app.expander(key=f"checkpoint_{made.id}").metric
    checkpoints.delete(made.id)
    app = open_app("finetune.py", dataset=dataset.id, model="resnet18")
    assert not app.exception and not app.button(key="train").disabled


def job_of(dataset, checkpoint, state: str) -> jobs.Job:
    spec = tasks.TrainSpec(dataset.id, "tiny", "random", SHORT)
    return jobs.Job("0-1", "finetune", "t", spec.to_dict(), "t", state, result={"checkpoint": checkpoint})


def test_fine_tune_and_compare_promises_compare_and_opens_it_once(dataset, monkeypatch):
    from bioviz.ui.finetune import page, training_view

    made = finetune(dataset, "tiny", "random", SHORT, name="trained")
    opened = []
    monkeypatch.setattr(page, "open_comparison", lambda checkpoint, on: opened.append((checkpoint.name, on)))
    monkeypatch.setattr(training_view, "watch", lambda job: None)
    state = ["running"]
    monkeypatch.setattr(training_view, "training_jobs", lambda: [job_of(dataset, made.name, state[0])])
    app = open_app("finetune.py", dataset=dataset.id)
    app.session_state["train_job"] = app.session_state["train_compare_after"] = "0-1"
    app.run()
    assert not app.exception
    assert "**Compare** opens with before and after" in texts(app.markdown) and opened == []
    state[0] = "done"
    app.run()
    app.run()
    assert not app.exception
    assert opened == [(made.name, dataset.id)]


def test_who_would_rather_stay_stays(dataset, monkeypatch):
    from bioviz.ui.finetune import page, training_view

    monkeypatch.setattr(page, "open_comparison", lambda *_: pytest.fail("it left"))
    monkeypatch.setattr(training_view, "watch", lambda job: None)
    state = ["running"]
    monkeypatch.setattr(training_view, "training_jobs", lambda: [job_of(dataset, "ft:none", state[0])])
    app = open_app("finetune.py", dataset=dataset.id)
    app.session_state["train_job"] = app.session_state["train_compare_after"] = "0-1"
    app.run()
    app.button(key="train_stay").click().run()
    assert "opens with before and after" not in texts(app.markdown)
    state[0] = "done"
    app.run()
    assert not app.exception


def test_a_model_that_stays_as_it_is_gets_a_classifier_and_the_page_says_so(dataset, monkeypatch):
    started = []
    monkeypatch.setattr(
        tasks, "start", lambda spec: started.append(spec) or jobs.Job("0-1", "x", "", {}, "t", "done")
    )
    app = open_app("finetune.py", dataset=dataset.id, model="acoustic_features")
    assert not app.exception and "cannot be fine-tuned" in texts(app.info)
    assert not any("epochs" in each.label for each in app.number_input)
    app.slider(key="finetune_head_background").set_value(50).run()
    app.button(key="train").click().run()
    assert [spec.model for spec in started] == ["acoustic_features"]
    assert started[0].settings.background_share == 0.5
    trained = finetune(dataset, "acoustic_features", "none", started[0].settings, name="mine")
    app = open_app("finetune.py", dataset=dataset.id, model="acoustic_features")
    app.session_state[f"ck_{trained.id}"] = True
    assert not app.run().exception
    assert any("mine" in each.label for each in app.expander)
