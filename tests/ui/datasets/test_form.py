"""Adding a dataset: the folder is typed or browsed, and every option of the command line is on the page."""

from __future__ import annotations

import json

import pytest

from bioviz.datasets import library
from bioviz.datasets.options import BACKGROUND_NAMES, OPTIONS
from bioviz.ui.datasets.page import FOLDER, UPLOAD
from tests.datasets.formats.test_beans_and_choice import _beans
from tests.datasets.sounds import lines, write
from tests.pages.test_pages import open_app, texts


def test_a_dataset_of_beans_is_chosen_by_name(tmp_path, scans, form, scan):
    app = form(_beans(tmp_path))
    box = app.selectbox(key=f"beans_{tmp_path}")
    assert list(box.options) == ["watkins", "hainan-gibbons"]
    box.select("hainan-gibbons")
    app = scan(app)
    assert (scans[0]["reader"], scans[0]["options"]["beans"]) == ("beans", "hainan-gibbons")
    assert "Look at what was found in" in texts(app.markdown)
    app.button(key="add_scanned").click().run()
    assert not app.exception
    assert len(library.list_datasets()) == 1


def test_without_a_choice_the_reader_finds_out(tmp_path, scans, form, scan):
    scan(form(_beans(tmp_path)))
    assert scans[0]["reader"] is None and scans[0]["options"] == {}


def test_a_folder_without_yml_may_be_any_of_beans(tmp_path, form):
    (tmp_path / "unknown").mkdir()
    options = list(form(tmp_path / "unknown").selectbox(key=f"beans_{tmp_path / 'unknown'}").options)
    assert "hainan-gibbons" in options and len(options) == 12


def test_a_broken_yml_is_said(tmp_path, form):
    (tmp_path / "datasets.yml").write_text("- {name: [")
    assert "datasets.yml is not as BEANS writes it" in texts(form(tmp_path).warning).replace("\\", "")


def test_a_draft_that_is_gone_is_said(tmp_path, scans, form, scan):
    app = scan(form(_beans(tmp_path)))
    for draft in (library._folder(draft=True)).iterdir():
        draft.unlink()
    app.run()
    assert not app.exception
    assert "Scan the folder again" in texts(app.warning)


def test_the_start_page_leads_straight_to_the_form():
    app = open_app("home.py")
    app.button(key="add_dataset").click().run()
    assert not app.exception
    assert app.segmented_control(key="datasets_tab").value == FOLDER
    assert [each.label for each in app.text_input][:1] == ["Folder"]


def test_a_chosen_sub_folder_is_the_chosen_folder(tmp_path, form):
    write(tmp_path / "inside" / "a.wav")
    app = form(tmp_path)
    assert app.selectbox(key=f"sub_{tmp_path}").placeholder == "Go into the folder in it"
    app.selectbox(key=f"sub_{tmp_path}").select("inside").run()
    assert app.text_input(key="folder_path").value == str(tmp_path / "inside")
    assert app.text_input(key=f"name_{tmp_path / 'inside'}").value == "inside"
    app.button(key="folder_up").click().run()
    assert app.text_input(key="folder_path").value == str(tmp_path)
    assert app.selectbox(key=f"sub_{tmp_path}").value is None  # it can be gone into again


@pytest.mark.parametrize("typed", ["/", "/no/such/folder", "\0", "~nobody/x"])
def test_a_folder_that_cannot_be_is_a_sentence(typed, form):
    app = form(typed)
    assert "cannot be read" in texts(app.error) and not app.exception
    app.button(key="folder_up").click().run()  # a way on
    assert not app.error and not app.exception


def test_every_option_has_a_field_and_names_of_background_are_one_list(tmp_path, form):
    write(tmp_path / "a.wav")
    lines(tmp_path / "notes.csv", "x,y", "1,2")
    app = form(tmp_path)
    fields = [*app.text_input, *app.number_input, *app.selectbox, *app.multiselect]
    shown = {each.key.removesuffix(f"_{tmp_path}"): each for each in fields if each.key}
    for info in OPTIONS:
        if info.name == "columns":
            continue  # the dialog's
        assert shown[info.name].label == info.title and shown[info.name].help == info.help
    assert shown["background_names"].value == ", ".join(BACKGROUND_NAMES)
    assert list(shown["table"].options) == ["notes.csv"]


def test_background_names_of_recorders_are_background_on_the_page_too(tmp_path, scans, form, scan):
    for seed, name in enumerate(("nocall/a", "owl/b", "no call/c", "NoID/d")):
        write(tmp_path / f"{name}.wav", seed=seed)
    app = scan(form(tmp_path))
    assert next(each.value for each in app.metric if each.label == "Background") == "75\u00a0%"


