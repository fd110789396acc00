"""Koumura's `Annotation.xml` (Koumura & Okanoya 2016, birdsong-recognition): sequences of notes, in samples."""

from __future__ import annotations

from xml.etree import ElementTree

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import RawAnnotation, TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.tables.source import SourceFile
from bioviz.errors import BadInput

name = "koumura"
title = "Koumura's birdsong annotations (XML)"
source = "people"


def recognizes(file: SourceFile) -> float:
    """Whether it is XML with sequences of a WaveFileName."""
    start = file.beginning[:4096]
    return 0.95 if file.suffix == ".xml" and "<Sequence" in start and "<WaveFileName" in start else 0.0


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read the notes; their positions count from the start of their sequence."""
    content, text = TableContent(), file.text()
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise BadInput("It declares entities, which no annotations need; it is not read.")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise BadInput(f"It is broken: {error}.") from error
    for number, sequence in enumerate(root.iter("Sequence"), start=1):
        recording = locator.find((sequence.findtext("WaveFileName") or "").strip())
        rate = None if recording is None else locator.sample_rate(recording)
        if recording is None or not rate:
            continue
        try:
            begin = int(sequence.findtext("Position") or "")
            for note in sequence.iter("Note"):
                first = begin + int(note.findtext("Position") or "")
                last = first + int(note.findtext("Length") or "")
                label = (note.findtext("Label") or "").strip()
                content.annotations.append(RawAnnotation(recording, first / rate, last / rate, label))
        except (ValueError, OverflowError):
            locator.row_problem(number, "a position or length is not a number")
            content.unsure.add(recording)
    return content
