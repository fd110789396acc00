"""The bar of the guided tour: its steps, one sentence, one thing to click. Always of the same height."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from bioviz.datasets.types import Dataset
from bioviz.ui.components.shared.mount import component, media_source
from bioviz.ui.state import TourState

HEIGHT = 92
"""Pixels, of a window that is not narrow."""
NEXT, LEAVE, ACT = "next", "leave", "act"


@dataclass(frozen=True)
class BarProps:
    """What the bar shows.

    Attributes
    ----------
    step
        From 1.
    titles
        Of all steps.
    text
        The sentence.
    button
        What to click; "" for nothing.
    pair
        Rows of two clips that the button plays one after the other, and their labels; None for none.
    busy
        What is being computed, and how far it is; "" for nothing.
    share
        Of that, 0 to 1.
    elsewhere
        The page is not that of the step; the way back is offered in place of the button.

    """

    step: int
    titles: Sequence[str]
    text: str
    button: str
    pair: tuple[tuple[int, int], tuple[str, str]] | None
    busy: str
    share: float
    elsewhere: bool


def tour_bar(props: BarProps, dataset: Dataset, group: str) -> str:
    """Draw the bar; return what was clicked: NEXT, LEAVE, ACT, the number of a step, or "" for nothing.

    Parameters
    ----------
    group
        Whose log of acts hears which clip is played.

    """
    data = {
        **media_source(dataset),
        "group": group,
        "step": props.step,
        "titles": list(props.titles),
        "text": props.text,
        "button": props.button,
        "rows": list(props.pair[0]) if props.pair else [],
        "labels": list(props.pair[1]) if props.pair else [],
        "busy": props.busy,
        "share": props.share,
        "elsewhere": props.elsewhere,
    }
    result = _component()(key=TourState.bar, data=data, on_clicked_change=lambda: None)
    return str(result.get("clicked") or "")


@cache
def _component() -> Callable[..., Any]:
    return component(
        "bioviz_tour_bar",
        "components/tour_bar/tour_bar.js",
        styles=["components/shared/clips.css", "components/tour_bar/tour_bar.css"],
    )
