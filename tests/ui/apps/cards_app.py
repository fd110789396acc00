"""The trial app of the cards' browser test: the page, and the routes it needs."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from bioviz.server import lifespan, routes

app = st.App(Path(__file__).with_name("cards_page.py"), routes=routes(), lifespan=lifespan)
