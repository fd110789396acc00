"""The Noise experiment page in the states that a user meets."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from bioviz import jobs
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.experiments.noise import compute_noise, job_params, open_noise, start_noise
from bioviz.experiments.settings import NoiseSettings, ShiftSettings
from bioviz.experiments.shift import compute_shift
from bioviz.experiments.shift_draw import farthest_reach
from bioviz.percent import percent
from bioviz.runs import compute_run
from bioviz.ui.noise.clip_path import first_confused
from bioviz.ui.noise.levels import axis_places, level_names
from bioviz.ui.noise.lost import lost_sentence, lost_words
from tests.experiments.sounds import dataset, run_of, spec_of
from tests.experiments.test_shift import steady_and_beeps
from tests.pages.test_pages import open_app, shown, texts

QUICK = NoiseSettings(snrs_db=(20.0, 0.0, -20.0), k=5)


def open_page(made, **query):
    return open_app("snr.py", dataset=made.id, model="acoustic_features", method="pca", **query)


def with_settings(chosen, **more) -> str:
    return json.dumps({**chosen.to_dict(), **more})


@pytest.fixture
def calls(tmp_path):
    return dataset(tmp_path / "calls")


def test_without_a_dataset_it_leads_to_the_start():
    assert "no dataset yet" in texts(open_app("snr.py").info)


def test_it_computes_by_a_job_and_shows_the_result(calls):
    app = open_page(calls, noise=with_settings(QUICK))
    assert not app.exception and "not computed yet" in texts(app.subheader)
    assert "16 clips at 3 ratios (48 mixtures)" in texts(app.text)
    assert app.text_input(key="noise_snrs").value == "20, 0, -20"
    app.button(key="compute_noise").click().run()
    (job,) = jobs.list_jobs()
    assert job.params == job_params([spec_of(calls)], QUICK)
    ended = jobs.wait(job.id, 600)  # as long as a busy machine takes
    assert ended.state == "done", ended.message
    app.run()
    assert not app.exception and "What added background does" in texts(app.subheader)
    run = run_of(calls)
    result = open_noise(run, QUICK)
    table = app.dataframe[0].value
    assert table["label"].tolist() == ["hoot", "whistle"] and table["clips"].tolist() == [8, 8]
    words = table["Acoustic features"].tolist() if "Acoustic features" in table else table.iloc[:, 2].tolist()
    assert words == [lost_words(result, 0), lost_words(result, 1)]
    assert lost_sentence("Acoustic features (no network)", result, calls.labels) in texts(app.text)
    assert "Background among its neighbors: 0\u00a0%" in texts(app.caption)
    (named,) = [text.value for text in app.text if text.value.startswith("Clip ")]
    first = app.dataframe[1].value.iloc[0]
    assert (
        named.startswith(f"Clip {first['clip']}: {first['label']}, {first['recording']} at ")
        and "first line" in named
    )
    app.select_slider(key="noise_listen").set_value(3).run()
    assert not app.exception and "Background among its neighbors: 100\u00a0%" in texts(app.caption)
    app.segmented_control(key="noise_measure").set_value("told").run()
    assert not app.exception
    app.segmented_control(key="noise_measure").set_value("lost").run()
    assert not app.exception and "a model that bears noise keeps it low" in texts(app.caption)


def test_models_are_overlaid_and_what_is_missing_is_offered(calls):
    run = run_of(calls)
    compute_noise(run, QUICK)
    app = open_page(calls, noise=with_settings(QUICK, models=["alexnet:random", "nonsense:x", 3]))
    assert not app.exception
    assert "Some models are not computed yet" in texts(app.subheader)
    assert "What added background does" in texts(app.subheader)


def test_settings_follow_into_the_url_and_errors_are_told(calls):
    app = open_page(calls, noise="{not json")
    assert not app.exception and "noise" not in app.query_params
    app.text_input(key="noise_snrs").set_value("12; -3").run()
    assert json.loads(app.query_params["noise"]) == {"snrs_db": [12.0, -3.0]}
    app.text_input(key="noise_snrs").set_value("loud").run()
    assert "no list of ratios" in texts(app.error)
    app.text_input(key="noise_snrs").set_value("500").run()
    assert "from -100 to 100 dB" in texts(app.error)
    app.text_input(key="noise_snrs").set_value("10").run()
    app.selectbox(key=f"noise_source_{calls.id}").set_value("folder:").run()
    assert "Give the folder" in texts(app.error)
    app.text_input(key="noise_folder").set_value("/").run()
    assert "outside the data folders" in texts(app.error)


def test_a_failed_job_is_told(calls, monkeypatch):
    job = jobs.start("noise", "bioviz.experiments.noise:no_such", job_params([spec_of(calls)], QUICK))
    assert jobs.wait(job.id, 60).state == "failed"
    app = open_page(calls, noise=with_settings(QUICK))
    assert app.error and not app.exception and not app.button(key="compute_noise").disabled


def test_shifts_that_have_no_room_are_told(calls):
    app = open_page(calls)
    app.session_state["experiment"] = "Shifted windows"
    app.run()
    assert not app.error and "no room to shift their windows" in texts(app.info)


def test_shifts_begin_with_as_much_as_there_is_room_for(tmp_path):
    made = build_dataset(
        steady_and_beeps(tmp_path / "long"), name="long", options={"width_s": 2.5, "hop_s": 2.5}
    )
    library.save(made)
    app = open_page(made)
    app.session_state["experiment"] = "Shifted windows"
    app.run()
    room = farthest_reach(made, np.arange(len(made.clips)))
    assert 0 < room < 0.5 and not app.error
    assert app.number_input(key="shift_reach").value == room


def test_the_page_opens_on_the_latest_experiment_and_offers_the_others(calls):
    other = NoiseSettings(snrs_db=(10.0, -10.0), k=4, per_label=3)
    for chosen in (QUICK, other):
        assert jobs.wait(start_noise([spec_of(calls)], chosen).id, 600).state == "done"
    app = open_page(calls)
    assert not app.exception
    assert app.text_input(key="noise_snrs").value == "10, -10" and app.number_input(key="noise_k").value == 4
    assert "What added background does" in texts(app.subheader), "the latest is not open"
    (offered,) = [each for each in app.button if "20, 0, -20 dB" in shown(each.label)]
    offered.click().run()
    assert app.text_input(key="noise_snrs").value == "20, 0, -20"
    assert "What added background does" in texts(app.subheader)
    app.text_input(key="noise_snrs").set_value("5").run()
    assert app.text_input(key="noise_snrs").value == "5", "what the user writes stands"
    linked = open_page(calls, noise=with_settings(QUICK))
    assert linked.text_input(key="noise_snrs").value == "20, 0, -20", "a link says what is open"


def test_shifted_windows(tmp_path):
    made = build_dataset(
        steady_and_beeps(tmp_path / "long"), name="long", options={"width_s": 0.5, "hop_s": 0.25}
    )
    library.save(made)
    chosen = ShiftSettings(clips=20, k=11)
    app = open_page(made, shift=json.dumps({"clips": 20, "k": 11, "reach": "far"}))
    app.session_state["experiment"] = "Shifted windows"
    app.run()
    assert not app.exception and "20 clips, each at 4 shifted windows" in texts(app.text)
    found = compute_shift(compute_run(spec_of(made)), chosen)
    app.run()
    assert not app.exception
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown == {
        "Clips shifted": "20",
        "Change their neighbors": percent(found.changed.mean()),
        "Neighborhood preservation": percent(found.kept.mean()),
    }
    assert app.dataframe[0].value["clip"].tolist() == found.rows.tolist()
    assert np.isnan(found.by_target[:, 1:]).all()  # of two or three recordings each
    captions = texts(app.caption)
    assert "No interval for " in captions and "fewer than 8 " in captions


def test_a_band_that_is_missing_has_its_reason(tmp_path):
    made = dataset(tmp_path / "few", per_label=3)
    compute_noise(run_of(made), QUICK)
    app = open_page(made, noise=with_settings(QUICK))
    result = open_noise(run_of(made), QUICK)
    scores = result.scores
    assert np.isfinite(scores.separability[0, 0]) and np.isnan(scores.separability[:, 1:]).all()
    assert np.isnan(scores.told[:, :, 1:]).all() and np.isnan(scores.mean_purity[:, 1:]).all()
    assert not app.exception and "fewer than 8 " in texts(app.caption)
    assert app.dataframe[0].value.iloc[:, 2].tolist() == ["cannot be told: fewer than 8 files"] * 2


def with_lost(result, *lost):
    told = np.tile([0.95, 0.9, 1.0], (len(result.scores.snrs_db), len(lost), 1))
    scores = replace(result.scores, lost_at_db=np.array(lost, dtype=float), told=told)
    return replace(result, scores=replace(scores, clips=np.full(len(lost), 8)))


def untold(result, label: int, *ends: float):
    told = result.scores.told.copy()
    told[0, label] = ends
    return replace(result, scores=replace(result.scores, told=told))


def test_words_and_places(calls):
    snrs = np.array([np.inf, 10.0, 0.0])
    assert axis_places(snrs).tolist() == [20, 10, 0] and level_names(snrs) == ["as recorded", "10 dB", "0 dB"]
    share = np.array([[0.6, 0.2, 0.0], [0.9, 0.5, 0.0], [1.0, 0.8, 0.5]])
    assert first_confused(share, snrs) == ["as recorded", "0 dB", "never"]
    result = compute_noise(run_of(calls), QUICK)
    nan, inf = np.nan, np.inf
    for lost, words in (
        ((3.21, nan, nan), "3.2 dB"),
        ((3.21, -1.04, 6), "3.2 dB (-1.0 to 6.0 dB)"),
        ((3.21, -inf, 6), "3.2 dB (below -20 dB to 6.0 dB)"),
        ((3.21, 1, inf), "3.2 dB (1.0 dB to above 20 dB)"),
        ((-inf, -inf, -inf), "below -20 dB"),
        ((-inf, -inf, -8), "below -20 dB (below -20 dB to -8.0 dB)"),
        ((inf, nan, nan), "above 20 dB"),
        ((nan, nan, nan), "not known"),
    ):
        assert lost_words(with_lost(result, lost, (0, -5, 4)), 0) == words
    some = with_lost(result, (3.2, 1, 6), (0, -5, 4))
    assert lost_words(untold(some, 0, 0.7, 0.6, 0.8), 0) == "cannot be told: not told even as recorded"
    assert lost_words(untold(some, 0, 0.9, 0.45, 1), 0) == "cannot be told: not told even as recorded"
    assert lost_words(untold(some, 0, 0.9, nan, nan), 0) == "cannot be told: fewer than 8 recordings"


def test_sentences(calls):
    nan, inf = np.nan, np.inf
    result = compute_noise(run_of(calls), QUICK)
    for first, second, words in (
        (
            (13.21, 11, 16),
            (0, -5, 4),
            "a is lost first, at 13.2 dB (11.0 to 16.0 dB); b is lost last, at 0.0 dB (-5.0 to 4.0 dB)",
        ),
        ((3.2, 1, 6), (0, -5, 4), "none of the 2 labels is clearly lost before or after all others"),
        (
            (-inf,) * 3,
            (0, -5, 4),
            "b is lost first, at 0.0 dB (-5.0 to 4.0 dB); a is lost last, below -20 dB",
        ),
        ((-inf,) * 3, (-inf,) * 3, "none of the 2 labels is clearly lost before or after all others"),
    ):
        assert lost_sentence("AVES", with_lost(result, first, second), ("a", "b")) == f"AVES: {words}."
    some = untold(with_lost(result, (nan,) * 3, (0, -5, 4)), 0, 0.6, 0.5, 0.7)
    assert lost_sentence("AVES", some, ("a", "b")) == (
        "AVES: b is the only label told from background as recorded; cannot be told for a."
    )
    none = untold(some, 1, 0.6, 0.5, 0.7)
    assert "no label is told from background even as recorded" in lost_sentence("AVES", none, ("a", "b"))
