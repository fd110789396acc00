"""Every test here may train the model "tiny", and "aves_bio" stands for a tiny one with attention."""

from __future__ import annotations

import pytest
import torch

from bioviz.models.cards import CARDS
from tests.training import tiny


@pytest.fixture(autouse=True)
def tiny_models(monkeypatch):
    for name in ("tiny", "aves_bio"):
        monkeypatch.setitem(CARDS, name, tiny.card(name))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def tones(tmp_path):
    return tiny.tones(tmp_path / "tones")
