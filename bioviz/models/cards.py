"""The models bioviz knows: the cards of every family in `models/families`, and of packages that bring their own."""

from __future__ import annotations

import logging
from importlib import import_module
from pkgutil import iter_modules

import bioviz.models.families as package
from bioviz import plugins
from bioviz.models.base import ModelCard

GROUP = "bioviz.models"
"""Entry points of other packages: modules with `CARDS`, a sequence of cards."""


def _cards() -> dict[str, ModelCard]:
    own = [import_module(f"{package.__name__}.{info.name}") for info in iter_modules(package.__path__)]
    cards: dict[str, ModelCard] = {}
    for module in own:
        for card in module.CARDS:
            if card.name in cards:
                raise RuntimeError(f"two model cards are named {card.name}")
            cards[card.name] = card
    for module in plugins.modules(GROUP):
        for card in getattr(module, "CARDS", ()):
            if card.name in cards:
                logging.getLogger(__name__).warning(
                    "The model %s of %s is left out: there is one of that name.", card.name, module.__name__
                )
                continue
            cards[card.name] = card
    return cards


CARDS: dict[str, ModelCard] = _cards()
