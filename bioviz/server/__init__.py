"""Routes beside the pages: clips as sound, spectrograms as pictures, facts as JSON. No Streamlit in here."""

from bioviz.server.app import lifespan, routes, warm_up
from bioviz.server.dashboard import dashboard_routes

__all__ = ["dashboard_routes", "lifespan", "routes", "warm_up"]
