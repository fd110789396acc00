"""The parts of the Compare page: each shows its figures and returns the clips to go through."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from bioviz.analysis.comparison.score_differences import Difference
from bioviz.analysis.comparison.transitions import RULES, Transitions
from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.analysis.neighbors.jackknife import MIN_UNITS
from bioviz.analysis.unit_words import UNITS, UnitWords
from bioviz.counts import UNKNOWN
from bioviz.plots import comparison as figures
from bioviz.reports.comparison import TESTED_WORDS
from bioviz.reports.comparison_parts import (
    FLOW_CAPTION,
    arrows_caption,
    arrows_figure,
    flow_figure,
    label_of_arrows,
    label_rows,
    most_moving,
    sides_of,
)
from bioviz.ui.app.notices import plain
from bioviz.ui.chart_clicks import clicked, selected
from bioviz.ui.compare.case import Case, Chosen
from bioviz.ui.compare.maps import FATE_NAMES, FATE_TITLES, FATES
from bioviz.ui.pickers.many_labels import worst_or_all
from bioviz.ui.state import CompareState
from bioviz.ui.view import set_view, view


def scores(case: Case) -> Chosen:
    """Each measure left and right, and in words whether they differ."""
    changes, unit = case.comparison.changes, _unit(case)
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "score": METRIC_INFO[d.name].title,
                    "left": d.left,
                    "right": d.right,
                    "difference": d.difference,
                    "from": d.low,
                    "to": d.high,
                    "larger than its uncertainty": _told(d),
                    "better if": {"high": "higher", "low": "lower"}.get(METRIC_INFO[d.name].best, "–"),
                    "what it means": METRIC_INFO[d.name].text,
                }
                for d in changes.scores
            ]
            + [
                {
                    "score": row.title,
                    "left": row.left,
                    "right": row.right,
                    "difference": row.difference,
                    "from": None,
                    "to": None,
                    "larger than its uncertainty": "cannot be told",
                    "better if": "higher",
                    "what it means": row.text,
                }
                for row in case.tested
            ]
        ),
        hide_index=True,
        placeholder=UNKNOWN,
        height="content",
        column_config={name: _three for name in ("left", "right", "difference", "from", "to")},
        key=CompareState.scores,
    )
    st.caption(
        f"From and to: 95 % interval of the difference, by leaving out one {unit.one} at a time (paired jackknife), "
        "each row for itself. Whether a difference is larger than its uncertainty is judged for all labels and scores "
        "together, which takes more than an interval without 0. "
        "Scores of the map (NMI, ARI, silhouette, misclustered) have none: the chance of one map is not known."
    )
    if case.tested:
        st.caption(TESTED_WORDS)
    for note in changes.notes:
        st.caption(plain(note))
    return moved(case)


def rescued_and_broken(case: Case) -> Chosen:
    """Show the transitions: clips that left the background's neighborhood, and those that entered it."""
    changes = case.comparison.changes
    rule = CompareState.rule.get() or "confusion"
    transitions = changes.transitions[rule]
    counts = {name: len(getattr(transitions, name)) for name in FATES}
    if CompareState.fate.get() not in FATES:
        CompareState.fate.set(next((name for name in FATES if counts[name]), FATES[0]))
    fate = st.segmented_control(
        "Clips",
        list(FATES),
        format_func=lambda name: f"{FATE_NAMES[name]} {counts[name]:,}",
        required=True,
        key=CompareState.fate,
        label_visibility="collapsed",
    )
    fate = fate or FATES[0]  # a required control always has a choice; its type cannot say so
    st.caption(f"{FATE_TITLES[fate].capitalize()}.")
    with st.expander("Counts by label, and what counts as in background"):
        st.radio(
            "In the background's neighborhood means",
            list(RULES),
            format_func=lambda name: f"{RULES[name]} among the {changes.k} nearest",
            key=CompareState.rule,
        )
        _transition_counts(case, transitions)
    return Chosen(np.asarray(getattr(transitions, fate)), f"clips {FATE_TITLES[fate].split(':')[0]}")


