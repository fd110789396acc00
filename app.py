"""Start bioviz with `streamlit run app.py`: the pages are a Streamlit script, sound and pictures have routes."""

from pathlib import Path

import streamlit as st

import bioviz
from bioviz.server import dashboard_routes, lifespan, routes
from bioviz.ui.app.door import door
from bioviz.ui.app.first_paint import first_paint
from bioviz.ui.app.pages import addresses
from bioviz.ui.editing import say_error

frame = Path(bioviz.__file__).parent / "ui" / "app" / "frame.py"
base = st.get_option("server.baseUrlPath") or ""
app = st.App(
    frame,
    routes=[*routes(base), *dashboard_routes(base, addresses(), first_paint)],
    lifespan=lifespan,
    middleware=door(),
    on_script_error=say_error,
)
