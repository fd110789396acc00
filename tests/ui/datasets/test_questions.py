"""A table that was not understood is asked about: the dialog, what its answer gives, and what is kept of it."""

from __future__ import annotations

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from bioviz.cli import main
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.datasets.tables.profiles import find_profile, list_profiles, load_profile
from bioviz.errors import BadInput
from tests.datasets.sounds import boxes, labels_of, lines, write
from tests.pages.test_pages import texts

HEADER = "woher,los,schluss,was,x1,x2"
ROWS = (
    "a.wav,1000,2000,owl,500,1500",
    "a.wav,2500,3000,leer,,",
    "b.wav,500,900,weg,,",
    "b.wav,3000,3500,maybe,,",
)
COLUMNS = {"path": "woher", "start": "los", "end": "schluss", "label": "was", "low": "x1", "high": "x2"}


@pytest.fixture
def folder(tmp_path):
    for seed, stem in enumerate("ab"):
        write(tmp_path / "first" / f"{stem}.wav", seed=seed)
    lines(tmp_path / "first" / "beobachtet.csv", HEADER, *ROWS)
    return tmp_path / "first"


def in_dialog(app, name):
    """The widget of the dialog whose key ends so."""
    widgets = [*app.selectbox, *app.multiselect, *app.text_input, *app.button]
    return next(each for each in widgets if re.fullmatch(rf"columns_[0-9a-f]+n?_{name}", each.key or ""))


def dialog(job_id: int = 1) -> AppTest:
    """The dialog about the table of `folder`, alone: AppTest runs no fragments, so that on the page it would close."""

    def script(job: str) -> None:
        from pathlib import Path

        from bioviz import jobs
        from bioviz.ui.datasets.columns_dialog import ask_columns

        scan = jobs.get(job)
        ask_columns(Path(scan.params["root"]), "beobachtet.csv", scan)

    return AppTest.from_function(script, args=(f"{job_id}-1",), default_timeout=60).run()


def answer(app, columns=COLUMNS, unit="ms"):
    """Choose what the columns are."""
    for role, column in columns.items():
        in_dialog(app, role).select(column).run()
    in_dialog(app, "time_unit").select(unit).run()
    assert not app.exception


def test_the_dialog_opens_by_itself_once_with_the_first_rows_and_what_they_suggest(folder, form, scan):
    app = scan(form(folder))
    assert "1 file was not understood" in texts(app.warning) and not app.success  # amber, never green
    assert texts(app.warning).count("not understood") == 1, "it is said once"
    assert "whole recordings" not in texts(app.caption)
    assert "beobachtet.csv" in texts(app.text)
    shown = next(frame.value for frame in app.dataframe if "woher" in frame.value)
    assert list(shown.columns) == HEADER.split(",") and shown.iloc[0].tolist() == ROWS[0].split(",")
    assert in_dialog(app, "path").value == "woher"  # its cells are names of recordings
    assert "Filled in as the columns suggest: Recording" in texts(app.caption)
    assert "Choose the column that holds the label" in texts(app.info).replace("\\", "")
    assert in_dialog(app, "keep_[0-9a-f]+").disabled
    app.run()
    assert not [each for each in app.selectbox if each.key and each.key.startswith("columns_")]  # once only
    app.button(key="explain_beobachtet.csv").click().run()
    assert in_dialog(app, "path").value == "woher"


def test_what_the_answer_gives_is_shown_as_it_is_given(folder, form, scan):
    scan(form(folder))
    app = dialog()
    answer(app, unit="s")
    assert "4 of 4 boxes begin after the end of their recording" in texts(app.warning)
    in_dialog(app, "time_unit").select("ms").run()
    assert "after the end" not in texts(app.warning)
    assert "The 4 rows give 4 boxes in 2 recordings: owl (1), leer (1), weg (1), maybe (1)." in texts(
        app.text
    )
    in_dialog(app, "background").select("leer").run()
    in_dialog(app, "unknown").select("maybe").run()
    in_dialog(app, "drop").select("weg").run()
    assert not app.exception
    assert "The 4 rows give 2 boxes in 2 recordings: owl (1), unknown (1)." in texts(app.text)


