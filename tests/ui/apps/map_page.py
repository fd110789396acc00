"""A page with one map or two linked ones over synthetic points, set by the query: n, second, special, odd."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import streamlit as st

from bioviz.plots.map_data import Categories, MapData, Measure, SpanColumn, TextColumn
from bioviz.plots.palette import colours_for
from bioviz.ui.components.embedding_map.embedding_map import MapProps, embedding_map
from bioviz.ui.components.shared.act_link import act_link
from bioviz.ui.session import Element
from bioviz.ui.view import set_view, view

HOSTILE = '<img src=x onerror="window.hacked=1"> <b>wren</b> & <a href="javascript:1">x</a>'


@st.cache_resource
def points(n: int, seed: int, special: str) -> MapData:
    rng = np.random.default_rng(0)
    labels = ["background", "frog", "gibbon", HOSTILE, "trill", "whistle"]
    if special == "many":
        labels = ["background", *(f"species {i:03d}" for i in range(264))]
    target = np.where(rng.random(n) < 0.5, 0, rng.integers(1, len(labels), n))
    centres = np.random.default_rng(seed).normal(0, 6, (len(labels), 2))
    xy = centres[target] + rng.normal(0, 1.1, (n, 2))
    x, y = xy.T.astype(np.float32)
    if special == "nan":
        x[::10] = np.nan
    if special == "lost":
        x[:] = np.nan
    if special == "grid":  # apart enough for a click to be sure of its point
        x, y = (np.arange(n) % 10).astype(np.float32), (np.arange(n) // 10).astype(np.float32)
    colours = colours_for(labels)
    snr = rng.normal(5, 8, n).astype(np.float32)
    snr[target == 0] = np.nan
    names = [f"site-a/REC_{i:02d}.wav" for i in range(20)]
    files = rng.integers(0, 20, n)
    start = (files * 3 % 60).astype(np.float32)
    return MapData(
        rows=np.arange(n, dtype=np.int32) * 2,
        x=x,
        y=y,
        background=target == 0,
        colourings=(
            Categories.from_codes("label", "label", target, labels, [colours[name] for name in labels]),
            Categories.from_codes(
                "recording", "recording", files, [f"site-a/REC_{i:02d}.wav" for i in range(20)]
            ),
            Measure("snr", "signal-to-noise ratio", snr, "dB"),
        ),
        columns=(
            TextColumn("label", target, tuple(labels)),
            TextColumn("file", files, tuple(names)),
            SpanColumn("time in recording", start, start + 3),
            TextColumn("split", target % 2, ("train", "test")),
        ),
    )


st.set_page_config(layout="wide")
began = time.perf_counter()
query = st.query_params
n = int(query.get("n", "500"))
special = query.get("special", "")
ask = st.sidebar.selectbox("colour", [None, "label", "recording", "snr"])
if ask not in (None, st.session_state.get("asked")):
    st.session_state["asked"] = ask
    set_view(colour=ask)
set_view(dataset="trial")
act_link("pair", "trial")
left_map = MapProps(Element("left"), "pair", "trial")
if query.get("odd"):
    for k, (count, kind) in enumerate(((0, ""), (1, ""), (100, "nan"), (50, "lost"))):
        props = MapProps(Element(f"odd{k}"), f"odd{k}", "trial", height=200)
        embedding_map(points(count, 1, kind), props)
    a = b = None
elif st.sidebar.checkbox("hide the map"):
    a = b = None
elif query.get("second"):
    left, right = st.columns(2)
    with left:
        a = embedding_map(points(n, 1, special), replace(left_map, lock_view=True))
    with right:
        b = embedding_map(points(n, 2, special), MapProps(Element("right"), "pair", "trial", lock_view=True))
else:
    a, b = embedding_map(points(n, 1, special), left_map), None
for name, event in (("left", a), ("right", b)):
    if event is not None:
        count = "none" if event.rows is None else len(event.rows)
        picked = view().clip if view().clip >= 0 else None
        st.text(f"{name} picked={picked} selected={count} colour={view().colour}")
st.text(f"run {time.perf_counter() - began:.3f} s")
