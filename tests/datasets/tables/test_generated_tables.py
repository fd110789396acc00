"""Tables as programs of many countries write them, against a plain parser that knows how each was written."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bioviz.datasets.build import build_dataset
from tests.datasets.sounds import lines, write

RATE, LENGTH_S = 8000, 60.0
FILES = ("a.wav", "sub/b.wav", "c d.wav")
LABELS = ("owl", "Käuzchen", "Strix aluco", "R2-D2", "frog, tree", "a;b", 'say "hoo"', "1")
# One spelling of each column a language; {unit} is where the unit is written.
HEADERS = {
    "en": (
        "file",
        "start{unit}",
        "end{unit}",
        "duration{unit}",
        "species",
        "low freq (Hz)",
        "high freq (Hz)",
    ),
    "raven": ("Filename", "Begin Time{unit}", "End Time{unit}", "Duration{unit}", "Species", "fmin", "fmax"),
    "en2": (
        "Filename",
        "Begin Time{unit}",
        "End Time{unit}",
        "Delta T{unit}",
        "Label",
        "Low_Freq",
        "High_Freq",
    ),
    "de": (
        "Dateiname",
        "Anfang{unit}",
        "Ende{unit}",
        "Dauer{unit}",
        "Art",
        "untere Frequenz",
        "obere Frequenz",
    ),
    "fr": ("Fichier", "Début{unit}", "Fin{unit}", "Durée{unit}", "Espèce", "Fréquence min", "Fréquence max"),
    "es": (
        "archivo",
        "inicio{unit}",
        "fin{unit}",
        "duración{unit}",
        "especie",
        "frecuencia min",
        "frecuencia max",
    ),
    "pt": ("arquivo", "início{unit}", "fim{unit}", "duração{unit}", "espécie", "fmin", "fmax"),
}
UNITS = {
    "": 1.0,
    " (s)": 1.0,
    "_s": 1.0,
    " [sec]": 1.0,
    " (ms)": 1e-3,
    "_ms": 1e-3,
    " (samples)": 1 / RATE,
    " seconds": 1.0,
}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman", "cp850")


@dataclass(frozen=True)
class Written:
    """A table, and how it was written: all that a parser must be told to read it."""

    content: bytes
    encoding: str
    delimiter: str
    decimal: str
    unit: str
    order: tuple[str, ...]  # what each column is

    @property
    def order_of_times(self) -> tuple[str, str]:
        return "start", "duration" if "duration" in self.order else "end"


@st.composite
def tables(draw) -> Written:
    language, unit = draw(st.sampled_from(sorted(HEADERS))), draw(st.sampled_from(sorted(UNITS)))
    delimiter, decimal = draw(st.sampled_from([",", ";", "\t", "|"])), draw(st.sampled_from([".", ","]))
    assume(delimiter != "," or decimal == "." or draw(st.booleans()))  # such cells are quoted
    names = dict(
        zip(("path", "start", "end", "duration", "label", "low", "high"), HEADERS[language], strict=True)
    )
    wanted = ["path", "start", draw(st.sampled_from(["end", "duration"])), "label"]
    wanted += ["low", "high"] if draw(st.booleans()) else []
    order = tuple(draw(st.permutations(wanted)))
    scale = UNITS[unit]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=draw(st.sampled_from(["\n", "\r\n"])))
    header = [names[each].format(unit=unit) for each in order]
    writer.writerow(
        [
            draw(st.sampled_from([str.upper, str.lower, str]))(each) if each.isascii() else each
            for each in header
        ]
    )
    for _ in range(draw(st.integers(1, 6))):
        begin = draw(st.integers(0, int((LENGTH_S - 4) / scale)))
        long = draw(st.integers(max(1, int(0.05 / scale)), max(2, int(1.5 / scale))))
        places = 0 if scale < 1 else draw(st.integers(0, 3))
        fraction = draw(st.integers(0, 10**places - 1)) / 10**places
        cells = {
            "path": draw(st.sampled_from(FILES)),
            "start": _decimal(begin + fraction, places, decimal),
            "end": _decimal(begin + fraction + long, places, decimal),
            "duration": _decimal(long, places, decimal),
            "label": draw(st.sampled_from(LABELS)),
            "low": str(draw(st.integers(0, 1000))),
            "high": str(draw(st.integers(1001, 4000))),
        }
        writer.writerow([cells[each] for each in order])
    encoding = draw(st.sampled_from(ENCODINGS))
    start = f"sep={delimiter}\r\n" if delimiter != "\t" and draw(st.booleans()) else ""
    return Written((start + text.getvalue()).encode(encoding), encoding, delimiter, decimal, unit, order)


def _decimal(value: float, places: int, mark: str) -> str:
    return f"{value:.{places}f}".replace(".", mark)


def reference(table: Written) -> set[tuple]:
    """What a table says, read by somebody who was told all about it."""
    text = table.content.decode(table.encoding).replace("\r\n", "\n").lstrip("\ufeff")
    rows = list(csv.reader(io.StringIO(text), delimiter=table.delimiter))
    rows = [row for row in rows if row]
    if rows[0][0].startswith("sep=") or rows[0] == ["sep=", ""]:
        rows = rows[1:]
    found = set()
    for row in rows[1:]:
        cells = dict(zip(table.order, row, strict=True))
        scale = UNITS[table.unit]
        start, other = (float(cells[name].replace(",", ".")) * scale for name in table.order_of_times)
        end = start + other if "duration" in cells else other
        band = tuple(float(cells[name]) if name in cells else None for name in ("low", "high"))
        found.add((cells["path"], round(start, 6), round(end, 6), cells["label"], *band))
    return found


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    for seed, name in enumerate(FILES):
        write(folder / name, seconds=LENGTH_S, rate=RATE, seed=seed)
    return folder


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(table=tables())
def test_tables_are_read_as_by_a_plain_parser(recordings, table):
    (recordings / "x.csv").write_bytes(table.content)
    dataset = build_dataset(recordings, options={"separator": ""})
    read = {
        (
            dataset.recordings[a.recording].name,
            round(a.start_s, 6),
            round(a.end_s, 6),
            a.label,
            a.low_hz,
            a.high_hz,
        )
        for a in dataset.annotations
    }
    kinds = {p.kind for p in dataset.problems}
    assert read == reference(table) or "encoding_unsure" in kinds
    unicode = table.encoding.startswith("utf") or table.content.isascii()
    assert len(kinds & {"encoding", "encoding_unsure"}) == (0 if unicode else 1)
    assert kinds <= {
        "encoding",
        "encoding_unsure",
        "unlisted",
        "width",
        "no_background",
        "alike",
        "several_labels",
    }


def test_the_reference_is_no_copy_of_the_reader():
    table = Written(
        b"path;start;end;label\na.wav;1,5;2;owl\n", "utf-8", ";", ",", "", ("path", "start", "end", "label")
    )
    assert reference(table) == {("a.wav", 1.5, 2.0, "owl", None, None)}


def test_a_fraction_that_is_lost_is_noticed(recordings):
    lines(recordings / "x.csv", "file;start;end;species", "a.wav;1,5;2,25;owl")
    (box,) = build_dataset(recordings).annotations
    assert (box.start_s, box.end_s) == (1.5, 2.25)
