"""The page Models: terms come before a download, and what is missing is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bioviz import jobs
from bioviz.datasets import library
from bioviz.models.brought import own
from bioviz.models.runtimes import session
from tests.pages.test_pages import open_app, shown
from tests.training import tiny

PAGE = "models.py"


def test_a_download_with_terms_waits_until_they_are_accepted(monkeypatch, tmp_path):
    monkeypatch.setenv("BIOVIZ_WEIGHTS", str(tmp_path / "weights"))
    app = open_app(PAGE)
    assert app.button(key="download_birdnet_2_4").disabled
    assert not app.button(key="download_gpv_teacher2").disabled
    assert "must not be commercial" in app.checkbox(key="terms_birdnet_2_4").label
    app.checkbox(key="terms_birdnet_2_4").check().run()
    assert not app.button(key="download_birdnet_2_4").disabled
    started = []
    monkeypatch.setattr(jobs, "start", lambda kind, function, params, **_: started.append((function, params)))
    app.button(key="download_birdnet_2_4").click().run()
    assert started == [
        ("bioviz.models.registry:download_job", {"model": "birdnet_2_4", "terms_accepted": True})
    ]


def test_a_runtime_that_is_missing_is_named_with_the_line_that_brings_it(monkeypatch, tmp_path):
    monkeypatch.setenv("BIOVIZ_WEIGHTS", str(tmp_path))
    (tmp_path / "perch_v2.onnx").write_bytes(b"x")
    monkeypatch.setattr(session, "REQUIRES", {**session.REQUIRES, "onnx": ("ONNX Runtime", "no_such_module")})
    app = open_app(PAGE)
    assert any('pip install "bioviz[files]"' in shown(each.value) for each in app.warning)


def test_embeddings_of_others_are_imported_by_a_job_and_a_path_outside_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("BIOVIZ_DATA", str(tmp_path))
    dataset = tiny.tones(tmp_path / "tones", files=2)
    library.save(dataset)
    started = []
    app = open_app(PAGE)
    assert not app.exception
    app.text_input(key="import_path").set_value("/etc").run()
    app.button(key="import_embeddings_now").click().run()
    assert any("outside the data folders" in shown(each.value) for each in app.error)
    monkeypatch.setattr(
        jobs,
        "start",
        lambda kind, function, params, **_: started.append(params) or jobs.Job(*"abc", {}, "t", "done"),
    )
    (tmp_path / "results").mkdir()
    app.text_input(key="import_path").set_value(str(tmp_path / "results")).run()
    app.button(key="import_embeddings_now").click().run()
    assert started[0]["path"] == str(tmp_path / "results") and started[0]["given"] == {}


def test_columns_of_a_table_that_are_unclear_are_asked_about_beside_its_first_rows(monkeypatch, tmp_path):
    monkeypatch.setenv("BIOVIZ_DATA", str(tmp_path))
    library.save(tiny.tones(tmp_path / "tones", files=2))
    head = ["aufnahme", "begin", *(f"e{i}" for i in range(8))]
    (tmp_path / "owls.csv").write_text(f"{','.join(head)}\na.wav,3.5{',0.1' * 8}\n")
    started = []
    monkeypatch.setattr(
        jobs,
        "start",
        lambda kind, function, params, **_: started.append(params) or jobs.Job(*"abc", {}, "t", "done"),
    )
    app = open_app(PAGE)
    app.text_input(key="import_path").set_value(str(tmp_path / "owls.csv")).run()
    app.button(key="import_embeddings_now").click().run()
    assert not app.exception and not started
    assert app.dataframe[-1].value.iloc[0].tolist()[:2] == ["a.wav", "3.5"]
    assert [app.selectbox(key=f"import_column_{each}").value for each in ("path", "start", "end", "embedding")] == [
        "", "begin", "", "e0 to e7",
    ]  # fmt: skip
    assert "Not known yet: the recording, the end." in shown(app.info[-1].value)
    assert app.button(key="import_embeddings_with").disabled
    (tmp_path / "database").mkdir()
    app.text_input(key="import_path").set_value(str(tmp_path / "database")).run()
    app.button(key="import_embeddings_choose").click().run()
    assert not app.exception and app.text_input(key="import_column_window_s").label == "Window (s)"
    assert not app.button(key="import_embeddings_with").disabled


def test_an_answer_starts_the_import_once_it_is_complete(tmp_path):
    """The dialog alone: a run of AppTest closes it, where a browser runs it anew."""

    def dialog():
        import streamlit as st

        from bioviz.embedding.imports.preview import TableHead
        from bioviz.ui.models.import_columns import ask

        guessed = {"path": "", "start": "begin", "end": "", "embedding": "e0 to e7"}
        head = TableHead("owls.csv", ("aufnahme", "begin"), (("a.wav", "3.5"),), guessed, tuple(guessed))
        ask(head, {}, lambda given: st.session_state.update(started=given))

    app = AppTest.from_function(dialog, default_timeout=60).run()
    assert not app.exception and app.button[0].disabled
    app.selectbox(key="import_column_path").set_value("aufnahme").run()
    assert app.button[0].disabled and "Not known yet: the end." in shown(app.info[0].value)
    app.text_input(key="import_column_window_s").set_value("3").run()
    assert not app.button[0].disabled
    app.button[0].click().run()
    assert app.session_state["started"] == {"path": "aufnahme", "start": "begin", "window_s": "3"}


@pytest.fixture
def started(monkeypatch):
    """What the page starts as jobs, which are not run."""
    asked = []
    monkeypatch.setattr(
        jobs,
        "start",
        lambda kind, function, params, **_: (
            asked.append((function, params)) or jobs.Job(*"abc", {}, "t", "failed", error="not run here")
        ),
    )
    return asked


def test_a_network_of_timm_is_added_by_its_name(started):
    app = open_app(PAGE)
    app.text_input(key="own_model_folder").set_value("timm/test_resnet").run()
    assert not app.exception and not started
    app.button(key="own_model_network").click().run()
    assert started == [("bioviz.models.brought.backbones:add_job", {"network": "timm/test_resnet"})]


def test_code_of_a_folder_is_named_with_its_licence_before_anything_is_run(started, monkeypatch, tmp_path):
    monkeypatch.setenv("BIOVIZ_DATA", str(tmp_path))
    folder = tmp_path / "birds"
    folder.mkdir()
    files = {
        "config.json": '{"auto_map": {"AutoModel": "modeling.Net"}}',
        "preprocessor_config.json": '{"sampling_rate": 32000}',
        "modeling.py": "raise SystemExit('it was run')",
        "README.md": "---\nlicense: cc-by-nc-4.0\n---\n",
        "model.safetensors": "x",
    }
    for name, content in files.items():
        (folder / name).write_text(content)
    app = open_app(PAGE)
    app.text_input(key="own_model_folder").set_value(str(folder)).run()
    assert not app.exception and not started
    said = shown(app.warning[0].value)
    assert "modeling.py" in said and "cc-by-nc-4.0" in said
    app.checkbox[0].check().run()
    ((function, params),) = started
    agreed = own.what_runs(Path(params["path"]))
    assert function == "bioviz.models.brought.own:inspect_job" and params["trusted"] == agreed != ""
    (folder / "modeling.py").write_text("raise SystemExit('other code')")
    app.run()
    assert len(started) == 1 and not app.checkbox[0].value, "other code is asked about anew"
