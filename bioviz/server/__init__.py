"""Routes beside the pages: clips as sound, spectrograms as pictures, facts as JSON. No Streamlit in here."""

from bioviz.server.app import lifespan, routes, warm_up

__all__ = ["lifespan", "routes", "warm_up"]
