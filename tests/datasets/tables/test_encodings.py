"""Texts in encodings of one byte a letter: found out by the words, and never assumed without a word."""

from __future__ import annotations

import pytest

from bioviz.datasets.build import build_dataset
from bioviz.datasets.problems import LEFT_OUT
from bioviz.datasets.tables.encodings import guess_encoding
from tests.datasets.sounds import write

WORDS = {
    "Käuzchen\nGrünspecht\nGröße": ("cp1252", "mac_roman", "cp850"),
    "Début;Espèce;Fréquence\ndéjà vu\ncréée": ("cp1252", "mac_roman", "cp850"),
    "início;espécie\nSão João": ("cp1252", "mac_roman", "cp850"),
    "Rødstrupe\nblåmeis": ("cp1252", "mac_roman", "cp850"),
    "łabędź\nżuraw": ("cp1250",),
    "сова\nЛягушка": ("cp1251", "koi8_r", "cp866"),
    "フクロウ\nカエル": ("cp932",),
    "猫头鹰\n青蛙": ("gb18030",),
}


@pytest.mark.parametrize(("text", "codec"), [(text, codec) for text in WORDS for codec in WORDS[text]])
def test_words_tell_the_encoding(text, codec):
    lines = text.encode(codec).split(b"\n")
    encoding = guess_encoding(lines)
    assert [line.decode(encoding.codec) for line in lines] == text.split("\n")


def test_letters_that_fit_two_encodings_are_not_sure():
    assert not guess_encoding(["Ärger".encode("cp850")]).sure  # "érger" of a Mac is a word as well
    assert guess_encoding(["Grünspecht".encode("cp1252")]).sure


@pytest.mark.parametrize("ending", ["\n", "\r", "\r\n"])
def test_a_table_of_an_old_mac_is_read_and_said(tmp_path, ending):
    write(tmp_path / "a.wav")
    text = f"file,start,end,species{ending}a.wav,0,1,Käuzchen{ending}a.wav,1,2,Grünspecht{ending}"
    (tmp_path / "x.csv").write_bytes(text.encode("mac_roman"))
    dataset = build_dataset(tmp_path)
    assert dataset.labels == ("Grünspecht", "Käuzchen")
    (said,) = [each for each in dataset.problems if each.kind == "encoding"]
    assert said.file == "x.csv" and "older Macs" in said.detail and "“Käuzchen”" in said.detail


def test_unsure_letters_are_amber(tmp_path):
    write(tmp_path / "a.wav")
    (tmp_path / "x.csv").write_bytes("file,start,end,species\na.wav,0,1,Ärger\n".encode("cp850"))
    (said,) = [each for each in build_dataset(tmp_path).problems if each.kind.startswith("encoding")]
    assert said.kind in LEFT_OUT and "other encodings fit as well" in said.detail


def test_the_beginning_is_read_as_the_whole_is(tmp_path):
    """What is answered about labels in the dialog, which sees the beginning, is found again in the whole."""
    from bioviz.datasets.tables.text import beginning, read_text

    path = tmp_path / "x.csv"
    later = "".join(f"a.wav,0,1,Käuzchen {i}\n" for i in range(9000))
    path.write_bytes("file,start,end,species\na.wav,0,1,Ärger\n".encode("cp850") + later.encode("mac_roman"))
    assert read_text(path).startswith(beginning(path).rpartition("\n")[0])


def test_lines_of_two_programs(tmp_path):
    write(tmp_path / "a.wav")
    lines = [b"file,start,end,species\n", "a.wav,0,1,Käuzchen\n".encode()]
    lines += ["a.wav,1,2,Grünspecht\n".encode("cp1252")]
    (tmp_path / "x.csv").write_bytes(b"".join(lines))
    assert build_dataset(tmp_path).labels == ("Grünspecht", "Käuzchen")
