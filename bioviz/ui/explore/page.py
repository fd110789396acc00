"""Explore: from a dataset and a model to a map one can click and hear."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from bioviz import runs
from bioviz.analysis.misclustered import words
from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.errors import BiovizError
from bioviz.models import registry
from bioviz.plots import palette
from bioviz.plots.map_data import MapData
from bioviz.runs.diagnosis import open_diagnosis
from bioviz.runs.stages import last_change
from bioviz.ui import next_steps
from bioviz.ui.app.notices import plain
from bioviz.ui.app.page_part import page_part
from bioviz.ui.app.pages import ask_for_a_dataset, open_page
from bioviz.ui.app.scroll import scroll
from bioviz.ui.app.theme import is_dark
from bioviz.ui.clips import clip_desk, selection
from bioviz.ui.clips.run_map import map_data, marks_state, with_marks
from bioviz.ui.components.bench.bench import BenchProps, Tab, bench
from bioviz.ui.components.embedding_map.embedding_map import MapProps, MapRegion, read_selection
from bioviz.ui.components.shared import acts
from bioviz.ui.components.shared.act_link import act_link
from bioviz.ui.explore import scores_panel
from bioviz.ui.explore.clip_lists import (
    ALL,
    FLAGGED,
    LABEL,
    SELECTED,
    ClipList,
    chosen_list,
    clip_lists,
    first_list,
    label_of,
)
from bioviz.ui.explore.regions import regions_of
from bioviz.ui.explore.view_menu import view_menu
from bioviz.ui.job_cards import compute_card
from bioviz.ui.notes.acoustic_notice import acoustic_notice
from bioviz.ui.notes.trained_note import trained_note
from bioviz.ui.pickers.run_picker import pick_run_in_bar
from bioviz.ui.state import DiagnoseState, ExploreState
from bioviz.ui.view import act_log, keep_known, set_view, view, write_url


@st.cache_resource(max_entries=4, show_spinner=False)
def points(run_key: str, state: str, dark: bool) -> MapData:
    """Return the map's points; cached, since making them for 100,000 clips takes a moment."""
    run = runs.run_by_key(run_key)
    return map_data(run, library.load(run.spec.dataset), dark)


@st.cache_resource(max_entries=4, show_spinner=False)
def marked_points(run_key: str, state: str, marks: str, dark: bool) -> MapData:
    """Return them with flags and drawn annotations as marks, made anew when one of these has changed."""
    run = runs.run_by_key(run_key)
    return with_marks(points(run_key, state, dark), run, library.load(run.spec.dataset), dark)


@st.cache_resource(max_entries=4, show_spinner=False)
def regions(run_key: str, state: str, changed: int, _run: runs.Run) -> list[MapRegion]:
    """Return the regions that are outlined; remembered, as the key of a diagnosis is of everything it rests on."""
    return regions_of(_run, open_diagnosis(_run))


def lists_of(run: runs.Run, dataset: Dataset, data: MapData) -> list[ClipList]:
    """Return the lists as they are now: with what is selected, flagged, and the label that is looked at."""
    selected = read_selection(data, act_log().get(acts.SELECTION)).rows
    label = label_of(view().list, len(run.target_names))
    return clip_lists(run, clip_desk.flagged_rows(run, dataset), selected, label)


def take_a_clip(lists: Sequence[ClipList]) -> None:
    """Select the first clip of the chosen list where none is selected: the inspector always holds one."""
    chosen = chosen_list(lists, view().list)
    rows = chosen.rows if len(chosen.rows) else first_list(lists).rows
    if view().clip < 0 and len(rows):
        set_view(clip=int(rows[0]))


def draw_bench(run: runs.Run, dataset: Dataset, data: MapData, lists: Sequence[ClipList]) -> None:
    """Draw map, inspector and the strip of lists."""
    known_here = (SELECTED, ALL)  # the browser has these clips
    tabs = [
        Tab(
            each.id,
            each.title,
            None if each.id in known_here else each.rows,
            each.noun,
            each.order,
            each.empty,
        )
        for each in lists
    ]
    headline = words.headline(run.placement.counts, run.chance)
    outlined = regions(run.key, run.state, last_change(), run)
    bench(
        data,
        dataset,
        BenchProps(
            ExploreState.bench,
            MapProps(
                ExploreState.bench,
                clip_desk.GROUP,
                dataset.id,
                fill=True,
                headline=headline,
                regions=outlined,
            ),
            ExploreState.desk,
            run.key,
            tabs,
            first_list(lists).id,
            [(f"{LABEL}{target}", name) for target, name in enumerate(run.target_names)],
            palette.colours_for(dataset.target_names, is_dark()),
            palette.shapes_for(dataset.target_names),
        ),
    )


