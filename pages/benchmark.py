"""Benchmark: several models on several datasets, beside the values that the paper published."""

import streamlit as st

from bioviz.ui.study.page import show

st.title("Benchmark")
show()
