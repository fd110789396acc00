"""Compare: two maps of the same clips, linked, and what changed from one to the other."""

import streamlit as st

from bioviz.ui.compare.page import show

st.title("Compare")
show()
