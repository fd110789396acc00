"""Compare: two maps of the same clips, linked, and what changed from one to the other."""

from __future__ import annotations

import numpy as np
import streamlit as st

from bioviz import jobs, runs
from bioviz.analysis.comparison.headline import not_held
from bioviz.analysis.unit_words import UnitWords
from bioviz.counts import counted_clips
from bioviz.datasets import library
from bioviz.errors import BiovizError, Missing
from bioviz.models import registry
from bioviz.plots import palette
from bioviz.plots.map_data import MapData
from bioviz.reports.comparison import comparison_report
from bioviz.runs.comparison import (
    Comparison,
    ComparisonSpec,
    comparison_key,
    job_params,
    read_comparison,
    start_comparison,
)
from bioviz.runs.heard import flattered
from bioviz.ui.app.notices import plain
from bioviz.ui.app.page_part import page_part
from bioviz.ui.app.pages import ask_for_a_dataset
from bioviz.ui.app.parts import check_part
from bioviz.ui.app.theme import is_dark
from bioviz.ui.clips import clip_desk, selection
from bioviz.ui.compare.cards import cards
from bioviz.ui.compare.case import Case, Chosen
from bioviz.ui.compare.head import MAP_HEIGHT, among_background, open_card, set_style, show_head
from bioviz.ui.compare.maps import comparison_maps
from bioviz.ui.compare.pickers import pick_comparison, titles
from bioviz.ui.compare.sections import SECTIONS
from bioviz.ui.compare.training import outcomes, tested
from bioviz.ui.components.embedding_map.embedding_map import MapEvent, MapProps, embedding_map
from bioviz.ui.components.embedding_map.shared_legend import shared_legend
from bioviz.ui.components.finding_cards.finding_cards import finding_cards
from bioviz.ui.components.gallery.gallery import gallery
from bioviz.ui.components.shared.about_clip import about_clip
from bioviz.ui.components.shared.act_link import act_link
from bioviz.ui.job_cards import compute_card
from bioviz.ui.pickers.section_picker import pick_section
from bioviz.ui.state import CompareState
from bioviz.ui.view import keep_known, set_view, view, write_url

NEIGHBORS = 8
TITLE = "Compare"


@st.cache_resource(max_entries=4, show_spinner=False)
def comparison_of(key: str) -> Comparison | None:
    return read_comparison(key)


@st.cache_resource(max_entries=4, show_spinner=False)
def points(
    left_key: str, right_key: str, key: str, states: tuple[str, str], dark: bool
) -> tuple[MapData, MapData]:
    """Both maps' points; cached, since making them for 100,000 clips takes a moment."""
    left, right = (runs.run_by_key(key) for key in (left_key, right_key))
    comparison = comparison_of(key)
    if comparison is None:
        raise Missing("This comparison is no longer in the cache. Compute it again.")
    return comparison_maps(comparison, left, right, dark)


def neighbors_right(case: Case, row: int) -> np.ndarray:
    """Rows, in the left dataset, of the clip's nearest neighbors on the right that both sides have."""
    places = np.flatnonzero(case.left.rows[case.comparison.left_places] == row)
    if not len(places):
        return np.empty(0, dtype=np.int64)
    graph = case.right.knn_cross_unit if case.comparison.changes.elsewhere else case.right.graph
    back = np.full(len(case.right), -1, dtype=np.int64)
    back[case.comparison.right_places] = case.left.rows[case.comparison.left_places]
    near = np.asarray(graph.indices[case.comparison.right_places[places[0]]])
    rows = back[near[near >= 0]]
    return rows[rows >= 0][:NEIGHBORS]


def last_lasso(case_rows: np.ndarray, events: tuple[MapEvent, MapEvent]) -> np.ndarray | None:
    """Places, among the clips compared, inside the lasso that was drawn last; a new one opens its list."""
    latest = next((event for event in events if event.rows is not None), events[0])
    if latest.selected_at != CompareState.seen_selection.get():
        CompareState.seen_selection.set(latest.selected_at)
        if latest.rows is not None:
            CompareState.section.set("lasso")
    return None if latest.rows is None else np.flatnonzero(np.isin(case_rows, latest.rows))


