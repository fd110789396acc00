"""Light or dark, as the browser shows it now."""

from __future__ import annotations

import streamlit as st


def is_dark() -> bool:
    """Whether the app is shown in the dark theme."""
    return st.context.theme.type == "dark"


def tighten() -> None:
    """Leave less empty room above the page than Streamlit leaves: the map should be seen without scrolling."""
    st.html(
        "<style>.stMainBlockContainer{padding-top:1.5rem;padding-bottom:2rem}"
        "[data-testid=stSidebarHeader]{height:2.5rem;margin-bottom:0}"
        # Names of models and checkpoints are long, and the box of a picker cannot wrap them.
        "[data-testid=stSidebar] input[role=combobox]{font-size:.85rem;padding-right:0;text-overflow:ellipsis}"
        "[data-testid=stMetricValue]{font-size:1.5rem}"
        "h1{font-size:1.9rem!important;padding:.5rem 0 .25rem!important}"
        "h2{font-size:1.5rem!important}h3{font-size:1.2rem!important}</style>"
    )
