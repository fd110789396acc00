"""Why an interval is not shown."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bioviz.analysis.neighbors.jackknife import MIN_UNITS
from bioviz.analysis.unit_words import UnitWords
from bioviz.ui.app.notices import plain


def say_missing(names: Sequence[str], unit: str) -> None:
    """Say which of the things shown have no interval, if any, and why.

    Parameters
    ----------
    unit
        Noun of the unit of independence.

    """
    if names:
        st.caption(
            f"No interval for {plain(some(names))}: the clips, or the background that they are compared with, "
            f"come from {UnitWords(unit).fewer_than(MIN_UNITS)}."
        )


def some(names: Sequence[str], most: int = 4) -> str:
    """Return the first names, and how many more there are."""
    named = list(names) if len(names) <= most + 1 else [*names[:most], f"{len(names) - most} more"]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
