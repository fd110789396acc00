"""A page that compares two labels of a finished run, or two lists of clips; set by the query."""

from __future__ import annotations

import numpy as np
import streamlit as st

from bioviz import runs
from bioviz.datasets import library
from bioviz.ui.app.theme import is_dark
from bioviz.ui.diagnose import group_comparison as shown

st.set_page_config(layout="wide")
query = st.query_params
run = runs.open_run_by_key(query["run"])
dataset = library.load(run.spec.dataset)
if "quick" in query:
    shown.QUICK_SAMPLES, shown.QUICK_LEAST = 0, int(query["quick"])


def group(name: str) -> np.ndarray:
    """Rows of "1,2,3", or of the clips with a label."""
    text = query.get(name, "")
    if text in dataset.target_names:
        return run.rows[run.targets == dataset.target_names.index(text)]
    return np.array([int(row) for row in text.split(",") if row], dtype=np.int64)


names = (query.get("a", "A"), query.get("b", "B"))
shown.group_comparison(run, dataset, group("a"), group("b"), names, dark=is_dark())
