"""Reading a table of a million rows, beside a bare loop over its rows that checks and notes nothing.

    pytest -s tests/bench/bench_tables.py

Prints seconds of processor time of both, and of the whole way from the folder to a dataset.
"""

from __future__ import annotations

import time

import pytest

from bioviz.datasets.build import build_dataset
from bioviz.datasets.files.locator import Locator
from bioviz.datasets.files.scan import Files
from bioviz.datasets.options import Options
from bioviz.datasets.tables.columns import ColumnMapping
from bioviz.datasets.tables.mapped import read_mapped
from bioviz.datasets.tables.text import parse_table
from tests.datasets.sounds import write
from tests.datasets.tables.row_by_row import boxes_row_by_row
from tests.datasets.tables.test_long_tables import COLUMNS, long_table

pytestmark = pytest.mark.bench
ROWS = 1_000_000


def test_a_million_rows(tmp_path):
    for seed, stem in enumerate("ab"):
        write(tmp_path / f"{stem}.wav", seconds=60, seed=seed)
    text = long_table(ROWS, odd=0.0)
    (tmp_path / "x.csv").write_text(text)
    locator = Locator(Files.below(tmp_path), "x.csv")

    started = time.process_time()
    content = read_mapped(parse_table(text), ColumnMapping(**COLUMNS), locator, Options())
    read_s = time.process_time() - started
    started = time.process_time()
    expected, _ = boxes_row_by_row(text, COLUMNS, {"a.wav", "b.wav"})
    slow_s = time.process_time() - started
    assert len(content.annotations) == len(expected) == ROWS
    del content, expected
    started = time.process_time()
    dataset = build_dataset(tmp_path)
    whole_s = time.process_time() - started
    assert len(dataset.annotations) == ROWS
    print(
        f"\n{ROWS:,} rows: {read_s:.1f} s, {read_s / slow_s:.1f} times as long as a bare loop ({slow_s:.1f} s)"
    )
    print(f"from the folder to a dataset: {whole_s:.1f} s of processor time")
