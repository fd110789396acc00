"""Which labels a figure shows where there are more than it has room for: the worst, and all on demand."""

from __future__ import annotations

import numpy as np
import streamlit as st

from bioviz.ui.session import Key

SHOWN = 15


def worst_or_all(ranked: np.ndarray, key: Key[bool]) -> np.ndarray:
    """Return the labels to show: all where they are few or asked for, else the first `SHOWN`.

    Parameters
    ----------
    ranked : (n,) int64
        The worst first.
    key
        Of the switch, which is drawn where there are more.

    """
    if len(ranked) <= SHOWN:
        return ranked
    wanted = st.toggle(f"Show all {len(ranked):,} labels, not the {SHOWN} worst alone", key=key)
    return ranked if wanted else ranked[:SHOWN]
