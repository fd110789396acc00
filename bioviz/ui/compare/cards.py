"""The cards of the Compare page: each difference that holds, with its interval beside a zero line."""

from __future__ import annotations

from bioviz.analysis.comparison.comparison import Changes
from bioviz.analysis.comparison.headline import Held, held
from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.percent import of_hundred
from bioviz.ui.components.finding_cards.finding_cards import Card, Line, Scale

MOST = 3
SECTIONS_OF = {"label": "gained", "confused": "transitions"}
"""The part of the page that is behind a card; that of all others is the table of scores."""


def cards(changes: Changes) -> tuple[Card, ...]:
    """Return the cards of the first differences that hold, none where none does."""
    return tuple(_card(each, changes) for each in held(changes)[:MOST])


def section_of(card: str) -> str:
    """Return the part of the page that a card leads to."""
    return SECTIONS_OF.get(card.split(":")[0], "scores_compared")


def _card(each: Held, changes: Changes) -> Card:
    reach = 1.15 * max(abs(each.low), abs(each.high))
    span = f"{signed(each.low)} to {signed(each.high)}"
    what = METRIC_INFO["noise_confusion" if each.name == "label" else each.name].title
    more = ""
    if each.name == "label":
        what = f"{what} of {changes.names[each.targets[0]]}"
        rest = sum(target > 0 for target in each.targets[1:])
        if rest:
            way = "fell" if each.difference < 0 else "rose"
            more = f"; it {way} for {rest} more {'label' if rest == 1 else 'labels'}"
    value = "better" if each.is_better else "worse"
    line = Line(
        each.name,
        what,
        value=each.difference,
        low=each.low,
        high=each.high,
        strong=True,
        spoken=f"{signed(each.difference)} ({span}), {each.left:.2f} left, {each.right:.2f} right: {value}{more}",
    )
    return Card(
        f"{each.name}:{value}",
        signed(each.difference),
        f"{what}: {each.left:.2f} to {each.right:.2f}, {value}{more}",
        f"{of_hundred('95')} interval {span}",
        Scale(-reach, reach, ((0.0, "0"),), 0.0),
        (line,),
        big=True,
    )


def signed(value: float) -> str:
    """Write a difference with its sign, a real minus, and a third digit where two would read as nothing."""
    digits = 2 if abs(value) >= 0.01 else 3
    return f"{value:+.{digits}f}".replace("-", "\u2212")
