"""A page says that acoustic columns are missing, and measures them by a job."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from bioviz import jobs
from bioviz.runs import measuring


def page(columns: dict) -> None:
    from types import SimpleNamespace

    from bioviz.ui.notes.acoustic_notice import acoustic_notice

    acoustic_notice(SimpleNamespace(acoustic=columns, spec=SimpleNamespace(dataset="pond")))


def test_nothing_is_said_where_they_are_there():
    app = AppTest.from_function(page, args=({"snr_db": [1.0]},)).run(timeout=60)
    assert not app.exception and not app.info and not app.button


def test_it_is_said_that_they_are_missing_and_a_button_measures(monkeypatch):
    asked = []
    monkeypatch.setattr("bioviz.ui.notes.acoustic_notice.start_measuring", asked.append)
    app = AppTest.from_function(page, args=({},)).run(timeout=60)
    assert not app.exception and "measures of the sound are missing" in app.info[0].value
    app.button(key="measure_sound").click().run(timeout=60)
    assert asked == ["pond"]


def test_the_job_is_found_again_by_any_tab():
    assert measuring.measuring("pond") is None
    job = jobs.start(measuring.KIND, "bioviz.runs.measuring:measure_job", {"dataset": "pond"}, title="x")
    assert measuring.measuring("pond").id == job.id and measuring.measuring("other") is None
    assert jobs.wait(job.id, 240).state == "failed"  # there is no such dataset, which the card says
    assert "pond" in jobs.get(job.id).message