def _transition_counts(case: Case, transitions: Transitions) -> None:
    with_clips = np.flatnonzero(transitions.clips)
    st.dataframe(
        pd.DataFrame(
            {
                "label": [case.names[t] for t in with_clips],
                "clips": transitions.clips[with_clips],
                "in, left": transitions.before[with_clips],
                "in, right": transitions.after[with_clips],
                "went out": transitions.left[with_clips],
                "went out, 95 %": _span(transitions.left_low, transitions.left_high, with_clips),
                "came in": transitions.entered[with_clips],
                "came in, 95 %": _span(transitions.entered_low, transitions.entered_high, with_clips),
            }
        ),
        hide_index=True,
        placeholder=UNKNOWN,
        height=210,
        key=CompareState.transitions,
    )
    st.caption(
        f"Counts of clips with 95 % intervals (jackknife over {_unit(case).several}). For background the other side is "
        "meant: in is among labelled clips."
    )


def moved(case: Case) -> Chosen:
    """Clips by how much their neighborhood changed."""
    change = case.comparison.changes.moved
    order = np.argsort(-np.nan_to_num(change, nan=-1), kind="stable")
    return Chosen(order[np.isfinite(change[order])], "clips, most changed neighbors first")


def most_moved(case: Case) -> Chosen:
    """Show `moved`, with what it means."""
    change = case.comparison.changes.moved
    if np.isfinite(change).any():
        st.caption(
            f"Of the {case.comparison.changes.k} nearest neighbors of a clip on either side, the share that is on one "
            f"side only (1 less Jaccard): on average {np.nanmean(change):.2f}; 0 is unchanged, 1 is all new."
        )
    return moved(case)


def labels(case: Case) -> Chosen:
    """Labels whose confusion with background fell or rose."""
    rows = label_rows(case.comparison)
    with_clips = np.flatnonzero(case.comparison.changes.labels.clips)
    size = [abs(row["difference"]) for row in rows]
    largest = np.argsort(-np.nan_to_num(np.asarray(size, dtype=np.float64)), kind="stable")
    shown = np.sort(worst_or_all(largest, CompareState.labels_shown))
    drawn = [rows[i] for i in shown]
    event = st.plotly_chart(
        figures.differences(
            [row["label"] for row in drawn],
            *([row[name] for row in drawn] for name in ("difference", "from", "to", "differs")),
            x_title="noise confusion, right less left (below 0: less confused)",
            y_title="label",
            dark=case.dark,
        ),
        key=CompareState.labels,
        theme=None,
        on_select="rerun",
        selection_mode="points",
    )
    better, worse = (
        [case.names[t] for t in case.comparison.changes.labels.changed(way)] for way in (True, False)
    )
    for words, changed in (("Less confused", better), ("More confused", worse)):
        if changed:
            st.text(f"{words}, by more than the uncertainty: {', '.join(changed)}.")
    st.dataframe(
        pd.DataFrame([{**row, "differs": "yes" if row["differs"] else "not shown"} for row in rows]),
        hide_index=True,
        placeholder=UNKNOWN,
        height=210,
        key=CompareState.label_table,
        column_config={name: _two for name in rows[0] if name not in ("label", "clips", "differs")}
        if rows
        else None,
    )
    picked = clicked(event)
    size = np.abs(
        case.comparison.changes.labels.confusion_right - case.comparison.changes.labels.confusion_left
    )
    target = with_clips[
        int(shown[picked]) if picked is not None else int(np.nan_to_num(size[with_clips]).argmax())
    ]
    return _most_changed(case, case.targets == target, f"clips of {case.names[target]}, largest change first")


