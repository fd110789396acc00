"""Which models there are, and what to do where their weights are missing."""

import streamlit as st

from bioviz.ui.models.page import show

st.title("Models")
show()
