"""What runs, what ran, and how much room the results take."""

import streamlit as st

from bioviz.ui.jobs.page import show

st.title("Jobs and storage")
show()
