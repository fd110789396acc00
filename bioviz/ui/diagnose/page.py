"""Diagnose: where, how much and why labelled sounds and background are confused, and what to do about it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from bioviz import jobs, runs
from bioviz.analysis.diagnosis.diagnose import Diagnosis
from bioviz.counts import counted_clips
from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.errors import BiovizError, Missing
from bioviz.models import registry
from bioviz.plots import palette
from bioviz.plots.map_data import Categories, MapData, Measure
from bioviz.runs.diagnosis import diagnosis_key, job_params, read_diagnosis, start_diagnosis
from bioviz.ui.app.notices import plain
from bioviz.ui.app.page_part import page_part
from bioviz.ui.app.pages import ask_for_a_dataset
from bioviz.ui.app.parts import check_part
from bioviz.ui.app.scroll import scroll
from bioviz.ui.app.theme import is_dark
from bioviz.ui.clips import clip_desk, selection
from bioviz.ui.clips.ab_pairs import nearest_for_ab
from bioviz.ui.clips.run_map import map_data, marks_state, with_marks
from bioviz.ui.components.ab_player.ab_listening import ab_listening
from bioviz.ui.components.embedding_map.embedding_map import MapProps, embedding_map
from bioviz.ui.components.finding_cards.finding_cards import finding_cards
from bioviz.ui.components.shared.about_clip import about_clip
from bioviz.ui.components.shared.act_link import act_link
from bioviz.ui.diagnose.cards import cards
from bioviz.ui.diagnose.case import Case
from bioviz.ui.diagnose.group_comparison import group_comparison
from bioviz.ui.diagnose.opening import (
    MAP_HEIGHT,
    chosen_line,
    leave_no_room_for_the_map,
    open_line,
    opening_clip,
    set_style,
    show_head,
)
from bioviz.ui.diagnose.sections import BELOW_THE_MAP, SECTIONS
from bioviz.ui.job_cards import compute_card
from bioviz.ui.notes.acoustic_notice import acoustic_notice
from bioviz.ui.notes.trained_note import trained_note
from bioviz.ui.pickers.run_picker import pick_run_in_bar
from bioviz.ui.pickers.section_picker import pick_section
from bioviz.ui.state import ClipState, DiagnoseState
from bioviz.ui.view import keep_known, view, write_url

TITLE = "Why is it confused?"


@st.cache_resource(max_entries=4, show_spinner=False)
def diagnosis_of(key: str) -> Diagnosis | None:
    return read_diagnosis(key)


@st.cache_resource(max_entries=4, show_spinner=False)
def points(run_key: str, state: str, diagnosis_key: str, dark: bool) -> MapData:
    """Return the map with the measures of confusion as first colourings."""
    run, d = runs.run_by_key(run_key), diagnosis_of(diagnosis_key)
    if d is None:
        raise Missing("This diagnosis is no longer in the cache. Compute it again.")
    data = map_data(run, library.load(run.spec.dataset), dark)
    causes = [*d.triage.all_titles, "not confused"]
    colours = (*palette.sequence_colours(len(causes) - 1), palette.BACKGROUND_COLOUR)
    measures = (
        Measure(
            "confusion",
            "Noise confusion",
            d.clips.judged.confusion.astype(np.float32),
            "0 to 1",
            low=0,
            high=1,
        ),
        Categories.from_codes(
            "cause",
            "Likeliest causes",
            np.where(d.triage.cause < 0, len(causes) - 1, d.triage.cause),
            causes,
            colours,
        ),
        Measure("purity", "Neighborhood purity", d.clips.purity.astype(np.float32), "0 to 1", low=0, high=1),
        Measure("outlier", "Local outlier factor", d.clips.outlier.astype(np.float32)),
    )
    return replace(data, colourings=(*measures, *data.colourings))


@st.cache_resource(max_entries=4, show_spinner=False)
def marked_points(run_key: str, state: str, diagnosis_key: str, marks: str, dark: bool) -> MapData:
    """Return `points` with flags and drawn annotations as marks, made anew when one of these has changed."""
    run = runs.run_by_key(run_key)
    return with_marks(points(run_key, state, diagnosis_key, dark), run, library.load(run.spec.dataset), dark)


def compare_groups(case: Case, lasso: np.ndarray | None) -> None:
    """Choose two groups (a lasso against another, against the rest, labels ...) and show what tells them apart."""
    run, d, names = case.run, case.diagnosis, case.diagnosis.names
    if lasso is not None and st.button(
        "Keep the selection on the map as a group",
        key=DiagnoseState.keep_group,
        help="Then draw a second lasso beside it.",
    ):
        DiagnoseState.kept_group.set((run.key, lasso))
    confused = d.clips.judged.confusion > 0.5
    groups = {"selected on the map": np.empty(0, dtype=np.int64) if lasso is None else lasso}
    kept_group = DiagnoseState.kept_group.get()
    if kept_group is not None and kept_group[0] == run.key:
        groups["kept selection"] = kept_group[1]
    groups["confused labelled clips"] = run.rows[confused & (run.targets > 0)]
    groups["labelled clips that are not confused"] = run.rows[~confused & (run.targets > 0)]
    groups |= {name: run.rows[run.targets == target] for target, name in enumerate(names)}
    rest = "all other clips"
    left, right = st.columns(2)
    first = left.selectbox(
        "First group",
        list(groups),
        index=0 if lasso is not None else list(groups).index("confused labelled clips"),
        key=DiagnoseState.first_group,
    )
    second = right.selectbox("Second group", [rest, *groups], key=DiagnoseState.second_group)
    second_rows = np.setdiff1d(run.rows, groups[first]) if second == rest else groups[second]
    group_comparison(
        run,
        case.dataset,
        groups[first],
        second_rows,
        (first, second),
        dark=case.dark,
        columns=d.triage.columns,
    )


def go_through_flags(run: runs.Run, dataset: Dataset) -> None:
    """Make the flagged clips the list of the page, and select the first."""
    DiagnoseState.section.set("flagged")
    clip_desk.take_first(clip_desk.flagged_rows(run, dataset))


@page_part
def diagnose(run: runs.Run, key: str, d: Diagnosis) -> None:
    """Show the verdict, its figures, the map and the selected clip."""
    dataset = library.load(run.spec.dataset)
    data = marked_points(run.key, run.state, key, marks_state(dataset.id), is_dark())
    keep_known("measure", [colouring.id for colouring in data.offered], "colouring of this map")
    case = Case(run, dataset, d, is_dark())
    if DiagnoseState.section.get() not in SECTIONS:
        DiagnoseState.section.set(view().section if view().section in SECTIONS else "labels")
    opening_clip(case, DiagnoseState.section.get())
    act_link(clip_desk.GROUP, dataset.id, ("clip", "measure"))
    show_head(run, d)
    finding_cards(
        cards(d),
        key=DiagnoseState.cards,
        label="Findings",
        chosen=chosen_line(DiagnoseState.section.get()),
        opened=open_line,
    )
    titles = {name: title for name, (title, _) in SECTIONS.items()}
    section = pick_section(titles, DiagnoseState.part, DiagnoseState.section)
    acoustic_notice(run)
    trained_note(run, dataset, DiagnoseState.desk)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        # So that the map is never mounted anew.
        above, on_map, below = st.container(), st.container(key=DiagnoseState.map_room), st.container()
        with below if section in BELOW_THE_MAP else above:
            chosen = SECTIONS[section][1](case)
        rows = run.rows[chosen.places]
        props = MapProps(
            DiagnoseState.map, clip_desk.GROUP, dataset.id, colour_kind="measure", height=MAP_HEIGHT
        )
        selected = None
        if not chosen.blind:  # a map would tell what the model makes of a clip
            with on_map:
                selected = embedding_map(data, props).rows
        else:
            leave_no_room_for_the_map()
    st.subheader(plain(counted_clips(len(rows), chosen.name)))
    why_shown = [d.triage.evidence(int(position), d.names) for position in chosen.places[: selection.LINES]]

    def evidence(lines: np.ndarray) -> list[str]:
        beyond = chosen.places[lines[len(why_shown) :]]
        return [*why_shown[: len(lines)], *(d.triage.evidence(int(position), d.names) for position in beyond)]

    extra = {} if chosen.blind else {"confusion": case.confusion[chosen.places], "why": evidence}
    selection.show(run, dataset, rows, clip_desk.GROUP, extra, pick=clip_desk.take, blind=chosen.blind)
    with right.container(key=ClipState.desk):
        why_box = st.container(
            key=DiagnoseState.why
        )  # always there, so that the inspector below is never mounted anew
        if any(why_shown) and not chosen.blind:
            longest = int(np.argmax([len(text) for text in why_shown]))
            with why_box.container(key=DiagnoseState.why_room):
                st.info(_said_of(d, int(chosen.places[longest]), why_shown[longest]))
        clip_desk.clip_desk(None if chosen.blind else run, dataset, rows, chosen.name, DiagnoseState.desk)
        row = clip_desk.selected_clip()
        position = run.position(row) if row is not None and row in run else None
        why = "" if position is None or chosen.blind else d.triage.evidence(position, d.names)
        if row is not None and position is not None and why:
            with why_box, about_clip(dataset.id, row, key=DiagnoseState.cause_of_clip, group=clip_desk.GROUP):
                st.info(_said_of(d, position, why))
    if row is not None and position is not None:
        listening = st.expander(
            "Hear it against its nearest neighbors", key=DiagnoseState.listening, on_change="rerun"
        )
        if listening.open:
            with (
                listening,
                about_clip(dataset.id, row, key=DiagnoseState.neighbors_of_clip, group=clip_desk.GROUP),
            ):
                neighbors = nearest_for_ab(run, dataset, row)
                ab_listening(
                    dataset, row, neighbors, key=DiagnoseState.player, group=clip_desk.GROUP, run_key=run.key
                )
    told_apart = st.expander(
        "What tells two groups of clips apart", key=DiagnoseState.groups, on_change="rerun"
    )
    if told_apart.open:
        with told_apart:
            compare_groups(case, selected)
    clip_desk.flags_panel(dataset, DiagnoseState.desk, go_through=lambda: go_through_flags(run, dataset))
    scroll()
    write_url()  # this fragment runs without the frame around it


def _said_of(d: Diagnosis, position: int, why: str) -> str:
    """Return the causes of a clip and what speaks for them, as Markdown."""
    return f"**{plain(d.triage.titles(position).capitalize())}.** {plain(why)}"


def show() -> None:
    """Show the page; its title is the verdict's sentence where there is one."""
    set_style()
    bar, title = st.container(), st.empty()
    title.title(TITLE)
    with bar:
        spec = pick_run_in_bar(background=False, neighbors=True)
    if spec is None:
        ask_for_a_dataset()
    check_part()
    k = view().k
    try:
        run = (
            runs.open_run(spec) if registry.checkpoint_state(spec.model, spec.checkpoint).available else None
        )
        key = None if run is None else diagnosis_key(run, k)
        diagnosis = None if key is None else diagnosis_of(key)
        if run is None or key is None or diagnosis is None:
            diagnosis_of.clear()  # an absent one must not be remembered
            dataset = library.load(spec.dataset)
            job = jobs.find("diagnosis", job_params(spec, k))
            if run is None and (job is None or job.is_over):
                job = runs.job_for(spec)  # the map that the diagnosis rests on may be under way
            compute_card.show(
                job,
                lambda: start_diagnosis(spec, k),
                title="This diagnosis is not computed yet",
                text=f"It looks at the {k} nearest neighbors of each of the {len(dataset.clips):,} clips of "
                f"{dataset.name}, as {registry.card(spec.model).title} hears them.",
                models=[spec],
            )
        else:
            title.empty()
            if view().clip >= 0:
                DiagnoseState.opened.set(run.key)  # a link names the clip, even if it is not here
            clip_desk.check_clip(run.rows)
            diagnose(run, key, diagnosis)
    except BiovizError as error:
        st.error(plain(str(error)), icon=":material/error:")
