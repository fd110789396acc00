"""Fields that read and write the view: a select box and a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from bioviz.runs.spec import BOUNDS
from bioviz.ui.pickers.choose_again import Gone
from bioviz.ui.state import PickerState
from bioviz.ui.view import NEIGHBORS, set_view, view


def pick(
    name: str,
    label: str,
    options: Sequence[str],
    titles: Callable[[str], str] = str,
    help: str | None = None,
    usual: str | None = None,
    follow: tuple[str, ...] = (),
    in_bar: bool = False,
) -> str:
    """Draw a select box bound to one field of the view.

    Parameters
    ----------
    options
        The best first.
    usual
        What an empty field becomes; the first option if None.
    follow
        Fields that become empty when the user chooses anew.
    in_bar
        It stands in the line above a page, with its label small within the box and no help beside it.

    Raises
    ------
    Gone
        The view names what is not among the options.

    """
    key = PickerState.field(name)
    current = getattr(view(), name)
    if current == "" and current not in options:
        current = options[0] if usual is None else usual
        set_view(**{name: current})
    is_here = current in options
    # On every run: if one is cut short before the browser drew the widget, the next must send the value again.
    key.set(current if is_here else None)

    def changed() -> None:
        set_view(**{name: key.get(), **dict.fromkeys(follow, ""), "clip": -1})

    # Without a choice the box would have a button to clear it, so that it has none only where it must.
    nothing: dict[str, Any] = {} if is_here else {"index": None, "placeholder": "not here: choose another"}
    st.selectbox(
        label,
        options,
        format_func=titles,
        key=key,
        on_change=changed,
        help=None if in_bar else help,
        **nothing,
    )
    if not is_here:
        raise Gone(name, str(current), options, titles, follow)
    return getattr(view(), name)


def number(name: str, label: str, step: float, help: str | None = None) -> None:
    """Draw a number field bound to one field of the view, within the bounds that links have too."""
    key = PickerState.field(name)
    field = name.removeprefix("other_")
    low, high = NEIGHBORS if field == "k" else BOUNDS[field]
    kind = type(getattr(view(), name))
    key.set(getattr(view(), name))  # on every run, as in `pick`
    st.number_input(
        label,
        kind(low),
        kind(high),
        step=kind(step),
        key=key,
        help=help,
        on_change=lambda: set_view(**{name: key.get()}),
    )
