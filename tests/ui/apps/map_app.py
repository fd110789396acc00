"""The trial app of the map's browser tests: the page, and the routes it needs."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from bioviz.server import routes

app = st.App(
    Path(__file__).with_name("map_page.py"), routes=routes(st.get_option("server.baseUrlPath") or "")
)
