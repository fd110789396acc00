"""The trial app of the map's browser tests: the page, and plotly.js on the route where bioviz serves it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import streamlit as st
from starlette.responses import Response
from starlette.routing import Route

LIBRARY = files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()


async def plotly(_request):
    return Response(LIBRARY, media_type="text/javascript")


app = st.App(Path(__file__).with_name("map_page.py"), routes=[Route("/bioviz/plotly.js", plotly)])
