"""Start bioviz with `streamlit run app.py`: the pages are a Streamlit script, sound and pictures have routes."""

from pathlib import Path

import streamlit as st

import bioviz
from bioviz.server import lifespan, routes

app = st.App(Path(bioviz.__file__).parent / "ui" / "app" / "frame.py", routes=routes(), lifespan=lifespan)
