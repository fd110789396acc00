"""Tables that are written run no formula in a spreadsheet, and are read again as they were."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bioviz.datasets import export
from bioviz.datasets.build import build_dataset
from bioviz.datasets.tables.formulas import defused, undone
from bioviz.datasets.tables.text import parse_table
from bioviz.ui.clips.downloads import csv_of
from tests.sounds import folder_per_class

ODD = st.text(alphabet="'=+-@1.,;\"ab \t", max_size=8)
FORMULA = '=HYPERLINK("http://example.org";"wren")'


@given(ODD)
def test_what_was_defused_is_undone_and_starts_no_formula(text):
    safe = defused(text)
    assert undone(safe) == text
    try:
        float(text)
    except ValueError:
        assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("text", ["'Apapane", "wren", "-12.5", "+3", "", "a=b", "O'Brien"])
def test_names_and_numbers_stay_as_they_are(text):
    assert defused(text) == text == undone(text)
    assert defused(-12.5) == -12.5


@example([["a", "'\t1"]])
@given(st.lists(st.lists(ODD.map(str.strip), min_size=2, max_size=2), min_size=1, max_size=5))
def test_a_table_is_read_as_it_was_written(rows):
    rows = [["path", "label"], *([f"x{a}", b] for a, b in rows)]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[defused(cell) for cell in row] for row in rows])
    table = parse_table(text.getvalue())
    assert [list(row.values) for row in table.rows] == rows[1:]


def test_a_dataset_whose_names_are_formulas_comes_back(tmp_path):
    folder = folder_per_class(tmp_path / "calls", files=2)
    next(path for path in folder.iterdir() if path.is_dir()).rename(folder / FORMULA.replace("/", "_"))
    dataset = build_dataset(folder, name="calls")
    table = export.to_csv(dataset, range(len(dataset.clips)), {"-note": ["@x"] * len(dataset.clips)}).decode()
    cells = [cell for row in csv.reader(io.StringIO(table)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "-"))]
    again = parse_table(table)
    assert again.columns[-1] == "-note"
    names = {row.get("path") for row in again.rows}
    assert names == {recording.name for recording in dataset.recordings}
    labels = {row.get("label") for row in again.rows} - {"background"}
    assert labels == set(dataset.labels)


def test_tables_of_the_page_are_defused_titles_too():
    frame = pd.DataFrame({"=a": ["+b", "c"], "n": [-1.5, 2]})
    assert csv_of(frame) == b"'=a,n\n'+b,-1.5\nc,2.0\n"
