"""A page with A/B listening beside the inspector; the query says dataset, clip, and its comparisons or a run."""

from __future__ import annotations

import streamlit as st

from bioviz import runs
from bioviz.datasets import library
from bioviz.ui.clips.ab_pairs import nearest_for_ab
from bioviz.ui.components.ab_player.ab_listening import ab_listening
from bioviz.ui.components.clip_panel.inspector import clip_inspector
from bioviz.ui.components.shared.act_link import act_link
from bioviz.ui.session import Element
from bioviz.ui.view import view

st.set_page_config(layout="wide")
query = st.query_params
dataset = library.load(query["dataset"])
row = int(query.get("row", "0"))
others = [int(other) for other in query.get("others", "").split(",") if other]
st.text_input("notes")
act_link("trial", dataset.id)
left, right = st.columns([3, 2])
with left:
    roles = ("nearest background", "nearest of the same label", "another")
    pairs = list(zip(roles, others, strict=False))
    if "run" in query:
        pairs = nearest_for_ab(runs.open_run_by_key(query["run"]), dataset, row)
    ab_listening(dataset, row, pairs, run_key=query.get("run"), key=Element("ab"), group="trial")
with right:
    clip_inspector(None, dataset.id, key=Element("inspector"), group="trial")
st.text(f"shown {view().clip}")