def test_what_will_be_taken_for_what_is_written_out(folder, form, scan):
    scan(form(folder))
    app = dialog()
    answer(app)
    assert "Calls: owl (1), leer (1), weg (1), maybe (1)" in texts(app.text)
    assert "Background: no label means background" in texts(app.text)
    in_dialog(app, "background").select("leer").run()
    in_dialog(app, "unknown").select("maybe").run()
    in_dialog(app, "drop").select("weg").run()
    said = texts(app.text)
    assert (
        "recording: woher, start: los, end: schluss, label: was" in said and "times in milliseconds" in said
    )
    for line in (
        "Calls: owl (1)",
        "Background: leer (1)",
        "call nor background: maybe (1)",
        "is used: weg (1)",
    ):
        assert line in said


def test_what_was_assumed_of_the_text_is_said_in_the_dialog(folder, form, scan):
    text = "\n".join(["Nordwald 2024", HEADER, *ROWS]).replace("owl", "Käuzchen")
    (folder / "beobachtet.csv").write_bytes(text.encode("mac_roman"))
    scan(form(folder))
    said = texts(dialog().caption).replace("\\", "")
    assert "1 line stands above the names of its columns" in said and "“Nordwald 2024”" in said
    assert "Western European (older Macs)" in said and "“Käuzchen”" in said


def test_only_what_was_read_is_kept(folder, form, scan, scans):
    """A choice that reaches the server together with the press was not among the words that were read."""
    scan(form(folder))
    app = dialog()
    answer(app)
    in_dialog(app, "background").select("leer")  # its run has not come yet
    in_dialog(app, "keep_[0-9a-f]+").click().run()
    assert not app.exception and not list_profiles() and len(scans) == 1
    assert "Background: leer (1)" in texts(app.text)
    in_dialog(app, "keep_[0-9a-f]+").click().run()
    assert list_profiles()[0].mapping.background == ("leer",) and len(scans) == 2


def test_a_choice_changes_no_other_list(folder, form, scan):
    """A list that is redrawn with other labels under the pointer loses what is chosen there."""
    scan(form(folder))
    app = dialog()
    answer(app)
    before = [in_dialog(app, name).options for name in ("background", "unknown", "drop", "label_columns")]
    in_dialog(app, "background").select("leer").run()
    in_dialog(app, "start").select("x1").run()
    assert [
        in_dialog(app, name).options for name in ("background", "unknown", "drop", "label_columns")
    ] == before


def test_choices_outlast_a_moment_without_their_boxes(folder, form, scan):
    scan(form(folder))
    app = dialog()
    answer(app)
    in_dialog(app, "background").select("leer").run()
    in_dialog(app, "label").select("").run()  # no label: its meanings are not asked
    assert not [each for each in app.multiselect if each.key.endswith("_background")]
    in_dialog(app, "label").select("was").run()
    assert in_dialog(app, "background").value == ["leer"] and "Background: leer (1)" in texts(app.text)


def test_two_meanings_of_one_label_are_refused(folder, form, scan):
    scan(form(folder))
    app = dialog()
    answer(app)
    in_dialog(app, "background").select("leer").run()
    in_dialog(app, "drop").select("leer").run()
    assert "“leer” is given two meanings" in texts(app.error)
    assert in_dialog(app, "keep_[0-9a-f]+").disabled
    in_dialog(app, "drop").unselect("leer").run()
    in_dialog(app, "high").select("x1").run()
    assert "cannot be both Low frequency and High frequency" in texts(app.error)
    assert in_dialog(app, "keep_[0-9a-f]+").disabled


def test_a_clip_of_a_row_without_label_says_so(folder, form, scan):
    lines(folder / "beobachtet.csv", HEADER, "a.wav,1000,2000,,500,1500")
    scan(form(folder))
    app = dialog()
    answer(app)
    (shown,) = app.get("bidi_component")
    assert "no label · a.wav" in json.loads(shown.proto.json, strict=False)["groups"][0]["cards"][0].values()


