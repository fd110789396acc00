"""Fine-tune: teach a model the labels of a dataset, watch it learn, keep the result as a checkpoint."""

import streamlit as st

from bioviz.ui.finetune.page import show

st.title("Fine-tune")
show()
