"""Tables that are written for Raven and Audacity: each value in its own cell, whatever a label holds."""

from __future__ import annotations

import pytest

from bioviz.datasets.build import build_dataset
from bioviz.datasets.formats.audacity import label_track
from bioviz.datasets.formats.raven import combined_table, selection_table
from bioviz.datasets.tables.selections import Selection, SelectionInFiles
from tests.datasets.sounds import write

ODD = "two\twords\nover lines"
CALL = Selection(1.5, 2.25, ODD, 1000.0, 3000.0, {"Note": "tab\there"})


@pytest.mark.parametrize(
    "text",
    [
        selection_table([CALL], ("Annotation", "Note")),
        combined_table([SelectionInFiles(CALL, "far\taway/a.wav", "a.wav", 60.0)], ("Annotation", "Note")),
    ],
)
def test_no_text_breaks_a_table_of_raven(text):
    header, row = (line.split("\t") for line in text.splitlines())
    cells = dict(zip(header, row, strict=True))
    assert (cells["Annotation"], cells["Note"]) == ("two words over lines", "tab here")
    assert (cells["Low Freq (Hz)"], cells["High Freq (Hz)"]) == ("1000.0", "3000.0")
    if "Begin Path" in cells:
        assert (cells["Begin Path"], cells["Begin File"]) == ("far away/a.wav", "a.wav")
        assert (cells["Begin Time (s)"], cells["File Offset (s)"]) == ("61.500000", "1.500000")
    else:
        assert (cells["Begin Time (s)"], cells["End Time (s)"]) == ("1.500000", "2.250000")


def test_a_label_track_is_read_as_it_was_written(tmp_path):
    write(tmp_path / "a.wav", seconds=5, rate=16_000)
    (tmp_path / "a.txt").write_text(label_track([CALL, Selection(3.0, 4.0, "owl")]), encoding="utf-8")
    assert "\\\t1000.000000\t3000.000000\n" in (tmp_path / "a.txt").read_text(), "the lower frequency first"
    first, second = build_dataset(tmp_path, options={"width_s": 1}).annotations
    assert (first.label, first.start_s, first.end_s) == ("two words over lines", 1.5, 2.25)
    assert (first.low_hz, first.high_hz) == (1000.0, 3000.0)
    assert (second.label, second.low_hz, second.high_hz) == ("owl", None, None)