def test_the_answer_is_the_command_lines_and_the_next_table_is_recognized(
    folder, tmp_path, form, scan, scans, capsys
):
    page = scan(form(folder))
    app = dialog()
    answer(app)
    in_dialog(app, "background").select("leer").run()
    in_dialog(app, "drop").select("weg").run()
    in_dialog(app, "unknown").select("maybe").run()
    in_dialog(app, "keep_[0-9a-f]+").click().run()
    assert not app.exception and len(scans) == 2
    page.run()  # it finds the new scan as one of this tab's would
    (profile,) = list_profiles()
    assert profile.name == "beobachtet" and profile.columns == tuple(HEADER.split(","))

    by_page = library.load_draft(next(iter(_drafts())))
    words = {**COLUMNS, "time_unit": "ms", "background": "leer", "drop": "weg", "unknown": "maybe"}
    told = [part for name, column in words.items() for part in ("--column", f"{name}={column}")]
    assert main(["add", str(folder), "--name", "first", *told]) in (0, 4)
    capsys.readouterr()
    (by_command,) = (library.load(each.id) for each in library.list_datasets())
    assert boxes(by_command) == boxes(by_page) == [("a.wav", 1.0, 2.0, "owl", 500.0, 1500.0)]
    assert labels_of(by_command) == labels_of(by_page) and by_command.version == by_page.version

    write(tmp_path / "second" / "c.wav", seed=5)
    lines(tmp_path / "second" / "later.csv", HEADER, "c.wav,0,500,frog,,")
    app = scan(form(tmp_path / "second"))
    assert not app.warning or "not understood" not in texts(app.warning)
    assert boxes(build_dataset(tmp_path / "second")) == [("c.wav", 0.0, 0.5, "frog", None, None)]


def test_a_first_line_that_is_data_is_no_header(tmp_path, form, scan, scans):
    write(tmp_path / "a.wav")
    lines(tmp_path / "beobachtet.csv", "a.wav,1.0,2.0,owl", "a.wav,2.5,3.0,owl")
    scan(form(tmp_path))
    app = dialog()
    assert app.toggle[0].value and "no header" in app.toggle[0].label
    for role, column in {"start": 2, "end": 3, "label": 4}.items():
        in_dialog(app, role).select(f"column {column}").run()
    assert in_dialog(app, "path").value == "column 1"
    assert "The 2 rows give 2 boxes in 1 recording: owl (2)." in texts(app.text)
    in_dialog(app, "keep_[0-9a-f]+").click().run()
    assert not app.exception
    assert boxes(build_dataset(tmp_path))[0][1:4] == (1.0, 2.0, "owl")
    app.toggle[0].set_value(False).run()
    assert in_dialog(app, "path").value == "a.wav"  # as the user wishes


def test_a_file_can_be_left_out_instead(folder, form, scan, scans):
    lines(folder / "[odd] name.csv", "p,q", "1,2")  # characters that mean something in a pattern
    app = scan(form(folder))
    app.button(key="leave_[odd] name.csv").click().run()
    assert scans[-1]["options"]["ignore"] == ["[odd] name.csv"] and not app.exception
    assert "1 file was not understood" in texts(app.warning)
    app.button(key="leave_beobachtet.csv").click().run()
    assert "not understood" not in texts(app.warning)
    assert app.multiselect(key=f"ignore_{folder}").value == ["[odd] name.csv", "beobachtet.csv"]
    assert "No file says what can be heard" in texts(app.warning) and not app.success


def test_missing_labels_are_asked_about_beside_the_other_questions(tmp_path, form, scan, scans):
    write(tmp_path / "a.wav", seconds=6)
    rows = ["a.wav,0,1,owl", "a.wav,2,3,NA", "a.wav,4,5,", "a.wav,5,6,"]
    lines(tmp_path / "t.csv", "path,start_s,end_s,label", *rows)
    app = scan(form(tmp_path))
    assert "Some labels are missing" in texts(app.warning) and not app.success
    assert "2 labels are empty" in texts(app.text) and "1 label is “NA”" in texts(app.text)
    assert app.button(key="answer_missing").disabled
    app.selectbox(key="missing_NA").select("label").run()
    assert app.text_input(key="missing_label_NA").value == "NA"
    app.button(key="answer_missing").click().run()
    assert not app.exception and scans[-1]["options"]["missing_labels"] == {"na": "NA"}
    assert "2 labels are empty" in texts(app.text) and "“NA”" not in texts(app.text)
    app.selectbox(key="missing_").select("background").run()
    app.button(key="answer_missing").click().run()
    assert scans[-1]["options"]["missing_labels"] == {"na": "NA", "": "background"}
    assert "labels are missing" not in texts(app.warning) and not app.exception
    assert app.text_input(key=f"missing_labels_{tmp_path}").value == "na=NA, empty=background"
    assert library.load_draft(next(iter(_drafts()))).labels == ("NA", "owl")


