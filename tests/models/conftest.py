"""Weights folders of the tests' own, and files in the published formats with random numbers in them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bioviz.models.cards import CARDS


@pytest.fixture
def weights_dir(tmp_path, monkeypatch) -> Path:
    """The only folder that is searched for weights."""
    folder = tmp_path / "weights"
    monkeypatch.setenv("BIOVIZ_WEIGHTS", str(folder))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "no-hub"))
    return folder


@pytest.fixture
def publish(weights_dir, monkeypatch):
    """Save a state dict as a model's published file; its card then expects any hash ("" by default)."""
    import torch

    def save(name: str, state: dict, sha256: str = "") -> Path:
        card = CARDS[name]
        monkeypatch.setitem(CARDS, name, replace(card, weights=replace(card.weights, sha256=sha256)))
        weights_dir.mkdir(exist_ok=True)
        torch.save(state, weights_dir / card.weights.name)
        return weights_dir / card.weights.name

    return save
