"""The bar of the guided tour: its steps, one sentence, one thing to click. Always of the same height."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from bioviz import jobs
from bioviz.datasets.types import Dataset
from bioviz.ui.components.shared.mount import component, media_source
from bioviz.ui.state import TourState

HEIGHTS = {"": 64, "(max-width: 1000px)": 120, "(max-width: 560px)": 184}
"""Pixels, by how wide the window is; as in the style sheet."""
GAP = 8
"""Pixels between the bar and the page."""
NEXT, LEAVE, ACT = "next", "leave", "act"
LOOK = "look"
"""Nobody clicked: the job is over."""


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
    job
        What is being computed now; the page runs again once it is over.
    waits
        The sentence waits for that job: how far it is stands behind it.
    elsewhere
        The page is not that of the step; the way back is offered in place of the button.

    """

    step: int
    titles: Sequence[str]
    text: str
    button: str
    pair: tuple[tuple[int, int], tuple[str, str]] | None
    job: jobs.Job | None
    waits: bool
    elsewhere: bool


def room_for_the_bar() -> str:
    """Return the style that tells pages as high as the window how much of it the bar takes, and keeps that free."""
    rules = []
    for width, height in HEIGHTS.items():
        rule = f":root{{--bioviz-bar-height:{height + GAP}px}}.st-key-{TourState.bar}{{height:{height}px}}"
        rules.append(f"@media {width}{{{rule}}}" if width else rule)
    return f"<style>{''.join(rules)}</style>"


def tour_bar(props: BarProps, dataset: Dataset, group: str) -> str:
    """Draw the bar; return what was clicked: NEXT, LEAVE, ACT, the number of a step, LOOK, or "" for nothing.

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
        "job": None if props.job is None else {"id": props.job.id, "title": props.job.title},
        "progress": None if props.job is None else jobs.progress(props.job),
        "waits": props.waits,
        "elsewhere": props.elsewhere,
    }
    result = _component()(key=TourState.bar, data=data, on_clicked_change=lambda: None)
    return new_click(result.get("clicked"))


def new_click(told: object) -> str:
    """Return what a browser says was clicked, once; "" for what is done already or is nothing."""
    if not isinstance(told, Mapping) or not isinstance(told.get("number"), int):
        return ""
    if told["number"] == TourState.done.get():
        return ""
    TourState.done.set(told["number"])
    return str(told.get("what", ""))


@cache
def _component() -> Callable[..., Any]:
    return component(
        "bioviz_tour_bar",
        "components/tour_bar/tour_bar.js",
        styles=["components/shared/clips.css", "components/tour_bar/tour_bar.css"],
    )
