"""Which models a grid offers, and which it begins with."""

from __future__ import annotations

from bioviz.models import finetuned, registry
from bioviz.models.base import FINETUNED, RANDOM
from bioviz.runs import ready
from bioviz.study.spec import BASELINES, Entry

BASELINE = f"resnet18:{RANDOM}"
"""Untrained, as the paper has it: what a trained model has to do better than."""


def offered() -> list[str]:
    """Return entries whose weights are here, the best first: frozen, fine-tuned before, to be fine-tuned in the grid.

    Of random starts those of the paper alone: an untrained network of any other kind tells nothing.
    """
    frozen = [
        Entry(each.model, each.checkpoint)
        for each in ready.everything()
        if each.state.available
        and not each.checkpoint.startswith(FINETUNED)
        and not registry.card(each.model).for_demo
        and (each.checkpoint != RANDOM or each.model in BASELINES)
    ]
    trained = [
        Entry(each.model, each.checkpoint, share)
        for share in (1.0, 0.0)
        for each in frozen
        if registry.card(each.model).trainable
    ]
    before = [
        Entry(each.model, each.checkpoint)
        for each in ready.everything()
        if each.checkpoint.startswith(FINETUNED)
        and each.state.available
        and not finetuned.find(each.checkpoint).head_only
    ]
    return [str(entry) for entry in (*frozen, *before, *trained)]


def begun_with() -> list[str]:
    """Return what a grid begins with: every model with trained weights or none, frozen, and the paper's baseline."""
    entries = [Entry.parse(name) for name in offered()]
    frozen = [str(entry) for entry in entries if entry.share is None and not entry.is_trained]
    return [name for name in frozen if not name.endswith(f":{RANDOM}") or name == BASELINE]
