"""Explore: from a dataset and a model to a map one can click and hear."""

from __future__ import annotations

import numpy as np
import streamlit as st

from bioviz import runs
from bioviz.analysis.misclustered import words
from bioviz.analysis.misclustered.placement import LISTS, MIXED
from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.errors import BiovizError
from bioviz.flags import log as flag_log
from bioviz.models import registry
from bioviz.plots.map_data import MapData
from bioviz.ui.acoustic_notice import acoustic_notice
from bioviz.ui.app.page_part import page_part
from bioviz.ui.app.pages import ask_for_a_dataset
from bioviz.ui.app.scroll import scroll
from bioviz.ui.app.theme import is_dark
from bioviz.ui.clips import clip_desk, selection
from bioviz.ui.clips.run_map import map_data, with_flags
from bioviz.ui.components.embedding_map.embedding_map import MapEvent, MapProps, embedding_map
from bioviz.ui.components.shared.act_link import act_link
from bioviz.ui.explore import scores_panel
from bioviz.ui.job_cards import compute_card
from bioviz.ui.pickers.run_picker import pick_run
from bioviz.ui.pickers.unit_picker import pick_unit
from bioviz.ui.state import ClipState, ExploreState
from bioviz.ui.trained_note import trained_note
from bioviz.ui.view import keep_known, write_url


@st.cache_resource(max_entries=4, show_spinner=False)
def points(run_key: str, state: str, dark: bool) -> MapData:
    """Return the map's points; cached, since making them for 100,000 clips takes a moment."""
    run = runs.run_by_key(run_key)
    return map_data(run, library.load(run.spec.dataset), dark)


@st.cache_resource(max_entries=4, show_spinner=False)
def flagged_points(run_key: str, state: str, flags_state: str, dark: bool) -> MapData:
    """Return them with the flags as a colouring; a flag more costs little."""
    run = runs.run_by_key(run_key)
    return with_flags(points(run_key, state, dark), run, library.load(run.spec.dataset))


def first_list(run: runs.Run) -> str:
    """Return the first list of misclustered clips that holds any, else the first."""
    return next((name for name in LISTS if run.placement.counts[name]), LISTS[0])


def chosen_rows(run: runs.Run, dataset: Dataset, event: MapEvent) -> tuple[np.ndarray, str]:
    """Draw the lists; return the clips of the chosen one, the misclustered worst first, and what they are."""
    lasso = event.rows
    if event.selected_at != ExploreState.seen_selection.get():
        ExploreState.seen_selection.set(event.selected_at)
        if lasso is not None or ExploreState.clip_list.get() == "lasso":
            ExploreState.clip_list.set("lasso" if lasso is not None else first_list(run))
    flagged = clip_desk.flagged_rows(run, dataset)
    titles = {
        "lasso": f"Selected on the map ({0 if lasso is None else len(lasso):,})",
        **{name: f"{words.TITLES[name]} ({run.placement.counts[name]:,})" for name in LISTS},
        "flagged": f"Flagged ({len(flagged):,})",
        "label": "One label",
        "all": f"All ({len(run):,})",
    }
    if not ExploreState.clip_list.get():
        ExploreState.clip_list.set(first_list(run))
    choice = st.segmented_control(
        "Clips",
        list(titles),
        required=True,
        key=ExploreState.clip_list,
        format_func=titles.__getitem__,
        label_visibility="collapsed",
    )
    if choice == "lasso":
        return (np.empty(0, dtype=np.int64) if lasso is None else lasso), "selected clips"
    if choice in LISTS:
        st.caption(words.ORDERS[choice])
        if choice == MIXED and (
            worth := words.mixed_against_chance(run.placement.counts, run.chance, run.unit.noun)
        ):
            st.caption(worth)
        return run.rows[run.misclustered_list(choice)], f"clips of “{words.TITLES[choice]}”"
    if choice == "flagged":
        return flagged, "flagged clips"
    if choice == "all":
        return run.rows, "clips"
    names = dataset.target_names
    target = st.selectbox("Label", range(len(names)), format_func=names.__getitem__, key=ExploreState.label)
    return run.rows[run.targets == target], f"clips of {names[target]}"


def go_through_flags(run: runs.Run, dataset: Dataset) -> None:
    """Make the flagged clips the list of the page, and select the first."""
    ExploreState.clip_list.set("flagged")
    clip_desk.take_first(clip_desk.flagged_rows(run, dataset))


@page_part
def explore(run: runs.Run) -> None:
    """Show the map, the lists and the selected clip of a run that is there."""
    dataset = library.load(run.spec.dataset)
    data = flagged_points(run.key, run.state, flag_log.state(dataset.id), is_dark())
    keep_known("colour", [colouring.id for colouring in data.colourings], "colouring of this map")
    act_link(clip_desk.GROUP, dataset.id)
    original = scores_panel.original_of(run, dataset)
    scores_panel.headline(run, original)
    if original is not None:
        st.caption(f"Arrows: the change from {library.load(original.spec.dataset).name}, before the flags.")
    trained_note(run, dataset, ExploreState.desk)
    for problem in run.failures[:5]:
        st.warning(f"{problem.file}: {problem.detail}", icon=":material/warning:")
    acoustic_notice(run)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        event = embedding_map(data, MapProps(ExploreState.map, clip_desk.GROUP, dataset.id, height=600))
    st.subheader("Go through clips")
    rows, name = chosen_rows(run, dataset, event)
    selection.show(run, dataset, rows, clip_desk.GROUP, pick=clip_desk.take)
    with right.container(key=ClipState.desk):
        clip_desk.clip_desk(run, dataset, rows, name, ExploreState.desk)
    clip_desk.flags_panel(dataset, ExploreState.desk, go_through=lambda: go_through_flags(run, dataset))
    labels = st.expander("Labels and clusters", key=ExploreState.labels, on_change="rerun")
    if labels.open:
        with labels:
            scores_panel.details(run, dataset, is_dark())
    with st.expander("Where this result comes from", key=ExploreState.provenance):
        st.json(run.provenance, expanded=True)
    scroll()
    write_url()  # this fragment runs without the frame around it


def show() -> None:
    """Show the page below its title."""
    spec = pick_run(background=True)
    if spec is None:
        ask_for_a_dataset()
    pick_unit(spec.dataset)
    try:
        ready = registry.checkpoint_state(spec.model, spec.checkpoint).available
        run = (
            runs.open_run(spec) if ready else None
        )  # without its weights a model cannot say what its results are
        if run is None:
            dataset = library.load(spec.dataset)
            compute_card.show(
                runs.job_for(spec),
                lambda: runs.start(spec),
                title="This map is not computed yet",
                text=f"{registry.card(spec.model).title} will listen to the {len(dataset.clips):,} clips of "
                f"{dataset.name}.",
                models=[spec],
            )
        else:
            clip_desk.check_clip(run.rows)
            explore(run)
    except BiovizError as error:
        st.error(str(error), icon=":material/error:")