def answer_why() -> None:
    """Open Diagnose where the map was asked why a region lies where it does."""
    asked = act_log().get(acts.WHY)
    if asked is not None and asked.number > ExploreState.answered_why.get():
        ExploreState.answered_why.set(asked.number)
        set_view(section="triage")
        DiagnoseState.section.set("triage")
        open_page("diagnose.py")


def go_through_flags(run: runs.Run, dataset: Dataset) -> None:
    """Make the flagged clips the list of the page, and select the first."""
    set_view(list=FLAGGED)
    clip_desk.take_first(clip_desk.flagged_rows(run, dataset))


@page_part
def explore(run: runs.Run) -> None:
    """Show the bench of a run that is there, and below it what is looked at less often."""
    dataset = library.load(run.spec.dataset)
    data = marked_points(run.key, run.state, marks_state(dataset.id), is_dark())
    keep_known("colour", [colouring.id for colouring in data.offered], "colouring of this map")
    lists = lists_of(run, dataset, data)
    keep_known("list", [each.id for each in lists], "list of clips")
    take_a_clip(lists)
    act_link(clip_desk.GROUP, dataset.id, (acts.CLIP, "colour", acts.CLIP_LIST))
    answer_why()
    lists = lists_of(run, dataset, data)  # as the browser has told by now
    draw_bench(run, dataset, data, lists)
    below(run, dataset, chosen_list(lists, view().list))
    scroll()
    write_url()  # this fragment runs without the frame around it


def below(run: runs.Run, dataset: Dataset, chosen: ClipList) -> None:
    """Draw what stands below the bench: notes, scores, the list as a table, flags, clusters, provenance."""
    trained_note(run, dataset, ExploreState.desk)
    for problem in run.failures[:5]:
        st.warning(f"{plain(problem.file)}: {plain(problem.detail)}", icon=":material/warning:")
    acoustic_notice(run)
    if run.notes:
        st.caption(" ".join(run.notes))
    with st.container(key=ExploreState.scores):
        original = scores_panel.original_of(run, dataset)
        scores_panel.headline(run, original)
        if original is not None:
            st.caption(
                f"Arrows: the change from {plain(library.load(original.spec.dataset).name)}, before the flags."
            )
    with st.container(key=ExploreState.clips):
        st.subheader(f"{plain(chosen.title)}: {len(chosen.rows):,}")
        if chosen.order:
            st.caption(plain(chosen.order))
        selection.show(run, dataset, np.asarray(chosen.rows), clip_desk.GROUP, pick=clip_desk.take)
    clip_desk.flags_panel(dataset, ExploreState.desk, go_through=lambda: go_through_flags(run, dataset))
    labels = st.expander("Labels and clusters", key=ExploreState.labels, on_change="rerun")
    if labels.open:
        with labels:
            scores_panel.details(run, dataset, is_dark())
    with st.expander("Where this result comes from", key=ExploreState.provenance):
        st.json(run.provenance, expanded=True)


def menus(spec: runs.RunSpec) -> None:
    """Draw, in the line of pickers, the saved views and what can be done next by one click."""
    view_menu(spec.dataset)
    with st.popover("Actions", icon=":material/bolt:"):
        next_steps.worst_clips(ExploreState.step("worst"))
        next_steps.without_background(spec, ExploreState.step("without"))
        next_steps.finetune_and_compare(spec, ExploreState.step("finetune"))
        next_steps.compare_with_start(spec, ExploreState.step("start"))


def show() -> None:
    """Show the page below its title."""
    spec = pick_run_in_bar(menu=menus)
    if spec is None:
        ask_for_a_dataset()
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
            clip_desk.check_clip(run.rows, "The first of the list is shown.")
            explore(run)
    except BiovizError as error:
        st.error(plain(str(error)), icon=":material/error:")
