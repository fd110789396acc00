"""The head of the Diagnose page, and what its sentence, cards and steps open."""

from __future__ import annotations

import numpy as np
import streamlit as st

from bioviz.analysis.diagnosis.diagnose import Diagnosis
from bioviz.analysis.diagnosis.verdict.headline import headline
from bioviz.analysis.diagnosis.verdict.verdict import verdict
from bioviz.runs import Run
from bioviz.ui import next_steps
from bioviz.ui.app.notices import plain
from bioviz.ui.diagnose.cards import CAUSES, LABELS
from bioviz.ui.diagnose.case import Case, worst_first
from bioviz.ui.state import DiagnoseState
from bioviz.ui.view import set_view, view

MAP_HEIGHT = "max(260px, calc(100vh - var(--bioviz-bar-height, 0px) - 545px))"
"""So that the legend below it is in the window."""

_STYLE = (
    f"<style>.st-key-{DiagnoseState.cards}{{min-height:220px}}"  # the cards' room is there before the cards
    # So is the map's, with its tools, legend and the line below.
    f".st-key-{DiagnoseState.map_room}{{min-height:calc({MAP_HEIGHT} + 100px)}}"
    # What is said of a clip has the room of the longest that is said of one of the list: nothing is cut or moves.
    f".st-key-{DiagnoseState.why}{{display:grid}}.st-key-{DiagnoseState.why}>*{{grid-area:1/1;min-width:0}}"
    f".st-key-{DiagnoseState.why_room}{{visibility:hidden}}"
    f".st-key-{DiagnoseState.why} [data-testid=stAlertContainer]{{padding:8px 12px}}"
    f".st-key-{DiagnoseState.why} p{{font-size:13px;line-height:18px}}</style>"
)
_NO_MAP = f"<style>.st-key-{DiagnoseState.map_room}{{min-height:0!important}}</style>"


def set_style() -> None:
    """Say how the page looks; before anything of it is drawn, so that nothing moves when it is."""
    st.html(_STYLE)


def leave_no_room_for_the_map() -> None:
    """Take back the room of the map, where what is shown is shown without it."""
    st.html(_NO_MAP)


def show_head(run: Run, d: Diagnosis) -> None:
    """Show the one sentence with the next beside it, and what can be done next."""
    head = headline(verdict(d))
    with st.container(key=DiagnoseState.head):
        st.title(plain(head.text))
        left, right = st.columns([5, 6], vertical_alignment="center", gap="medium")
        if head.detail:
            left.text(head.detail)
        with right, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            next_steps.compare_with_start(run.spec, DiagnoseState.step("start"))
            next_steps.finetune_and_compare(run.spec, DiagnoseState.step("finetune"))
            next_steps.without_background(run.spec, DiagnoseState.step("without"))
            st.button(
                "Worst clips now",
                key=DiagnoseState.step("worst"),
                icon=":material/priority_high:",
                help="Go through the labelled clips that lie deepest in background, the worst first.",
                on_click=open_section,
                args=("worst",),
            )


def open_section(section: str) -> None:
    """Open a part of the page and no clip, so that its first is selected; called before a run."""
    DiagnoseState.section.set(section)
    DiagnoseState.opened.set("")
    set_view(clip=-1)


def open_line(card: str, line: str) -> None:
    """Open what is behind a line of a card; called before a run."""
    if card == LABELS:
        DiagnoseState.label.set(int(line))
        open_section("labels")
    elif card == CAUSES:
        DiagnoseState.cause.set(line)
        open_section("triage")
    else:
        DiagnoseState.section.set("places" if line.startswith("coarser:") else "scores")


def chosen_line(section: str) -> tuple[str, str] | None:
    """Card and line that the open part of the page is of."""
    if section == "labels":
        return LABELS, str(DiagnoseState.label.get())
    if section == "triage":
        return CAUSES, str(DiagnoseState.cause.get())
    return None


def opening_clip(case: Case, section: str) -> None:
    """Select the first clip of what is open, once for a run and once for each click on a line; before `act_link`."""
    if DiagnoseState.opened.get() == case.run.key or view().clip >= 0:
        return
    DiagnoseState.opened.set(case.run.key)
    d = case.diagnosis
    places = np.flatnonzero(case.run.targets > 0)
    if section == "labels" and len(d.labels.ranking):
        label = DiagnoseState.label.get()
        places = np.flatnonzero(case.of_label(int(d.labels.ranking[0] if label is None else label)))
    elif section == "triage":
        cause = DiagnoseState.cause.get()
        commonest = d.triage.causes[int(d.triage.counts.sum(axis=1).argmax())]
        places = np.flatnonzero(d.triage.of(cause if cause in d.triage.causes else commonest))
    worst = worst_first(case, places, "").places
    if len(worst):
        set_view(clip=int(case.run.rows[worst[0]]))
