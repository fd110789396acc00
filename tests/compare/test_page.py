"""The Compare page in the states a user meets it in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from bioviz import runs
from bioviz.analysis.helps import HELPS
from bioviz.runs.comparison import compute_comparison
from bioviz.ui.compare_sections import SECTIONS
from tests.pages.test_pages import open_app, texts


def opened(spec, **more: str) -> AppTest:
    left, right = spec.left, spec.right
    return open_app(
        "compare.py",
        dataset=left.dataset,
        model=left.model,
        checkpoint=left.checkpoint,
        other_model=right.model,
        other_checkpoint=right.checkpoint,
        method="pca",
        **more,
    )


def test_without_a_dataset_it_leads_to_the_start():
    assert "no dataset yet" in texts(open_app("compare.py").info)


def test_it_offers_to_compute_what_is_not_there(spec):
    app = opened(spec)
    assert not app.exception
    assert "not computed yet" in texts(app.subheader)
    assert not app.button(key="compute_comparison").disabled


def test_both_sides_the_same_cannot_be_compared(calls):
    app = open_app("compare.py", dataset=calls.id, model="acoustic_features")
    assert "Both sides are the same" in texts(app.info)
    assert app.button(key="compute_comparison").disabled


@pytest.fixture
def finished(spec):
    return compute_comparison(replace(spec, k=20, layout="own"))


def test_a_finished_comparison_shows_every_part(spec, finished):
    app = opened(spec)
    assert not app.exception
    table = app.dataframe[0].value
    assert set(table["score"]) == {HELPS[d.name].title for d in finished.changes.scores}
    nmi = table[table["score"] == "NMI"].iloc[0]
    assert nmi["left"] == pytest.approx(runs.open_run(spec.left).scores["nmi"], abs=1e-3)
    for name in SECTIONS:
        app.session_state["compare_section"] = name
        app.run()
        assert not app.exception, name
        assert app.query_params.get("section", [name]) in (name, [name])
    assert app.query_params["other_model"] in (spec.right.model, [spec.right.model])


def test_the_ledger_lists_its_clips(spec, finished):
    book = finished.changes.ledgers["confusion"]
    app = opened(spec, section="ledger")
    fates = {name: len(getattr(book, name)) for name in ("rescued", "broken", "captured")}
    for fate, count in fates.items():
        app.session_state["compare_fate"] = fate
        app.run()
        assert not app.exception
        assert f"{count} clips {fate}" in texts(app.subheader) or count == 0 or fate == "captured"
        if count:
            assert len(app.dataframe[-1].value) == count


def test_clips_that_a_side_has_learnt_from_are_told(spec, calls, monkeypatch):
    import numpy as np

    from bioviz.training import checkpoints
    from bioviz.training.checkpoints import Checkpoint
    from bioviz.ui.compare_training import training_notes

    names = [recording.name for recording in calls.recordings]
    record = {
        "dataset": {"id": calls.id},
        "split": {"recordings": {"train": names[:10], "valid": names[10:12], "test": names[12:]}},
    }
    monkeypatch.setattr(checkpoints, "get", lambda identity: Checkpoint(identity, record))
    tuned = replace(spec, right=replace(spec.right, checkpoint="ft:abc"))
    (said,) = training_notes(tuned, calls, np.arange(36))
    assert "12 of the 36 clips" in said and "right model" in said
    assert training_notes(tuned, calls, np.arange(12, 36)) == []
    assert training_notes(spec, calls, np.arange(36)) == []
    record["dataset"]["id"] = "another"
    assert training_notes(tuned, calls, np.arange(36)) == []
