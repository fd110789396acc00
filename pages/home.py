"""The first page: what bioviz is for, the demo, and the datasets there are."""

import streamlit as st

from bioviz.ui.home.page import show

st.title("Why does the model confuse animals with background noise?")
show()
