"""Explore: from a dataset and a model to a map one can click and hear."""

import streamlit as st

from bioviz.ui.explore.page import show

st.title("Explore")
show()
