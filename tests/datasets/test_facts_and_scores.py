"""Tables of facts about recordings, tables of scores, and a minimum confidence where nothing has one."""

from __future__ import annotations

import pytest

from bioviz.cli import main
from bioviz.datasets.build import build_dataset
from bioviz.datasets.tables.columns import ColumnMapping
from bioviz.datasets.tables.profiles import TableProfile, save_profile
from bioviz.errors import BadInput, NotUnderstood
from tests.datasets.sounds import boxes, kinds, labels_of, lines, write


@pytest.fixture
def folder(tmp_path):
    for seed, stem in enumerate("ab"):
        write(tmp_path / f"{stem}.wav", seconds=4, seed=seed)
    return tmp_path


def role(dataset, name):
    (account,) = [each for each in dataset.source["files"] if each["name"] == name]
    return account["role"], account["detail"]


def annotated(folder):
    lines(folder / "boxes.csv", "path,start_s,end_s,label", "a.wav,0,1,owl", "b.wav,,,")


def test_a_table_of_facts_is_used_and_named(folder):
    annotated(folder)
    header = "file,site,recorder,date,latitude"
    lines(folder / "sites.csv", header, "a.wav,north,AM1,2020-06-01,1", "b.wav,south,AM2,,2")
    dataset = build_dataset(folder)
    assert role(dataset, "sites.csv") == ("facts", "facts about whole recordings: site, recorder, date")
    assert [r.site for r in dataset.recordings] == ["north", "south"] and dataset.problems == ()


def test_other_columns_of_facts_are_named_where_annotations_speak_of_all_its_recordings(folder):
    annotated(folder)
    lines(
        folder / "recordings.csv", "path,labels_present,site,peak", "a.wav,owl,north,0.3", "b.wav,,south,0.2"
    )
    dataset = build_dataset(folder)
    assert role(dataset, "recordings.csv") == (
        "facts",
        "facts about whole recordings: site; not read: labels_present, peak",
    )
    assert [r.site for r in dataset.recordings] == ["north", "south"] and dataset.problems == ()


def test_facts_with_unknown_columns_are_asked_about_where_nothing_else_speaks(folder):
    lines(folder / "recordings.csv", "path,heard_there,site", "a.wav,owl,north", "b.wav,,south")
    with pytest.raises(NotUnderstood):
        build_dataset(folder)
    lines(folder / "boxes.csv", "path,start_s,end_s,label", "a.wav,0,1,owl")
    dataset = build_dataset(folder, options={"unannotated": "background"})
    assert role(dataset, "recordings.csv")[0] == "not understood" and "b.wav" not in labels_of(dataset)


def test_the_user_can_say_that_a_table_holds_facts(folder, tmp_path_factory, monkeypatch):
    annotated(folder)
    lines(folder / "orte.csv", "datei,ort,heard_there", "a.wav,nord,owl", "b.wav,sued,", "c.wav,west,")
    header = ("datei", "ort", "heard_there")
    mapping = ColumnMapping(path="datei", site="ort", holds="facts")
    told = build_dataset(folder, options={"columns": mapping.to_dict()})
    assert [r.site for r in told.recordings] == ["nord", "sued"] and role(told, "orte.csv")[0] == "facts"
    save_profile(TableProfile("orte", header, mapping))
    kept = build_dataset(folder)
    assert [r.site for r in kept.recordings] == ["nord", "sued"] and role(kept, "orte.csv")[0] == "facts"
    (folder / "boxes.csv").unlink()
    alone = build_dataset(folder)  # recordings of which nothing says what can be heard
    assert role(alone, "orte.csv")[0] == "facts" and alone.labels == ()


def test_what_facts_hold_is_checked():
    for values in ({"holds": "songs"}, {"least_score": "much"}):
        with pytest.raises(BadInput):
            ColumnMapping.from_dict(values)
    assert not ColumnMapping(path="p", holds="facts").complete


SCORES = ("file,start_time,end_time,owl,frog", "a.wav,0,2,0.9,0.1", "a.wav,2,4,0.6,0.72", "b.wav,0,2,0.1,0")


def test_a_table_of_scores_is_asked_about_and_then_read_as_detections(folder, capsys):
    lines(folder / "scores.csv", *SCORES)
    with pytest.raises(NotUnderstood, match="Minimum confidence") as asked:
        build_dataset(folder)
    (account,) = asked.value.accounts
    assert account.asks == "min_confidence" and account.role == "not understood"
    assert main(["add", str(folder), "--check"]) == 4
    capsys.readouterr()
    dataset = build_dataset(folder, options={"min_confidence": 0.7})
    assert boxes(dataset) == [("a.wav", 0.0, 2.0, "owl", None, None), ("a.wav", 2.0, 4.0, "frog", None, None)]
    assert role(dataset, "scores.csv") == ("read", "scores of 2 labels, from 0.7 on")
    assert build_dataset(folder, options={"min_confidence": 0.6}).clips.labels.sum() == 3


def test_scores_are_a_detectors_and_go_after_people(folder):
    lines(folder / "scores.csv", *SCORES)
    annotated(folder)
    dataset = build_dataset(folder, options={"min_confidence": 0.5})
    assert boxes(dataset) == [("a.wav", 0.0, 1.0, "owl", None, None)]
    assert kinds(dataset)["passed_over"] == ["scores.csv"]


def test_logits_can_be_told_apart_by_a_score_of_their_own(folder):
    lines(folder / "x.csv", "file,start_time,end_time,owl,frog", "a.wav,0,2,3.5,-2", "b.wav,0,2,-1,4")
    columns = {"label_columns": ["owl", "frog"], "least_score": "3"}
    assert [box[3] for box in boxes(build_dataset(folder, options={"columns": columns}))] == ["owl", "frog"]
    columns["least_score"] = "3.8"
    assert [box[3] for box in boxes(build_dataset(folder, options={"columns": columns}))] == ["frog"]


def test_a_minimum_confidence_that_leaves_nothing_out_is_said(folder):
    annotated(folder)
    dataset = build_dataset(folder, options={"min_confidence": 0.5})
    assert kinds(dataset)["no_confidence"] == ["boxes.csv"]
    lines(
        folder / "boxes.csv", "path,start_s,end_s,label,confidence", "a.wav,0,1,owl,0.4", "b.wav,0,1,owl,0.9"
    )
    dataset = build_dataset(folder, options={"min_confidence": 0.5})
    assert "no_confidence" not in kinds(dataset) and len(dataset.annotations) == 1
    lines(folder / "c.txt", "1\t2\towl")
    write(folder / "c.wav", seconds=4, seed=7)
    assert kinds(build_dataset(folder, options={"min_confidence": 0.5}))["no_confidence"] == ["c.txt"]
