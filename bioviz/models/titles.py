"""What models and checkpoints are called where people read them."""

from __future__ import annotations

from datetime import UTC, tzinfo

from bioviz.errors import BiovizError
from bioviz.models import checkpoints, registry
from bioviz.models.base import FINETUNED

_WORDS = {"random": "random start (untrained)", "pretrained": "pretrained", "none": "no weights needed"}


def checkpoint_title(name: str, zone: tzinfo = UTC) -> str:
    """Return a checkpoint in words; a fine-tuned one by the name that the user gave it."""
    if not name.startswith(FINETUNED):
        return _WORDS.get(name, name)
    try:
        return f"fine-tuned: {checkpoints.get(name.removeprefix(FINETUNED)).title_in(zone)}"
    except BiovizError:
        return name


def title_of(model: str, checkpoint: str, zone: tzinfo = UTC) -> str:
    """Return a model with its checkpoint in words, as in "VGGish, pretrained"; one of which nobody has a card, by name.

    Parameters
    ----------
    model, checkpoint : str
        Names, as the registry and `RunSpec` have them.
    zone : tzinfo
        In which times are told.
    """
    try:
        title = registry.card(model).title
    except BiovizError:
        title = model
    return title if checkpoint == "none" else f"{title}, {checkpoint_title(checkpoint, zone)}"
