"""Datasets: what is there, and adding one with a look at it first."""

import streamlit as st

from bioviz.ui.datasets.page import show

st.title("Datasets")
show()