def test_missing_labels_are_asked_about_where_nothing_else_is_known(tmp_path, form, scan, scans):
    write(tmp_path / "a.wav")
    lines(tmp_path / "t.csv", "path,label", "a.wav,?")
    app = scan(form(tmp_path))
    assert "Some labels are missing" in texts(app.warning) and not app.success
    app.selectbox(key="missing_?").select("label").run()
    app.text_input(key="missing_label_?").set_value("a, b").run()
    app.button(key="answer_missing").click().run()
    assert "must not hold a comma" in texts(app.error) and not app.exception
    app.text_input(key="missing_label_?").set_value("Kiwi").run()
    app.button(key="answer_missing").click().run()
    assert library.load_draft(next(iter(_drafts()))).labels == ("Kiwi",)


def test_the_dialog_gives_rows_without_a_label_one(folder, form, scan, scans):
    lines(folder / "beobachtet.csv", "woher,los,schluss", "a.wav,1,2", "b.wav,1,2")
    scan(form(folder))
    app = dialog()
    for role in ("path", "start", "end"):
        in_dialog(app, role).select(COLUMNS[role]).run()
    assert "write the label of all rows" in texts(app.info) and in_dialog(app, "keep_[0-9a-f]+").disabled
    in_dialog(app, "empty").set_value("Kiwi").run()
    assert "2 boxes in 2 recordings: Kiwi (2)" in texts(app.text)
    in_dialog(app, "keep_[0-9a-f]+").click().run()
    assert not app.exception and build_dataset(folder).labels == ("Kiwi",)


def test_the_dialog_answers_what_empty_cells_mean(folder, form, scan, scans):
    lines(folder / "beobachtet.csv", HEADER, "a.wav,1,2,owl,,", "b.wav,1,2,,,")
    scan(form(folder))
    app = dialog()
    answer(app, unit="s")
    in_dialog(app, "background").select("(empty)").run()
    assert "The 2 rows give 1 box in 1 recording: owl (1)." in texts(app.text)
    in_dialog(app, "keep_[0-9a-f]+").click().run()
    dataset = build_dataset(folder, options={"width_s": 1, "hop_s": 1})
    assert not dataset.source["missing_labels"]
    assert labels_of(dataset)["b.wav"] == [set()] * 4
    in_dialog(app, "background").set_value([]).run()
    in_dialog(app, "empty").set_value("frog").run()
    assert "owl (1), frog (1)" in texts(app.text)


def test_the_dialog_can_leave_the_file_out_too(folder, form, scan, scans):
    scan(form(folder))
    in_dialog(dialog(), "leave").click().run()
    assert scans[-1]["options"]["ignore"] == ["beobachtet.csv"]


def test_a_file_without_columns_is_named_and_can_be_left_out(tmp_path, form, scan):
    write(tmp_path / "a.wav")
    (tmp_path / "a.eaf").write_text('<?xml version="1.0"?><ANNOTATION_DOCUMENT/>')
    app = scan(form(tmp_path))
    assert "1 file was not understood" in texts(app.warning) and not app.exception
    assert not [each for each in app.button if each.key == "explain_a.eaf"]
    assert app.button(key="leave_a.eaf").label == "Leave it out"


def test_hostile_names_and_cells_are_shown_as_they_are(tmp_path, form, scan):
    write(tmp_path / "a.wav")
    lines(tmp_path / "a.csv", "<b>x</b>,:red[y],[z](http://e.org)", "<script>1</script>,**2**,`3`")
    app = scan(form(tmp_path))
    assert not app.exception
    said = "\n".join(each.value for each in (*app.markdown, *app.caption, *app.warning))
    assert ":red[y]" not in said and "[z](http" not in said  # escaped where Markdown is read


def test_people_go_before_a_detector_and_the_other_choice_is_offered(tmp_path, form, scan, scans):
    write(tmp_path / "r1.wav", seconds=9)
    head = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tSpecies"
    lines(tmp_path / "r1.Table.1.selections.txt", head, "1\tSpectrogram 1\t1\t1\t2\tHUMAN")
    head = "Start (s),End (s),Scientific name,Common name,Confidence,File"
    lines(tmp_path / "r1.BirdNET.results.csv", head, "3.0,6.0,Strix aluco,Tawny Owl,0.9,r1.wav")
    app = scan(form(tmp_path))
    assert library.load_draft(_drafts()[0]).labels == ("HUMAN",)
    assert "Used: Raven selection tables" in texts(app.text)
    app.button(key="instead_birdnet").click().run()
    assert not app.exception and scans[-1]["reader"] == "birdnet"
    assert library.load_draft(_drafts()[0]).labels == ("Tawny Owl",)
    assert app.selectbox(key=f"reader_{tmp_path}").value == "birdnet"


