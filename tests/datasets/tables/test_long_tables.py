"""Long tables are read quicker than row by row, and to the same."""

from __future__ import annotations

import random

import pytest

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.files.scan import Files
from bioviz.datasets.options import Options
from bioviz.datasets.tables.columns import ColumnMapping
from bioviz.datasets.tables.mapped import read_mapped
from bioviz.datasets.tables.text import parse_table
from tests.datasets.sounds import write
from tests.datasets.tables.row_by_row import boxes_row_by_row

COLUMNS = {
    "path": "file", "start": "start", "end": "end", "label": "species", "low": "low", "high": "high",
    "confidence": "sure",
}  # fmt: skip
HEADER = "file,start,end,species,low,high,sure,observer,note"


def long_table(n_rows: int, odd: float, seed: int = 0) -> str:
    """Rows of boxes, a share of them odd: cells that are empty, no numbers, clock times, or of another recording."""
    rng = random.Random(seed)
    rows = [HEADER]
    for _ in range(n_rows):
        start = rng.random() * 50
        cells = [
            rng.choice(["a.wav", "b.wav"]), f"{start:.3f}", f"{start + rng.random():.3f}",
            rng.choice(["owl", "frog", "Strix aluco"]), str(rng.randrange(999)), str(rng.randrange(1000, 3000)),
            f"{rng.random():.2f}", rng.choice(["", "kim"]), "",
        ]  # fmt: skip
        if rng.random() < odd:
            cells[rng.randrange(9)] = rng.choice(
                ["", "c.wav", "x", "0:07.5", "1:02:03", "-1", "1e999", " 2 ", "nan"]
            )
        rows.append(",".join(cells))
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("least", [0.0, 0.5])
@pytest.mark.parametrize("seed", range(4))
def test_a_long_table_is_read_as_row_by_row(tmp_path, seed, least):
    write(tmp_path / "a.wav")
    write(tmp_path / "b.wav", seed=1)
    text = long_table(5000, odd=0.3, seed=seed)
    locator = Locator(Files.below(tmp_path), "x.csv")
    content = read_mapped(parse_table(text), ColumnMapping(**COLUMNS), locator, Options(min_confidence=least))
    read = [
        (a.recording, a.start_s, a.end_s, a.label, a.low_hz, a.high_hz, tuple(a.extras.items()), a.weak)
        for a in content.annotations
    ]
    expected, bad = boxes_row_by_row(text, COLUMNS, {"a.wav", "b.wav"}, least)
    assert repr(read) == repr(expected) and len(read) > 1000
    lines = [
        int(each.detail.split(":")[0].removeprefix("line "))
        for each in locator.problems
        if each.kind == "bad_row"
    ]
    assert [line for line in lines if line in set(bad)] == bad and bad
