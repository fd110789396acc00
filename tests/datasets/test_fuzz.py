"""Nothing but the project's own errors comes out of the readers, whatever a file holds (see `fuzzing`)."""

from __future__ import annotations

from contextlib import suppress

import pytest

from bioviz.datasets.build import build_dataset
from bioviz.datasets.files.locator import Locator
from bioviz.datasets.files.scan import Files
from bioviz.datasets.formats.base import TableContent
from bioviz.datasets.formats.registry import formats
from bioviz.datasets.options import Options
from bioviz.datasets.tables.source import SourceFile
from bioviz.errors import BiovizError
from tests.datasets import fuzzing
from tests.datasets.sounds import write


@pytest.mark.parametrize("seed", [1, 2])
def test_broken_files_give_sentences_or_are_read(seed):
    outcome = fuzzing.run(seconds=60, seed=seed, most=400)
    assert outcome.inputs >= 100 and not outcome.faults, outcome.faults[:1]
    assert outcome.counts["read"] and outcome.counts["refused"]


def test_the_fuzz_notices_a_fault(monkeypatch):
    from bioviz.datasets.formats import audacity

    monkeypatch.setattr(audacity, "read", lambda *_: 1 / 0)
    assert any("ZeroDivisionError" in text for _, _, text in fuzzing.run(60, seed=1, most=400).faults)


@pytest.mark.parametrize(("file", "content"), [pytest.param(*each, id=each[0]) for each in fuzzing.past()])
def test_what_once_made_a_fault_is_read_or_refused_by_every_format(tmp_path, file, content):
    for name in ("a.wav", "b.wav"):
        write(tmp_path / name)
    (tmp_path / file).write_bytes(content)
    if file.startswith("sound"):
        with suppress(BiovizError):
            fuzzing.hear(tmp_path / file)
    else:
        source = SourceFile(Files.below(tmp_path), file)
        for format in formats().values():
            with suppress(BiovizError):
                assert isinstance(format.read(source, Locator(source.files, file), Options()), TableContent)
    with suppress(BiovizError):
        build_dataset(tmp_path, options={"unannotated": "background"})