def test_options_set_on_the_page_are_those_of_the_command_line(tmp_path, scans, form, scan):
    write(tmp_path / "a.wav", seconds=8)
    lines(tmp_path / "a.csv", "file,start,end,label,confidence", "a.wav,1,2,owl,0.9", "a.wav,3,4,frog,0.1")
    app = form(tmp_path)
    app.number_input(key=f"width_s_{tmp_path}").set_value(1.0)
    app.number_input(key=f"min_confidence_{tmp_path}").set_value(0.5)
    app.text_input(key=f"background_names_{tmp_path}").set_value("rain, wind")
    app.text_input(key=f"split_fractions_{tmp_path}").set_value("0.5, 0.25, 0.25")
    scan(app)
    assert scans[-1]["options"] == {
        "width_s": 1.0,
        "background_names": ["rain", "wind"],
        "min_confidence": 0.5,
        "split_fractions": [0.5, 0.25, 0.25],
    }
    assert library.load_draft(_draft(app)).labels == ("owl",)


def test_what_is_uploaded_may_be_of_any_kind_that_folders_may_hold(tmp_path, scans, scan):
    """What the readers read is read, what they cannot read is named; a detector's JSON is one of the former."""
    sound = [
        write(tmp_path / name, seconds=4, seed=i).read_bytes() for i, name in enumerate(("a.aiff", "b.wav"))
    ]
    box = {"start_time": 1.0, "end_time": 1.5, "low_freq": 1000, "high_freq": 2000}
    box |= {"class": "Myotis", "det_prob": 0.9, "event": "Echolocation"}
    found = json.dumps(
        {"id": "b.wav", "annotation": [box], "duration": 4.0, "time_exp": 1.0, "class_name": "Myotis"}
    )
    files = {
        "a.aiff": sound[0],
        "b.wav": sound[1],
        "b.wav.json": found.encode(),
        "c.w4v": b"x",
        "d.xyz": b"1,2\n3,4\n",
    }
    app = open_app("datasets.py")
    app.segmented_control(key="datasets_tab").set_value(UPLOAD).run()
    app.file_uploader(key="uploads").set_value([(name, data, "") for name, data in files.items()]).run()
    assert not app.exception and not app.error
    scan(app)
    dataset = library.load_draft(_draft(app))
    assert dataset.labels == ("Myotis",)
    named = {p.file: p.kind for p in dataset.problems}
    assert (
        named["c.w4v"] == "unsupported_audio"
        and named["d.xyz"] == "not_understood"
        and named["a.aiff"] == "unlisted"
    )


def test_a_value_that_cannot_be_is_a_sentence_and_nothing_is_scanned(tmp_path, scans, form, scan):
    write(tmp_path / "owl" / "a.wav")
    app = form(tmp_path)
    app.text_input(key=f"split_fractions_{tmp_path}").set_value("1, 1")
    scan(app)
    assert "three shares that sum to 1" in texts(app.error) and scans == []


def test_an_option_that_the_reader_does_not_know_is_a_sentence(tmp_path, scans, form, scan):
    for seed, label in enumerate(("owl", "frog")):
        write(tmp_path / label / "a.wav", seed=seed)
    app = form(tmp_path)
    app.text_input(key=f"label_column_{tmp_path}").set_value("vogel")
    scan(app)
    assert "label_column means nothing to the reader" in texts(app.error).replace("\\", "")


def _draft(app) -> str:
    (path,) = (p for p in library._folder(draft=True).glob("*.json") if ".summary" not in p.name)
    return path.stem


def test_a_report_stands_beside_its_own_folder_alone(tmp_path, scans, form, scan):
    write(tmp_path / "mine" / "owl" / "a.wav")
    write(tmp_path / "other" / "frog" / "a.wav", seed=1)
    app = scan(form(tmp_path / "mine"))
    assert "Look at what was found in" in texts(app.markdown)
    for typed in (tmp_path / "mien", tmp_path / "other"):
        app.text_input(key="folder_path").set_value(str(typed)).run()
        assert not app.exception
        assert "Look at what was found in" not in texts(app.markdown) and not app.success
        assert ("This folder cannot be read" in texts(app.error)) == (typed.name == "mien")
    app.text_input(key="folder_path").set_value(str(tmp_path / "mine")).run()
    assert "Look at what was found in" in texts(app.markdown)
