"""A page with the clip inspector and a gallery; the query says the dataset, the run, the playlist and more."""

from __future__ import annotations

import numpy as np
import streamlit as st

from bioviz.datasets import library
from bioviz.plots.palette import colours_for
from bioviz.ui.components.clip_panel.inspector import clip_inspector
from bioviz.ui.components.gallery.gallery import gallery
from bioviz.ui.components.shared.act_link import act_link
from bioviz.ui.session import Element
from bioviz.ui.view import set_view, view

st.set_page_config(layout="wide")
query = st.query_params
dataset = library.load(query.get("dataset", "media"))
set_view(dataset=dataset.id)
playlist = [int(row) for row in query.get("playlist", "").split(",") if row]
colours = colours_for(dataset.target_names)
names = np.array(dataset.target_names)[dataset.targets]
st.text_input("notes")
count = st.session_state["reruns"] = st.session_state.get("reruns", 0) + 1
if "button" in query:
    st.button("take it", on_click=lambda: set_view(clip=int(query["button"])))
act_link("trial", dataset.id)
left, right = st.columns([3, 2])
with right:
    clip_inspector(
        query.get("run"),
        dataset.id,
        playlist or np.arange(len(dataset.clips)),
        key=Element("inspector"),
        group="trial",
        playlist_name="all clips",
        colours=colours,
    )
with left:
    rows = np.arange(min(200, len(dataset.clips)))
    gallery(
        dataset, rows, labels=names[rows], group="trial", key=Element("gallery"), colours=colours, height=500
    )
st.text(f"reruns {count}, shown {view().clip}")
