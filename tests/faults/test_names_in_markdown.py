"""Names that are written like Markdown show as they are: no picture is fetched for them, on no page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from streamlit.testing.v1 import AppTest

from bioviz import runs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.flags import flag
from bioviz.models.cards import CARDS
from bioviz.runs import measuring
from bioviz.runs.diagnosis import compute_diagnosis
from bioviz.training.finetune import finetune
from bioviz.training.settings import TrainSettings
from bioviz.ui.app.pages import PAGES
from tests.browsing import PROJECT
from tests.sounds import RATE
from tests.training import tiny

PICTURE = "![{}](evil.example)"  # without slashes, so that files can be named so
DATASET, LABEL, FILE, NOTE, CHECKPOINT = map(
    PICTURE.format, ("dataset", "label", "file", "note", "checkpoint")
)
# What Streamlit's browser side reads as Markdown, by field; texts and HTML have none.
MARKDOWN = {"body", "label", "help", "options", "content", "captions", "text"}
PLAIN = {"Text.body", "Html.body", "Selectbox.options", "MultiSelect.options"}


def hostile(root: Path) -> Path:
    """Recordings whose names and labels are pictures in Markdown."""
    rng, t = np.random.default_rng(1), np.arange(RATE) / RATE
    for label, hz in ((LABEL, 600.0), (LABEL + "2", 2500.0), ("background", 0.0)):
        (root / label).mkdir(parents=True)
        for i in range(8):
            tone = 0.3 * np.sin(2 * np.pi * hz * t) if hz else 0.0
            soundfile.write(root / label / f"{FILE} {i}.wav", tone + rng.normal(0, 0.05, RATE), RATE)
    return root


def markdown_of(message) -> Iterator[tuple[str, str]]:
    """(element.field, text) of all texts of an element, and of what is in it, that are read as Markdown."""
    kind = message.DESCRIPTOR.name
    for field, value in message.ListFields():
        if field.message_type is not None:
            for each in value if field.is_repeated else [value]:
                if hasattr(each, "ListFields"):
                    yield from markdown_of(each)
        elif field.name in MARKDOWN and f"{kind}.{field.name}" not in PLAIN:
            yield from ((f"{kind}.{field.name}", text) for text in (value if field.is_repeated else [value]))


def offences(app: AppTest) -> set[tuple[str, str]]:
    """Texts on a page in which a name is read as a picture."""

    def walk(node) -> Iterator[tuple[str, str]]:
        if getattr(node, "proto", None) is not None:
            yield from markdown_of(node.proto)
        for child in getattr(node, "children", {}).values():
            yield from walk(child)

    return {(where, text) for where, text in walk(app._tree) if isinstance(text, str) and "![" in text}


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """A dataset of hostile names with its map, its diagnosis, a flag, a checkpoint and jobs."""
    cache = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIOVIZ_CACHE", str(cache))
        patch.setenv("BIOVIZ_DATA", str(tmp_path_factory.getbasetemp()))
        patch.setitem(CARDS, "tiny", tiny.card("tiny"))
        dataset = build_dataset(hostile(tmp_path_factory.mktemp("sounds") / FILE), name=DATASET)
        library.save(dataset)
        flag(dataset, 0, "wrong_label", user="Ann", label=LABEL + "3", note=NOTE, id="window-0001-1")
        flag(dataset, 0, "background", user="Ben", note=NOTE, id="window-0002-1")
        spec = runs.RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec(method="pca"))
        compute_diagnosis(runs.compute_run(spec))
        finetune(dataset, "tiny", "random", TrainSettings(strategy="linear", epochs=1), name=CHECKPOINT)
        patch.setattr("bioviz.jobs.manager.launch", lambda folder: 2**22 + 1)
        measuring.start_measuring(dataset.id)
    return cache


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.file)
def test_names_show_as_they_are(entry, cache, monkeypatch):
    monkeypatch.setenv("BIOVIZ_CACHE", str(cache))
    monkeypatch.setitem(CARDS, "tiny", tiny.card("tiny"))
    (dataset,) = library.list_datasets()
    app = AppTest.from_file(str(PROJECT / "bioviz" / "ui" / "app" / "frame.py"), default_timeout=120)
    query = {"dataset": dataset.id, "model": "acoustic_features", "method": "pca", "clip": "0"}
    for name, value in {**query, "other_model": "tiny"}.items():
        app.query_params[name] = value
    app.run()
    app.switch_page(str(PROJECT / "pages" / entry.file)).run()
    for toggle in app.toggle:
        if not toggle.disabled:
            toggle.set_value(True)
    app.run()
    assert not app.exception
    assert not offences(app)
