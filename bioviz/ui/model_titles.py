"""Models and checkpoints in words, times as the user's own clock shows them."""

from __future__ import annotations

from bioviz.models import titles
from bioviz.ui.dates import browser_zone


def checkpoint_title(name: str) -> str:
    """Return a checkpoint in words, as `models.titles` does."""
    return titles.checkpoint_title(name, browser_zone())


def title_of(model: str, checkpoint: str) -> str:
    """Return a model with its checkpoint in words, as `models.titles` does."""
    return titles.title_of(model, checkpoint, browser_zone())
