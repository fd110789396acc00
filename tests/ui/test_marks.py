"""Wherever a clip is named, its label has the shape that it has on the map: hue alone does not tell labels apart."""

from __future__ import annotations

import numpy as np
import pytest

from bioviz.datasets import library
from bioviz.plots.palette import HUES, shapes_for
from bioviz.ui.components.ab_player import ab_listening
from bioviz.ui.components.clip_panel.inspector import inspector_data
from bioviz.ui.components.gallery import gallery
from bioviz.ui.session import Element
from tests.compared import calls  # noqa: F401  (a fixture)


@pytest.fixture
def sent(monkeypatch) -> list[dict]:
    """What components were given."""
    given: list[dict] = []
    for module in (gallery, ab_listening):
        monkeypatch.setattr(module, "_component", lambda: lambda **kwargs: given.append(kwargs["data"]))
    return given


def test_every_list_of_clips_is_given_shapes(sent, calls):  # noqa: F811
    dataset = library.load(calls.id)
    shapes = shapes_for(dataset.target_names)
    gallery.gallery(dataset, np.arange(2), labels=["a", "b"], group="g", key=Element("gallery"))
    ab_listening.ab_listening(
        dataset, 0, [("nearest", 1)], key=Element("ab"), group="g", run_key=None, loudness=-20.0
    )
    assert [data["shapes"] for data in sent] == [shapes, shapes]
    assert inspector_data(None, dataset, key=Element("inspector"), group="g")["shapes"] == shapes


def test_of_more_labels_than_hues_two_of_one_hue_differ_in_shape():
    names = [f"label {i}" for i in range(2 * len(HUES))]
    assert len(set(shapes_for(names).values())) > 1
