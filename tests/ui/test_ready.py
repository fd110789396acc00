"""Models open with the best that is ready, and the pickers say what is."""

from __future__ import annotations

import argparse
from dataclasses import replace

import pytest

from bioviz import runs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.cli import arguments
from bioviz.datasets.build import build_dataset
from bioviz.models.cards import CARDS
from bioviz.runs import ready
from tests.pages.test_pages import FRAME, open_app, texts
from tests.sounds import folder_per_class, saved_calls


@pytest.fixture
def dataset(tmp_path):
    return saved_calls(tmp_path / "calls")


@pytest.fixture
def weights(own_cache):
    """A file in the place of GPV's weights: that it is there is all that a picker looks at."""
    expected = CARDS["gpv_teacher2"].weights
    path = own_cache / "weights" / expected.name
    path.parent.mkdir()
    path.write_bytes(b"weights")
    return path


def options_of(app, key):
    return list(app.selectbox(key=key).options)


def test_without_weights_the_features_open(dataset):
    app = open_app("explore.py")
    assert app.session_state["view"].model == "acoustic_features"
    assert options_of(app, "_pick_model")[0].endswith("— ready")
    assert any(
        "VGGish" in title and title.endswith("untrained only") for title in options_of(app, "_pick_model")
    )


def test_a_model_whose_weights_are_here_opens_with_them(dataset, weights):
    for page in ("explore.py", "diagnose.py", "snr.py", "compare.py"):
        app = open_app(page)
        view = app.session_state["view"]
        assert (view.dataset, view.model, view.checkpoint) == (dataset.id, "gpv_teacher2", "pretrained"), page
        assert options_of(app, "_pick_checkpoint")[0] == "○ pretrained — ready"
    assert (view.other_model, view.other_checkpoint) == ("acoustic_features", "none")
    app = open_app("compare.py", model="acoustic_features")
    view = app.session_state["view"]
    assert (view.other_model, view.other_checkpoint) == ("gpv_teacher2", "pretrained")
    app = open_app("finetune.py")
    assert app.selectbox(key="train_model").value == "gpv_teacher2"
    assert app.selectbox(key="train_base_gpv_teacher2").value == "pretrained"


def test_another_model_in_the_picker_opens_with_its_best(dataset, weights):
    app = open_app("explore.py", model="vggish")
    assert app.session_state["view"].checkpoint == "random"
    assert options_of(app, "_pick_checkpoint") == [
        "○ random start (untrained) — ready",
        "✕ pretrained — weights missing",
    ]
    app.selectbox(key="_pick_model").select("gpv_teacher2").run()
    assert app.session_state["view"].checkpoint == "pretrained"


def test_what_is_computed_comes_first_and_is_marked(dataset, weights):
    runs.compute_run(
        runs.RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec(method="pca"))
    )
    app = open_app("explore.py")
    assert app.session_state["view"].model == "acoustic_features"
    assert options_of(app, "_pick_model")[:2] == [
        "● Acoustic features (no network)",
        "○ GPV teacher (AudioSet) — ready",
    ]
    assert (
        options_of(app, "_pick_checkpoint")[0] == "● no weights needed"
    )  # in the line there is no room for more
    app = open_app("snr.py", model="gpv_teacher2")
    key = "noise_models_gpv_teacher2:pretrained"
    assert app.multiselect(key=key).options[0] == "● Acoustic features (no network) — computed"


def test_a_mark_is_of_this_dataset_and_this_seed(dataset, tmp_path):
    other = build_dataset(folder_per_class(tmp_path / "more", files=5), name="more")
    runs.compute_run(
        runs.RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec(method="pca"))
    )

    def computed(of, seed=0):
        return [(each.model, each.checkpoint) for each in ready.everything(of, seed) if each.computed]

    assert computed(dataset) == [("acoustic_features", "none")] == computed(dataset, 5)
    assert computed(other) == [] == computed(None)
    changed = replace(dataset, plan=replace(dataset.plan, width_s=0.123))
    assert computed(changed) == [], "other windows, other embeddings"


def test_a_new_dataset_opens_with_the_best_model(dataset, weights):
    app = open_app("datasets.py", model="resnet18", checkpoint="random")
    app.button(key=f"explore_{dataset.id}").click().run()
    assert not app.exception
    app.switch_page(str(FRAME.parents[3] / "pages" / "explore.py")).run()
    assert app.session_state["view"].model == "gpv_teacher2"


def test_the_command_line_takes_the_same_checkpoint(dataset, weights):
    options = argparse.Namespace(
        dataset=dataset.id, model="gpv_teacher2", checkpoint=None, seed=0, device=None, cluster=None
    )
    assert arguments.run_spec(options).checkpoint == "pretrained"
    options.model = "vggish"
    assert arguments.run_spec(options).checkpoint == "random"


def test_distance_and_background_can_be_set(dataset):
    app = open_app("explore.py", method="umap")
    app.selectbox(key="_pick_metric").select("cosine").run()
    app.toggle(key="_pick_without_background").set_value(True).run()
    assert not app.exception
    assert app.query_params["metric"] in ("cosine", ["cosine"])
    assert app.query_params["without_background"] in ("1", ["1"])
    started = []
    app.button(key="compute").click()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "start", started.append)
        app.run()
    (spec,) = started
    assert spec.projection.metric == "cosine" and spec.without_background
    assert spec == runs.RunSpec.from_dict(spec.to_dict()), "the job computes what the page opens"
    app.selectbox(key="_pick_method").select("pca").run()
    assert not [box for box in app.selectbox if box.key == "_pick_metric"], (
        "principal components have no other"
    )


@pytest.mark.parametrize("page", ["diagnose.py", "compare.py"])
def test_the_number_of_neighbors_can_be_set(dataset, page):
    app = open_app(page)
    app.number_input(key="_pick_k").set_value(7).run()
    assert not app.exception
    assert app.query_params["k"] in ("7", ["7"])
    if page == "diagnose.py":
        assert "the 7 nearest neighbors" in texts(app.text)


def test_the_demos_network_opens_unasked_only_where_it_is_computed(dataset):
    opened = [each.model for each in ready.models(dataset) if each.state.available]
    assert opened[0] == "acoustic_features" and opened[-1] == "small_cnn"
    for model, checkpoint in (("small_cnn", "pretrained"), ("acoustic_features", "none")):
        runs.compute_run(runs.RunSpec(dataset.id, model, checkpoint, projection=ProjectionSpec(method="pca")))
        assert ready.models(dataset)[0].model == "small_cnn"  # its baseline does not take its place