@page_part
def compare(left: runs.Run, right: runs.Run, spec: ComparisonSpec, key: str, comparison: Comparison) -> None:
    """Show the linked maps, what changed, and the selected clip."""
    dataset = library.load(left.spec.dataset)
    rows_compared = left.rows[comparison.left_places]
    names = titles(spec)
    data = points(left.key, right.key, key, (left.state, right.state), is_dark())
    keep_known("colour", [colouring.id for colouring in data[0].offered], "colouring of these maps")
    keep_known("arrows", comparison.changes.names, "label")
    act_link(clip_desk.GROUP, dataset.id)
    taught, warnings = outcomes(spec), flattered(spec, dataset, rows_compared)
    notes, own, arrows_of = [*taught, *warnings], tested(spec), view().arrows
    lock = show_head(comparison, spec)
    with st.container(key=CompareState.notes):
        for sentence in taught:
            st.text(sentence)
        for sentence in warnings:
            st.warning(plain(sentence))
    events = two_maps(data, comparison, names, dataset.id, lock)
    selected = last_lasso(rows_compared, events)
    case = Case(comparison, left, right, dataset, names, is_dark(), selected, own)
    wide, narrow = st.columns([3, 2], gap="medium")
    with wide:
        chosen = part(case)
        rows = rows_compared[chosen.places]
        st.subheader(plain(counted_clips(len(rows), chosen.name)))
        extra = {
            "confusion left": comparison.changes.left.confusion.confusion[chosen.places],
            "confusion right": comparison.changes.right.confusion.confusion[chosen.places],
            "neighbors changed": comparison.changes.moved[chosen.places],
        }
        selection.show(left, dataset, rows, clip_desk.GROUP, extra, pick=clip_desk.take)
    with narrow:
        inspect(case, chosen.name, rows)
    fewer = max(len(left), len(right)) - len(comparison)
    st.caption(
        f"{len(comparison):,} clips on both sides"
        + (f"; {fewer:,} that one side lacks are left out" if fewer else "")
        + f". Procrustes disparity of the maps: {comparison.fit.misfit:.2f} (0 the same, 1 nothing in common)."
    )
    st.download_button(
        "Report (HTML)",
        lambda: comparison_report(
            comparison, left, right, dataset, names, spec.layout, notes, own, arrows_of
        ),
        f"bioviz_{dataset.id}_comparison.html",
        "text/html",
        icon=":material/download:",
        key=CompareState.report,
        on_click="ignore",
        help="Figures, tables, settings and provenance in one file that opens without a network.",
    )
    with st.expander("Where this result comes from", key=CompareState.provenance):
        st.json({"left": left.provenance, "right": right.provenance}, expanded=False)
    write_url()  # this fragment runs without the frame around it


def two_maps(
    data: tuple[MapData, MapData], comparison: Comparison, names: tuple[str, str], dataset_id: str, lock: bool
) -> tuple[MapEvent, MapEvent]:
    """Draw both maps with what changed between them, and the legend that they share."""
    left, middle, right = st.columns([5, 2, 5], gap="small")
    counts = among_background(comparison.changes)
    events, shared = [], None
    for column, side, title, count, points_of in zip(
        (left, right), ("left", "right"), names, counts, data, strict=True
    ):
        shared = MapProps(
            key=CompareState.map(side),
            group=clip_desk.GROUP,
            dataset_id=dataset_id,
            lock_view=lock,
            height=MAP_HEIGHT,
            label=f"{side} map: {title}",
            headline=f"{side.capitalize()}: {title}\n{count}",
            legend=False,
        )
        with column:
            events.append(embedding_map(points_of, shared))
    with middle, st.container(key=CompareState.between):
        finding_cards(
            cards(comparison.changes), key=CompareState.cards, label="Differences that hold", opened=open_card
        )
        st.caption(plain(not_held(comparison.changes)))
    if shared is not None:
        shared_legend(data, shared, CompareState.legend)
    return events[0], events[1]


