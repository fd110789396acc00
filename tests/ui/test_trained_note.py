"""A model judged on clips it was fine-tuned with carries a warning, and the test clips are offered."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from bioviz.errors import Missing
from bioviz.runs import heard


def page(splits: list[str]) -> None:
    from types import SimpleNamespace

    import numpy as np

    from bioviz.ui.notes import trained_note
    from bioviz.ui.state import DeskState

    class Run(SimpleNamespace):
        def __len__(self) -> int:
            return len(self.rows)

    clips = SimpleNamespace(recording=np.array([0, 0, 1, 2]), split=np.array(splits))
    names = [SimpleNamespace(name=name) for name in ("a.wav", "b.wav", "c.wav")]
    run = Run(rows=np.arange(4), spec=SimpleNamespace(checkpoint="ft:0123"))
    trained_note.trained_note(run, SimpleNamespace(clips=clips, recordings=names), DeskState("page"))


@pytest.fixture(autouse=True)
def told(monkeypatch):
    """A checkpoint that tells what it was trained on, as those made here do."""
    monkeypatch.setattr(heard, "is_told", lambda *_: True)


@pytest.mark.parametrize("splits", [["train", "train", "valid", "test"], ["train"] * 4])
def test_warns_and_offers_the_test_split(monkeypatch, splits):
    monkeypatch.setattr(heard, "heard", lambda *_: np.array([True, True, True, False]))
    app = AppTest.from_function(page, args=(splits,), default_timeout=60).run()
    assert app.warning[0].value.startswith(
        "3 of the 4 clips are of recordings that this model was fine-tuned"
    )
    if "test" in splits:
        app.button(key="page_test_split").click().run()
        assert not app.exception and app.session_state["view"].split == "test"
    else:
        assert not app.button and "no test split" in app.warning[0].value


def test_offers_no_test_clips_that_it_has_heard(monkeypatch):
    """As with a split of the training's own, or the same recordings in another dataset."""
    monkeypatch.setattr(heard, "heard", lambda *_: np.array([True, True, False, True]))
    app = AppTest.from_function(page, args=(["train", "train", "test", "test"],), default_timeout=60).run()
    assert not app.button and "It heard 1 of the dataset's 2 test clips too." in app.warning[0].value


def test_says_nothing_of_other_models(monkeypatch):
    monkeypatch.setattr(heard, "heard", lambda *_: np.zeros(4, dtype=bool))
    app = AppTest.from_function(page, args=(["train"] * 4,), default_timeout=60).run()
    assert not app.warning and not app.button and not app.exception


def test_says_where_nobody_knows(monkeypatch):
    monkeypatch.setattr(heard, "heard", lambda *_: np.zeros(4, dtype=bool))
    monkeypatch.setattr(heard, "is_told", lambda *_: False)
    app = AppTest.from_function(page, args=(["train"] * 4,), default_timeout=60).run()
    assert "does not tell" in app.warning[0].value and len(app.warning) == 1

    def gone(*_):
        raise Missing("gone")

    monkeypatch.setattr(heard, "heard", gone)
    app = AppTest.from_function(page, args=(["train"] * 4,), default_timeout=60).run()
    assert "was deleted" in app.warning[0].value and not app.exception


def experiment(title: str) -> None:
    from types import SimpleNamespace

    import numpy as np

    from bioviz.ui.notes.trained_note import warn_trained

    clips = SimpleNamespace(recording=np.array([0, 0, 1, 2]), split=np.array(["train"] * 4))
    warn_trained(SimpleNamespace(clips=clips, recordings=[]), np.arange(3), "ft:0123", title)


def test_an_experiment_names_the_model_that_heard_its_clips(monkeypatch):
    monkeypatch.setattr(heard, "heard", lambda *_: np.array([True, False, True, True]))
    app = AppTest.from_function(experiment, args=("Small CNN",), default_timeout=60).run()
    (warning,) = app.warning
    shown = warning.value.replace("\\", "")  # as Markdown shows it
    assert shown.startswith("Small CNN: 2 of the 3 clips are of recordings that this model was fine-tuned")
    monkeypatch.setattr(heard, "heard", lambda *_: np.zeros(4, dtype=bool))
    app = AppTest.from_function(experiment, args=("",), default_timeout=60).run()
    assert not app.warning and not app.exception
