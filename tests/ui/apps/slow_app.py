"""The app itself, where each run of a page with clips takes DELAY_S seconds longer than it would."""

from __future__ import annotations

import os
import time
from pathlib import Path

import streamlit as st

from bioviz.server import dashboard_routes, lifespan, routes
from bioviz.ui.app.first_paint import first_paint
from bioviz.ui.app.pages import addresses
from bioviz.ui.clips import selection

DELAY_S = float(os.environ.get("DELAY_S", "0"))
_show = selection.show


def _show_later(*args, **kwargs):
    time.sleep(DELAY_S)  # in the middle of a run: the map is drawn already, the inspector is not
    return _show(*args, **kwargs)


selection.show = _show_later
FRAME = Path(__file__).resolve().parents[3] / "bioviz" / "ui" / "app" / "frame.py"
pages = dashboard_routes("", addresses(), first_paint)
app = st.App(FRAME, routes=[*routes(), *pages], lifespan=lifespan)
