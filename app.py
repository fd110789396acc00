"""Start bioviz: `streamlit run app.py`. The pages run as a Streamlit script; sound and pictures have routes."""

from pathlib import Path

import streamlit as st

from bioviz.server import routes

app = st.App(Path(__file__).parent / "bioviz" / "ui" / "frame.py", routes=routes())
