"""The Compare page in the states a user meets it in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from bioviz import runs
from bioviz.analysis.comparison.headline import headline
from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.models.checkpoint_record import CheckpointRecord
from bioviz.models.checkpoints import Checkpoint
from bioviz.runs.comparison import ComparisonSpec, compute_comparison
from bioviz.ui.compare.sections import SECTIONS
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
    same = {"model": "acoustic_features", "other_model": "acoustic_features"}
    app = open_app("compare.py", dataset=calls.id, **same)
    assert "Both sides are the same" in texts(app.info)
    assert not [button for button in app.button if button.key == "compute_comparison"]


@pytest.fixture
def finished(spec):
    return compute_comparison(replace(spec, k=20, layout="own"))


def test_a_finished_comparison_shows_every_part(spec, finished):
    app = opened(spec, section="scores_compared")
    assert not app.exception
    table = app.dataframe[0].value
    assert set(table["score"]) == {
        METRIC_INFO[d.name].title for d in finished.changes.scores
    }  # no classifier of its own
    nmi = table[table["score"] == "NMI"].iloc[0]
    assert nmi["left"] == pytest.approx(runs.open_run(spec.left).scores["nmi"], abs=1e-3)
    assert set(table["larger than its uncertainty"]) <= {"yes", "no", "cannot be told"}
    assert headline(finished.changes) in texts(app.title)
    said = "\n".join(str(caption.value) for caption in app.caption)
    assert "each row for itself" in said and "judged for all labels and scores together" in said
    for name in SECTIONS:
        app.session_state["compare_section"] = name
        app.run()
        assert not app.exception, name
        assert app.query_params.get("section", [name]) in (name, [name])
    assert app.query_params["other_model"] in (spec.right.model, [spec.right.model])


def test_the_transitions_list_its_clips(spec, finished):
    changed = finished.changes.transitions["confusion"]
    app = opened(spec, section="transitions")
    fates = {name: len(getattr(changed, name)) for name in ("rescued", "broken", "captured")}
    for fate, count in fates.items():
        app.session_state["compare_fate"] = fate
        app.run()
        assert not app.exception
        assert f"{count} clips {fate}" in texts(app.subheader) or count == 0 or fate == "captured"
        if count:
            assert len(app.dataframe[-1].value) == count


def test_clips_that_a_side_has_learnt_from_are_told(spec, calls, monkeypatch):
    import numpy as np

    from bioviz.models import checkpoints
    from bioviz.models.checkpoints import Checkpoint
    from bioviz.runs.heard import flattered

    names = [recording.name for recording in calls.recordings]
    record = {
        "dataset": {"id": calls.id},
        "split": {"recordings": {"train": names[:10], "valid": names[10:12], "test": names[12:]}},
    }
    monkeypatch.setattr(
        checkpoints, "get", lambda identity: Checkpoint(identity, CheckpointRecord.from_dict(record))
    )
    tuned = replace(spec, right=replace(spec.right, checkpoint="ft:abc"))
    (said,) = flattered(tuned, calls, np.arange(36))
    assert "12 of the 36 clips" in said and "right model" in said
    assert flattered(tuned, calls, np.arange(12, 36)) == []
    assert flattered(spec, calls, np.arange(36)) == []
    record["dataset"]["id"] = "another"
    (said,) = flattered(tuned, calls, np.arange(36))
    assert "Nobody can tell" in said, "the names are the same, the recordings may be"
    record["dataset"]["id"], record["split"] = calls.id, {}
    (said,) = flattered(tuned, calls, np.arange(36))
    assert "Nobody can tell" in said


def test_own_classifiers_stand_in_the_table_and_are_named_as_such(spec, calls, monkeypatch):
    from bioviz.ui.compare import training as compare_training
    from bioviz.ui.compare.training import tested

    assert tested(spec) == ()
    split = {"recordings": {"train": ["a"], "valid": ["b"], "test": ["c", "d"]}}
    records = {
        "one": {"dataset": {"version": "v"}, "split": split, "test": {"accuracy": 0.5, "macro_ap": None}},
        "two": {"dataset": {"version": "v"}, "split": split, "test": {"accuracy": 0.75, "macro_ap": 0.6}},
        "bare": {"test": {"accuracy": 0.25}},
    }
    monkeypatch.setattr(
        compare_training.checkpoints,
        "get",
        lambda identity: Checkpoint(identity, CheckpointRecord.from_dict(records[identity])),
    )

    def between(left: str, right: str):
        sides = (replace(side, checkpoint=c) for side, c in ((spec.left, left), (spec.right, right)))
        return [(row.left, row.right, row.difference) for row in tested(ComparisonSpec(*sides))]

    assert between("random", "ft:two") == [(None, 0.75, None), (None, 0.6, None)]
    assert between("ft:one", "ft:two") == [(0.5, 0.75, 0.25), (None, 0.6, None)]
    assert between("ft:bare", "ft:two")[0] == (0.25, 0.75, None), "other test clips have no difference"


def test_the_score_table_shows_the_own_classifier(spec, finished, monkeypatch):
    from bioviz.reports.comparison import OwnScore
    from bioviz.ui.compare import page

    rows = (OwnScore("Own classifier: test accuracy", None, 0.75, None, "words"),)
    monkeypatch.setattr(page, "tested", lambda spec: rows)
    app = opened(spec, section="scores_compared")
    assert not app.exception
    own = app.dataframe[0].value.set_index("score").loc["Own classifier: test accuracy"]
    assert own["right"] == 0.75 and own["left"] != own["left"] and own["difference"] != own["difference"]
    assert "A frozen model has no classifier of its own" in texts(app.caption)


def test_the_label_of_the_arrows_is_kept_in_the_link(spec, finished):
    app = opened(spec, section="arrows", arrows="low call")
    assert app.selectbox(key="compare_arrow_label").value == 2
    app.selectbox(key="compare_arrow_label").select(1).run()
    assert not app.exception
    assert app.query_params["arrows"] in ("high call", ["high call"])


def test_seeds_of_random_starts_are_picked_on_each_side(calls):
    app = open_app(
        "compare.py",
        dataset=calls.id,
        model="alexnet",
        checkpoint="random",
        model_seed="3",
        other_model="alexnet",
    )
    assert not app.exception
    assert app.number_input(key="_pick_model_seed").value == 3
    assert app.number_input(key="_pick_other_model_seed").value == 0
    card = texts(app.text)
    assert "random start (untrained), seed 3" in card and "random start (untrained), seed 0" in card
    assert not app.button(key="compute_comparison").disabled
    app.number_input(key="_pick_other_model_seed").set_value(3).run()
    assert "Both sides are the same" in texts(app.info)
    assert not [button for button in app.button if button.key == "compute_comparison"]


def test_a_link_to_a_clip_that_is_not_compared_shows_none(spec, finished):
    for clip, selected_clip in (("35", 35), ("999", -1)):
        app = opened(spec, clip=clip)
        assert not app.exception
        assert app.session_state["view"].clip == selected_clip
        assert app.session_state["acts"]["clip"].value == [spec.left.dataset, selected_clip]


def test_the_page_opens_on_the_first_clip_that_changed_sides_but_not_over_a_link(spec, finished):
    moves = finished.changes.transitions["confusion"]
    left = runs.open_run(spec.left)
    first = next((places for places in (moves.rescued, moves.broken) if len(places)), None)
    expected = -1 if first is None else int(left.rows[finished.left_places[first[0]]])
    assert opened(spec).session_state["view"].clip == expected
    assert opened(spec, clip="3").session_state["view"].clip == 3


def test_one_colour_is_one_value_on_both_maps(spec, finished):
    from bioviz.plots.map_data import Measure
    from bioviz.ui.compare.maps import comparison_maps

    left, right = comparison_maps(finished, runs.open_run(spec.left), runs.open_run(spec.right))
    ends = [
        {each.id: each.limits() for each in side.colourings if isinstance(each, Measure)}
        for side in (left, right)
    ]
    shared = set(ends[0]) & set(ends[1])
    assert "confusion" in shared
    assert all(ends[0][name] == ends[1][name] for name in shared)


def test_a_comparison_that_was_asked_for_elsewhere_starts_by_itself_once(spec, monkeypatch):
    from bioviz.ui.compare import page

    started = []
    monkeypatch.setattr(page, "start_comparison", lambda spec: started.append(spec))
    app = opened(spec)
    assert started == []
    app.session_state["compare_start_now"] = True
    app.run()
    assert not app.exception
    assert [(each.left.model, each.right.model) for each in started] == [(spec.left.model, spec.right.model)]
    app.run()
    assert len(started) == 1
