"""Explore: from a dataset and a model to a map one can click and hear."""

from __future__ import annotations

import numpy as np
import streamlit as st
from bioviz.ui.embedding_map import embedding_map
from bioviz.ui.inspector import clip_inspector

from bioviz import jobs, runs
from bioviz.datasets import library
from bioviz.errors import BiovizError
from bioviz.models import registry
from bioviz.models.device import describe_device
from bioviz.ui import job_card, scores_panel, selection
from bioviz.ui.pages import open_page
from bioviz.ui.pickers import pick_run
from bioviz.ui.run_map import map_data
from bioviz.ui.state import set_view, view
from bioviz.ui.theme import is_dark

GROUP = "explore"  # the map, the inspector and the gallery of this page follow one another


@st.cache_resource(max_entries=4, show_spinner=False)
def points(run_key: str, dataset_version: str):
    """The map's points; cached, since making them for 100,000 clips takes a moment."""
    run = runs.open_run_by_key(run_key)
    return map_data(run, library.load(run.spec.dataset))


def compute(spec: runs.RunSpec, title: str) -> None:
    """The run is not in the cache: say what it takes, start the job, follow it."""
    state = registry.checkpoint_state(spec.model, spec.checkpoint)
    job_id = st.session_state.get("run_jobs", {}).get(spec)
    job = jobs.get(job_id) if job_id else None
    if job and job.state in job_card.RUNNING:
        job_card.watch(job.id)
        return
    with st.container(border=True):
        st.subheader("This map is not computed yet")
        st.markdown(f"{title} Models run on: {describe_device()}.")
        if job:
            job_card.outcome(job)
        if st.button(
            "Compute it",
            type="primary",
            key="compute",
            disabled=not state.available,
            icon=":material/play_arrow:",
        ):
            job = runs.start(spec)
            st.session_state.setdefault("run_jobs", {})[spec] = job.id
            st.rerun()


def chosen_rows(run: runs.Run, lasso: np.ndarray | None) -> np.ndarray:
    """The rows of the list that the user wants to go through."""
    counts = {"Misclustered": int(run.misclustered.sum()), "Lasso": len(lasso) if lasso is not None else 0}
    names = ["Lasso", "Misclustered", "One label", "All"]
    if lasso is not None and st.session_state.get("last_lasso") != lasso.tobytes():
        st.session_state["last_lasso"] = lasso.tobytes()
        st.session_state["selection_list"] = "Lasso"
    choice = st.segmented_control(
        "Clips",
        names,
        default="Misclustered",
        required=True,
        key="selection_list",
        format_func=lambda n: f"{n} ({counts[n]:,})" if n in counts else n,
    )
    if choice == "Lasso":
        return lasso if lasso is not None else np.empty(0, dtype=np.int64)
    if choice == "Misclustered":
        return run.rows[run.misclustered]
    if choice == "One label":
        names = library.load(run.spec.dataset).target_names
        target = st.selectbox(
            "Label", range(len(names)), format_func=names.__getitem__, key="selection_label"
        )
        return run.rows[run.targets == target]
    return run.rows


def explore(run: runs.Run) -> None:
    """The page proper, for a run that is there."""
    dataset = library.load(run.spec.dataset)
    scores_panel.headline(run)
    for problem in run.failures[:5]:
        st.warning(f"{problem.file}: {problem.detail}", icon=":material/warning:")
    data = points(run.key, dataset.version)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        titles = {c.id: c.title for c in data.colourings}
        if view().colour not in titles:
            set_view(colour=next(iter(titles)))
        if st.session_state.get("colour_by") not in titles:
            st.session_state["colour_by"] = view().colour
        st.segmented_control(
            "Colour by",
            list(titles),
            format_func=titles.get,
            key="colour_by",
            required=True,
            on_change=lambda: set_view(colour=st.session_state["colour_by"]),
        )
        event = embedding_map(
            data,
            key="explore_map",
            group=GROUP,
            colour_by=view().colour,
            picked=view().clip if view().clip >= 0 else None,
            height=600,
        )
    if event.picked is not None and event.picked != view().clip:
        set_view(clip=event.picked)
    with st.container():
        st.subheader("Go through clips")
        rows = chosen_rows(run, event.rows)
        clicked = selection.show(run, dataset, rows, GROUP)
    if clicked is not None and clicked != st.session_state.get("last_table_pick"):
        set_view(clip=clicked)
    st.session_state["last_table_pick"] = clicked
    with right:
        clip_inspector(
            run_key=run.key,
            dataset_id=dataset.id,
            playlist=rows,
            group=GROUP,
            key="explore_inspector",
            row=view().clip if view().clip >= 0 else None,
        )
    with st.expander("Labels and clusters", expanded=False):
        scores_panel.details(run, dataset, is_dark())
    with st.expander("Where this result comes from", expanded=False):
        st.json(run.provenance, expanded=True)


st.title("Explore")
spec = pick_run()
if spec is None:
    st.info("There is no dataset yet. Open the demo on the start page, or add your own recordings.")
    if st.button("Go to the start page", type="primary"):
        open_page("home.py")
    st.stop()
try:
    run = runs.open_run(spec)
    if run is None:
        summary = next(s for s in library.list_datasets() if s.id == spec.dataset)
        card = registry.card(spec.model)
        compute(spec, f"{card.title} will listen to the {summary.clips:,} clips of {summary.name}.")
    else:
        explore(run)
except BiovizError as error:
    st.error(str(error), icon=":material/error:")
