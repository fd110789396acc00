"""A folder added again with other options: what becomes of the first dataset is asked, and its flags are kept."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from bioviz.annotations import annotate, load_annotations
from bioviz.cli import main
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.flags import flag, load_flags
from tests.datasets.sounds import write
from tests.pages.test_pages import open_app, texts


@pytest.fixture
def folder(tmp_path):
    for seed, stem in enumerate("ab"):
        write(tmp_path / "field" / f"{stem}.wav", seconds=9, seed=seed)
    table = "path,start_s,end_s,label\na.wav,0.5,1.5,owl\nb.wav,3,6,owl\n"
    (tmp_path / "field" / "t.csv").write_text(table)
    return tmp_path / "field"


def add(folder, *arguments: str) -> int:
    return main(["add", str(folder), "--name", "Field", "--quiet", *arguments])


def datasets():
    return [library.load(summary.id) for summary in library.list_datasets()]


def test_the_command_asks_before_it_replaces_and_flags_stay(folder, capsys):
    assert add(folder, "--width-s", "2", "--hop-s", "2") == 0
    (before,) = datasets()
    flag(before, 2, "fine", user="anna")  # a.wav, 4 to 6 s
    annotate(before, 0, 0.5, 1.0, "owl", user="anna")
    assert add(folder, "--width-s", "2", "--hop-s", "2") == 0, "read the same way it is only read again"
    assert add(folder, "--width-s", "2", "--hop-s", "1") == 1
    assert "--replace" in capsys.readouterr().err and [each.version for each in datasets()] == [
        before.version
    ]

    assert add(folder, "--width-s", "2", "--hop-s", "1", "--beside") == 0
    second = next(each for each in datasets() if each.id != before.id)
    assert second.name == "Field (2)" and library.load(before.id).version == before.version
    assert len(load_flags(second)) == 1 and len(load_annotations(second)) == 1, "nobody's work is left behind"
    assert second.clips.start_s[load_flags(second).rows[0]] == 4.0

    assert add(folder, "--width-s", "2.4", "--hop-s", "1.9", "--replace") == 0
    after = library.load(before.id)
    (row,) = load_flags(after).rows
    assert load_flags(after).moved == 1 and after.clips.start_s[row] == pytest.approx(3.8)
    assert add(folder, "--width-s", "9", "--hop-s", "9", "--replace") == 0
    assert len(load_flags(library.load(before.id)).unplaced) == 1, (
        "what was heard is a small part of such a clip"
    )


def test_the_page_asks_before_it_replaces(folder, form, scan):
    library.save(build_dataset(folder, options={"width_s": 2, "hop_s": 2}))
    (before,) = datasets()
    flag(before, 2, "fine", user="anna")
    app = scan(form(folder))
    assert "read with other options" in texts(app.warning) and "1 flagged clip" in texts(app.warning)
    assert [each.version for each in datasets()] == [before.version]
    labels = [button.label for button in app.button]
    assert "Replace the dataset" in labels and "Add this dataset" not in labels
    next(button for button in app.button if button.label == "Add as another dataset").click().run()
    assert {each.name for each in datasets()} == {"field", "field (2)"}
    assert library.load(before.id).version == before.version


def test_a_changed_recording_is_said_where_the_dataset_is_opened(folder):
    dataset = build_dataset(folder, options={"width_s": 2, "hop_s": 2})
    library.save(dataset)
    path = dataset.recordings[0].path
    sound, rate = soundfile.read(path)
    soundfile.write(path, np.roll(sound, 100), rate)  # as long as before
    app = open_app("explore.py", dataset=dataset.id)
    said = " ".join(app.session_state["notices"])
    assert path.name in said and "changed since" in said and "add the dataset" in said
    app.session_state["notices"] = ()
    app.run()
    assert not app.session_state["notices"], "it is read and said again"
