"""Where what users bring is kept: a folder for each model, with its card."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from bioviz.errors import BadInput
from bioviz.models.base import ModelCard
from bioviz.models.brought.uploads import folder

CARD = "card.json"
Reads = Callable[[str, Path], ModelCard]
"""Name of a model and path of its card to the card; raises BadInput where that is damaged."""


def cards_of(prefix: str, read: Reads) -> list[ModelCard]:
    """List the cards of all models whose names begin so, by title; one that cannot be read is passed over."""
    cards = []
    for path in sorted(folder().glob(f"{prefix}*/{CARD}")):
        try:
            cards.append(read(path.parent.name, path))
        except BadInput:
            continue  # opening it by name says why
    return sorted(cards, key=lambda card: (card.title, card.name))


def card_named(name: str, prefix: str, read: Reads) -> ModelCard | None:
    """Return the card of a model whose name begins so; None where there is none of this name.

    Raises
    ------
    BadInput
        Its card is damaged.

    """
    path = folder() / name / CARD
    return read(name, path) if re.fullmatch(rf"{prefix}[a-z0-9_]+", name) and path.is_file() else None
