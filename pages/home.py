"""The first page: what bioviz is for, the demo, and the datasets there are."""

import streamlit as st

from bioviz.ui.home.page import show

st.title("See where an audio model takes calls for background noise, and why")
show()
