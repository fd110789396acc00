"""Diagnose: where, how much and why labelled sounds and background are confused, and what to do about it."""

import streamlit as st

from bioviz.ui.diagnose.page import show

st.title("Why is it confused?")
show()
