"""Tables with a column for each of many thousand species, as classifiers write them: read whole, and at once."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from bioviz.datasets.build import build_dataset
from bioviz.datasets.clips import budget
from bioviz.datasets.tables import text
from bioviz.datasets.tables.parquet import parquet_table
from bioviz.errors import BadInput, NotUnderstood
from tests.datasets.sounds import boxes, write

N_SPECIES = 15_000  # more than any classifier of birds has; the header alone is longer than 64 KiB
SPECIES = [f"species {i}" for i in range(N_SPECIES)]
BUDGET_S = 30.0  # of processor time; it takes about one


def test_a_column_for_each_of_many_species(tmp_path):
    write(tmp_path / "a.wav", seconds=8)
    head = ",".join(["file", "start_time", "end_time", *SPECIES])
    on = [["0"] * N_SPECIES for _ in range(4)]
    on[1][7] = on[2][-1] = "1"
    rows = [f"a.wav,{2 * i},{2 * i + 2},{','.join(cells)}" for i, cells in enumerate(on)]
    (tmp_path / "t.csv").write_text("\n".join([head, *rows]))
    began = time.process_time()
    dataset = build_dataset(tmp_path)
    assert time.process_time() - began < BUDGET_S
    assert [box[1:4] for box in boxes(dataset)] == [(2.0, 4.0, SPECIES[7]), (4.0, 6.0, SPECIES[-1])]


def test_a_broken_header_of_that_length_is_asked_about_in_few_words(tmp_path):
    write(tmp_path / "a.wav", seconds=8)
    (tmp_path / "t.csv").write_text(",".join(["wo", *SPECIES]) + "\n" + ",".join(["a.wav", *SPECIES]))
    began = time.process_time()
    with pytest.raises(NotUnderstood) as asked:
        build_dataset(tmp_path)
    assert time.process_time() - began < BUDGET_S and len(str(asked.value)) < 1000
    with pytest.raises(NotUnderstood) as asked:
        build_dataset(tmp_path, options={"columns": {"path": "wo", "label": "nowhere"}, "table": "t.csv"})
    assert "'nowhere'" in str(asked.value) and len(str(asked.value)) < 2000


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.tsv", "a.unknown"])
@pytest.mark.parametrize("begin", ["1\t2\t", "path,start,end,label\na.wav,1,2,", ""])
def test_a_line_that_is_one_huge_cell_is_read_as_a_label_or_asked_about(tmp_path, name, begin):
    write(tmp_path / "a.wav", seconds=8)
    (tmp_path / name).write_text(begin + "owl " * 500_000)
    with suppress(NotUnderstood):
        assert [box[:3] for box in boxes(build_dataset(tmp_path))] == [("a.wav", 1.0, 2.0)]


def test_more_rows_or_cells_than_memory_is_for_are_refused_before_they_are_parsed(tmp_path, monkeypatch):
    write(tmp_path / "a.wav", seconds=8)
    (tmp_path / "t.csv").write_text("path,start_s,end_s,label\n" + "a.wav,1,2,owl\n" * 2000)
    monkeypatch.setattr(text, "MAX_CELLS", 2000 * 4)
    assert len(build_dataset(tmp_path).annotations) == 2000
    for limit, number in (("MAX_CELLS", 7999), ("MAX_ROWS", 1999)):
        with monkeypatch.context() as smaller:
            smaller.setattr(text, limit, number)
            with pytest.raises(NotUnderstood, match=r"2,00[01] rows.*Split it"):
                build_dataset(tmp_path)
    with monkeypatch.context() as smaller:
        smaller.setattr(budget, "MOST_ANNOTATIONS", 1999)
        with pytest.raises(BadInput, match="2,000 annotations"):
            build_dataset(tmp_path)


def test_a_word_that_parquet_writes_once_and_means_a_million_times_is_refused(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    word, rows = "x" * 100_000, 100_000
    column = pyarrow.DictionaryArray.from_arrays(
        pyarrow.array([0] * rows, pyarrow.int32()), pyarrow.array([word])
    )
    parquet.write_table(pyarrow.table({"label": column}), tmp_path / "t.parquet")
    assert (tmp_path / "t.parquet").stat().st_size < 1_000_000
    with pytest.raises(BadInput, match="512 MiB"):
        parquet_table(tmp_path / "t.parquet")