def test_a_colleagues_profile_is_taken_in_exported_and_removed(folder, form, scan, tmp_path):
    profile = {"bioviz_table_profile": 1, "name": "Anna's", "columns": HEADER.split(","), "mapping": COLUMNS}
    app = form(folder)
    take_in(app, json.dumps({**profile, "name": "Annas"}).encode())
    assert "Kept as" in texts(app.success) and [each.name for each in list_profiles()] == ["Annas"]
    take_in(
        app, json.dumps({**profile, "name": "Ben", "mapping": {**COLUMNS, "label": "x1", "low": ""}}).encode()
    )
    assert "Annas” recognizes tables with the same columns already" in texts(app.error).replace("\\", "")
    take_in(app, json.dumps({**profile, "name": "annas", "columns": [*HEADER.split(","), "more"]}).encode())
    assert "for tables with other columns" in texts(app.error).replace("\\", "")
    for rubbish in (b"\xff\xfe", b"[" * 100_000, b'{"bioviz_table_profile": 1}', b"{}"):
        take_in(app, rubbish)
        assert not app.exception and "profile.json" in texts(app.error).replace("\\", "")
    assert [each.name for each in list_profiles()] == ["Annas"]
    app.button(key="drop_Annas").click().run()
    assert list_profiles() == [] and not app.exception


def test_what_is_exported_is_what_the_command_line_reads(folder, form, scan, tmp_path):
    scan(form(folder))
    app = dialog()
    answer(app)
    in_dialog(app, "name").set_value("Ours").run()
    in_dialog(app, "keep_[0-9a-f]+").click().run()
    (profile,) = list_profiles()
    path = tmp_path / "ours.json"
    path.write_text(json.dumps(profile.to_dict(), ensure_ascii=False))  # as the button writes it
    assert load_profile(path) == find_profile(str(path)) == find_profile("Ours") == profile
    with pytest.raises(BadInput, match="no table profile 'Theirs'"):
        find_profile("Theirs")
    assert any(each.proto.label == "Export" for each in form(folder).get("download_button"))


def take_in(app, content: bytes) -> None:
    app.file_uploader(key="profile_file").set_value(("profile.json", content, "application/json"))
    app.button(key="import_profile_button").click().run()


def _drafts() -> list[str]:
    return [p.stem for p in library._folder(draft=True).glob("*.json") if ".summary" not in p.name]


def test_what_a_table_says_of_whole_recordings_is_used_though_it_is_left_out_and_that_is_said(
    folder, form, scan
):
    lines(folder / "beobachtet.csv", "path,site,x1", "a.wav,fen,3", "b.wav,moor,4")
    app = scan(form(folder))
    assert "What it says of whole recordings (site) is used" in texts(app.caption)
    made = build_dataset(folder, options={"ignore": ("beobachtet.csv",)})
    assert [recording.site for recording in made.recordings] == ["fen", "moor"]


def test_a_table_of_facts_can_be_said_to_be_one(folder, form, scan, scans):
    lines(folder / "beobachtet.csv", "woher,ort,gehoert", "a.wav,nord,owl", "b.wav,sued,")
    scan(form(folder))
    app = dialog()
    (holds,) = app.segmented_control
    assert holds.value == "annotations"
    holds.set_value("facts").run()
    assert in_dialog(app, "fact_path").value == "woher" and in_dialog(app, "keep_[0-9a-f]+").disabled
    in_dialog(app, "fact_site").select("ort").run()
    assert "2 of the recordings here" in texts(app.text) and "site (2 values)" in texts(app.text)
    in_dialog(app, "keep_[0-9a-f]+").click().run()
    dataset = build_dataset(folder)
    assert not app.exception and [r.site for r in dataset.recordings] == ["nord", "sued"]
    assert dataset.source["files"][0]["role"] == "facts"


def test_scores_are_asked_about_with_a_number(folder, form, scan, scans):
    lines(
        folder / "beobachtet.csv",
        "file,start_time,end_time,owl,frog",
        "a.wav,0,2,0.9,0.1",
        "b.wav,0,2,0.4,0.2",
    )
    app = scan(form(folder))
    assert "hold scores" in texts(app.caption) and not app.success
    app.number_input(key="score_beobachtet.csv").set_value(0.8).run()
    app.button(key="read_scores_beobachtet.csv").click().run()
    assert scans[-1]["options"]["min_confidence"] == 0.8 and not app.exception
    assert library.load_draft(next(iter(_drafts()))).labels == ("owl",)
    assert app.number_input(key=f"min_confidence_{folder}").value == 0.8