def open_first(left: runs.Run, comparison: Comparison, key: str) -> None:
    """Select the first clip that left the background's neighborhood or entered it, once for a comparison."""
    if CompareState.opened.get() == key:
        return
    CompareState.opened.set(key)
    moves = comparison.changes.transitions["confusion"]
    first = next((places for places in (moves.rescued, moves.broken) if len(places)), None)
    if view().clip < 0 and first is not None:
        set_view(clip=int(left.rows[comparison.left_places[int(first[0])]]))


def part(case: Case) -> Chosen:
    """Draw the part of the page that is open."""
    if CompareState.section.get() not in SECTIONS:
        CompareState.section.set(view().section if view().section in SECTIONS else next(iter(SECTIONS)))
    titles = {name: title for name, (title, _) in SECTIONS.items()}
    section = pick_section(titles, CompareState.part, CompareState.section)
    return SECTIONS[section][1](case)


def inspect(case: Case, name: str, rows: np.ndarray) -> None:
    """Show the selected clip with its neighbors on the left, and below those on the right."""
    clip_desk.clip_desk(case.left, case.dataset, rows, name, CompareState.desk)
    current = clip_desk.selected_clip()
    if current is None:
        return
    near = neighbors_right(case, current)
    unit = UnitWords(case.dataset.independence.unit.noun)
    units = f"in {unit.other}" if case.comparison.changes.elsewhere else f"in all {unit.several}"
    with about_clip(case.dataset.id, current, key=CompareState.right_of_clip, group=clip_desk.GROUP):
        st.caption(f"Neighbors above: on the left. Nearest on the right, {units}:")
        gallery(
            case.dataset,
            near,
            labels=[case.dataset.target_names[target] for target in case.dataset.targets[near]],
            group=clip_desk.GROUP,
            key=CompareState.right_neighbors,
            colours=palette.colours_for(case.dataset.target_names),
            height=260,
            empty="None of its neighbors on the right is on the left.",
        )


def can_start(spec: ComparisonSpec) -> bool:
    """Whether two sides differ and the weights of both are here."""
    sides = (spec.left, spec.right)
    return spec.left != spec.right and all(
        registry.checkpoint_state(side.model, side.checkpoint).available for side in sides
    )


def show() -> None:
    """Show the page below its title."""
    set_style()
    bar, title = st.container(), st.empty()
    title.title(TITLE)
    with bar:
        spec = pick_comparison()
    if spec is None:
        ask_for_a_dataset()
    check_part()
    start_now = CompareState.start_now.pop()
    try:
        left_run, right_run = (
            runs.open_run(side) if registry.checkpoint_state(side.model, side.checkpoint).available else None
            for side in (spec.left, spec.right)
        )
        key = comparison = None
        if left_run is not None and right_run is not None:
            key = comparison_key(left_run, right_run, spec.layout, spec.k)
            comparison = comparison_of(key)
        if left_run is None or right_run is None or key is None or comparison is None:
            comparison_of.clear()  # an absent one must not be remembered
            left, right = titles(spec)
            same = "Both sides are the same. Choose another model, checkpoint or dataset for one of them."
            job = jobs.find("comparison", job_params(spec))
            if start_now and job is None and can_start(spec):
                job = start_comparison(spec)
            if job is None or job.is_over:
                at_work = [
                    runs.job_for(side)
                    for side, run in ((spec.left, left_run), (spec.right, right_run))
                    if not run
                ]
                job = next(
                    (side_job for side_job in at_work if side_job is not None and not side_job.is_over), job
                )
            compute_card.show(
                job,
                lambda: start_comparison(spec),
                title="This comparison is not computed yet",
                text="\n".join([f"Left: {left}", f"Right: {right}", *outcomes(spec)]),
                models=[spec.left, spec.right],
                button="Compare them",
                key=CompareState.compute,
                blocked=same if spec.left == spec.right else "",
            )
        else:
            title.empty()
            open_first(left_run, comparison, key)
            clip_desk.check_clip(left_run.rows[comparison.left_places])
            compare(left_run, right_run, spec, key, comparison)
    except BiovizError as error:
        st.error(plain(str(error)), icon=":material/error:")
