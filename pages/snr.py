"""Noise experiment: what becomes of calls as background is added, and of clips as their windows are shifted."""

import streamlit as st

from bioviz.ui.noise.page import show

st.title("Noise experiment")
show()
