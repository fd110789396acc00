"""Findings side by side, one card each: a figure of a few lines, or one difference; a click leads to what is behind it.

Figures are light HTML with text of their own. Python makes every word, as it does for the command line and the report;
the browser only draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

from bioviz.ui.components.shared.mount import component
from bioviz.ui.session import Key

SHOWN = 15
"""Lines of a card before the rest is asked for."""


@dataclass(frozen=True)
class Scale:
    """The axis of a card's figures.

    Attributes
    ----------
    low, high : float
        Its ends.
    ticks : tuple of (float, str)
        Places and their words.
    reference : float, optional
        Where a dashed line stands, such as chance.
    """

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...] = ()
    reference: float | None = None

    def place(self, value: float | None) -> float | None:
        """Return where a value stands from 0 to 1, at the end where it is beyond; None for None and NaN."""
        if value is None or not math.isfinite(value):
            return None
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)


@dataclass(frozen=True)
class Line:
    """One line of a card.

    Attributes
    ----------
    id : str
        What a click on it is told by; "" leads nowhere.
    label, text : str
        Before and after the figure.
    value, low, high : float, optional
        A point with its interval.
    other : float, optional
        A hollow point to compare with.
    strong : bool
        It holds beyond chance, all lines of the card judged together.
    untold : str
        Why there is no figure, in its place.
    spoken : str
        The line in a sentence, for its tooltip and for screen readers.
    """

    id: str
    label: str
    text: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    other: float | None = None
    strong: bool = False
    untold: str = ""
    spoken: str = ""


@dataclass(frozen=True)
class Card:
    """One finding.

    Attributes
    ----------
    id, title : str
        The title is the sentence of a card of lines, and the figure of a card of one difference (`big`).
    subtitle, head : str
        What is drawn, with units; and what the texts after the figures are.
    scale : Scale
        Of its lines.
    lines : tuple of Line
        The most important first; after `SHOWN` of them the rest is asked for.
    note : str
        What there is to say in place of lines, or below them.
    widths : (str, str)
        Of the columns of labels and texts, in CSS.
    big : bool
        The title is a figure, in large type.
    """

    id: str
    title: str
    subtitle: str = ""
    head: str = ""
    scale: Scale = field(default_factory=lambda: Scale(0.0, 1.0))
    lines: tuple[Line, ...] = ()
    note: str = ""
    widths: tuple[str, str] = ("30%", "26%")
    big: bool = False

    def for_browser(self) -> dict[str, Any]:
        """As finding_cards.js takes it: values are places from 0 to 1 on the axis."""
        place = self.scale.place
        lines = [
            {
                **{name: value for name, value in asdict(line).items() if isinstance(value, str | bool)},
                **{name: place(getattr(line, name)) for name in ("value", "low", "high", "other")},
            }
            for line in self.lines
        ]
        return {
            "id": self.id,
            "title": self.title,
            "subtitle": self.subtitle,
            "head": self.head,
            "ticks": [{"at": place(at), "text": text} for at, text in self.scale.ticks],
            "reference": place(self.scale.reference),
            "lines": lines,
            "shown": SHOWN,
            "note": self.note,
            "widths": list(self.widths),
            "big": self.big,
        }


def finding_cards(
    cards: Sequence[Card],
    *,
    key: Key[Mapping[str, Any] | None],
    label: str,
    chosen: tuple[str, str] | None = None,
    opened: Callable[[str, str], None],
) -> None:
    """Draw the cards side by side, below one another where there is no room.

    Parameters
    ----------
    cards : sequence of Card
    key
        Unique on the page.
    label
        What the cards are, for screen readers.
    chosen
        Card and line that is open.
    opened
        Called before a run with the card and the line that was clicked.

    """
    lines = {(card.id, line.id) for card in cards for line in card.lines}

    def clicked() -> None:
        sent = (key.get() or {}).get("opened")
        pair = tuple(sent) if isinstance(sent, Sequence) and not isinstance(sent, str) else ()
        if len(pair) == 2 and pair in lines:  # what a browser sends is not believed
            opened(*pair)

    data = {
        "label": label,
        "cards": [card.for_browser() for card in cards],
        "chosen": list(chosen) if chosen else None,
    }
    _component()(key=key, data=data, on_opened_change=clicked)


@cache
def _component() -> Callable[..., Any]:
    return component(
        "bioviz_finding_cards",
        "components/finding_cards/finding_cards.js",
        styles=["components/shared/clips.css", "components/finding_cards/finding_cards.css"],
    )