def flow(case: Case) -> Chosen:
    """How assignments flow from left to right."""
    everything = -1
    used = [everything, *np.flatnonzero(case.comparison.changes.labels.clips).tolist()]
    target = st.selectbox(
        "Clips of",
        used,
        format_func=lambda t: "all labels" if t < 0 else case.names[t],
        key=CompareState.flow_label,
    )
    member = np.ones(len(case.comparison), bool) if target == everything else case.targets == target
    compared = (case.comparison, case.left, case.right)
    shown = worst_or_all(most_moving(*compared), CompareState.flow_shown)
    st.plotly_chart(
        flow_figure(*compared, case.titles, member, case.dark, shown),
        key=CompareState.flow,
        theme=None,
    )
    st.caption(FLOW_CAPTION)
    names = (*case.names, "no label")
    sides = sides_of(*compared)
    code = sides[0] * len(names) + sides[1]
    streams, counts = np.unique(code[member], return_counts=True)
    # The largest stream that changes its label is what one would look at first.
    order = np.lexsort((-counts, streams // len(names) == streams % len(names)))
    stream_titles = {
        int(s): f"{names[s // len(names)]} → {names[s % len(names)]} ({c:,})"
        for s, c in zip(streams[order], counts[order], strict=True)
    }
    stream = st.selectbox(
        "Go through",
        list(stream_titles),
        format_func=stream_titles.__getitem__,
        key=CompareState.stream(target),
    )
    return _most_changed(case, member & (code == stream), f"clips {stream_titles[stream]}")


def arrows(case: Case) -> Chosen:
    """Old and new places of one label's clips, as arrows."""
    comparison = case.comparison
    used = np.flatnonzero(comparison.changes.labels.clips).tolist()

    def chosen() -> None:
        label = CompareState.arrow_label.get()
        if label is not None:
            set_view(arrows=case.names[label])

    CompareState.arrow_label.set(label_of_arrows(comparison, view().arrows))
    target = st.selectbox(
        "Label",
        used,
        format_func=case.names.__getitem__,
        key=CompareState.arrow_label,
        on_change=chosen,
        help="The downloaded report shows the arrows of this label too.",
    )
    event = st.plotly_chart(
        arrows_figure(comparison, case.left, target, case.dark),
        key=CompareState.arrows,
        theme=None,
        on_select="rerun",
        selection_mode=("points", "lasso", "box"),
    )
    st.caption(plain(arrows_caption(comparison, target)))
    rows = case.left.rows[comparison.left_places]
    picked = np.unique(selected(event))
    if len(picked):
        return Chosen(np.flatnonzero(np.isin(rows, picked)), "clips chosen among the arrows")
    places = np.flatnonzero(case.targets == target)
    length = np.linalg.norm(comparison.right_xy[places] - comparison.left_xy[places], axis=1)
    order = np.argsort(-np.nan_to_num(length, nan=-1), kind="stable")
    return Chosen(places[order], f"clips of {case.names[target]}, longest way first")


def lasso(case: Case) -> Chosen:
    """Show what is selected on either map."""
    if case.selected is None:
        st.caption("Draw a lasso on either map: the same clips light up on the other, and are listed here.")
    return Chosen(np.empty(0, np.int64) if case.selected is None else case.selected, "selected clips")


SECTIONS: dict[str, tuple[str, Callable[[Case], Chosen]]] = {
    "transitions": ("Rescued and broken", rescued_and_broken),
    "scores_compared": ("Scores", scores),
    "moved": ("Changed neighbors", most_moved),
    "gained": ("Labels", labels),
    "flow": ("Flow", flow),
    "arrows": ("Arrows", arrows),
    "lasso": ("Selected", lasso),
}

_two = st.column_config.NumberColumn(format="%.2f")
_three = st.column_config.NumberColumn(format="%.3f")


def _unit(case: Case) -> UnitWords:
    return UnitWords(case.dataset.independence.unit.noun)


def _told(d: Difference) -> str:
    return "cannot be told" if d.exceeds is None else "yes" if d.exceeds else "no"


def _span(low: np.ndarray, high: np.ndarray, labels: np.ndarray) -> list[str]:
    return [
        f"fewer than {MIN_UNITS} {UNITS}" if np.isnan(a) else f"{a:.1f} to {b:.1f}"
        for a, b in zip(low[labels], high[labels], strict=True)
    ]


def _most_changed(case: Case, member: np.ndarray, name: str) -> Chosen:
    places = np.flatnonzero(member)
    change = np.nan_to_num(np.abs(case.change[places]), nan=-1.0)
    return Chosen(places[np.argsort(-change, kind="stable")], name)
