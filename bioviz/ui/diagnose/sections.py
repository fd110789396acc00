"""The parts of the Diagnose page: each shows its figures and returns the clips to go through."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from bioviz.analysis.diagnosis.triage import cause_title
from bioviz.analysis.diagnosis.triage_words import compared, wrong_labels_looked_for
from bioviz.analysis.diagnosis.verdict.claims import allowed
from bioviz.analysis.diagnosis.verdict.clause import Clause
from bioviz.analysis.diagnosis.verdict.verdict import verdict
from bioviz.analysis.features import feature
from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.analysis.neighbors.jackknife import MIN_UNITS
from bioviz.analysis.unit_words import UnitWords
from bioviz.counts import UNKNOWN
from bioviz.plots import figures, palette
from bioviz.plots.curves import curves_figure
from bioviz.ui.app.notices import plain
from bioviz.ui.chart_clicks import selected
from bioviz.ui.diagnose.case import Case, Chosen, worst_first
from bioviz.ui.diagnose.matrix import matrix
from bioviz.ui.diagnose.queues import alarms, faint, flagged, missed
from bioviz.ui.diagnose.tables import places, scores
from bioviz.ui.diagnose.thresholds import thresholds
from bioviz.ui.state import DiagnoseState


def words(case: Case) -> Chosen:
    """Show all that the verdict says, each sentence with the way to what it rests on."""
    for i, clause in enumerate(verdict(case.diagnosis)):
        if clause.kind == "note":
            st.caption(plain(clause.text))
            continue
        left, right = st.columns([5, 1], vertical_alignment="center")
        left.text(clause.text)
        right.button(
            "Evidence",
            key=DiagnoseState.clause(i),
            help="Show what this rests on",
            type="tertiary",
            on_click=show_evidence,
            args=(clause,),
        )
    for note in case.run.notes:
        st.caption(plain(note))
    return labels_worst(case)


def show_evidence(clause: Clause) -> None:
    """Open the part that backs a clause of the verdict; called before a run."""
    section = str(clause.refs.get("queue", BACKING[clause.kind]))
    if "feature" in clause.refs:
        DiagnoseState.feature.set(str(clause.refs["feature"]))
    targets = clause.refs.get("targets")
    if section == "labels" and isinstance(targets, list) and targets:
        DiagnoseState.label.set(targets[0])
    if section == "triage" and "cause" in clause.refs:
        DiagnoseState.cause.set(str(clause.refs["cause"]))
    DiagnoseState.section.set(section)


def labels(case: Case) -> Chosen:
    """Show the clips of a label, the most confused first; the card above ranks the labels."""
    d = case.diagnosis
    ranked = [int(target) for target in d.labels.ranking]
    if not ranked:
        return Chosen(np.empty(0, dtype=np.int64), "clips")
    if DiagnoseState.label.get() not in ranked:
        DiagnoseState.label.set(ranked[0])
    target = st.selectbox(
        "Label, the most mixed with background first",
        ranked,
        format_func=lambda t: f"{d.names[t]} ({d.labels.confusion[t]:.2f})",
        key=DiagnoseState.label,
    )
    st.caption(
        METRIC_INFO["label_confusion"].text + f" Intervals: 95 %, {UnitWords(d.unit).by}, each for itself."
    )
    return worst_first(case, case.of_label(target), f"clips of {d.names[target]}")


def labels_worst(case: Case) -> Chosen:
    """Choose all labelled clips, the most confused with background first."""
    return worst_first(case, case.run.targets > 0, "labelled clips, most confused first")


def causes(case: Case) -> Chosen:
    """Show what of the sound goes with the confusion."""
    d = case.diagnosis
    overall = [cause for cause in d.causes if cause.target < 0]
    if not overall:
        st.info(
            "Levels and signal-to-noise ratios are not measured for this dataset, so no cause can be told."
        )
        return Chosen(np.empty(0, dtype=np.int64), "clips")
    level = allowed(d).get("cause", -1.0)
    overall.sort(key=lambda cause: -abs(cause.rho) if np.isfinite(cause.rho) else 0)
    table = pd.DataFrame(
        [
            {
                "property": feature(c.feature).title,
                "rank correlation": c.rho,
                "from": c.low,
                "to": c.high,
                "p": c.p,
                "in words": c.sentence(d.names, d.unit) if c.p <= level else "Not told from chance.",
            }
            for c in overall
        ]
    )
    st.caption(METRIC_INFO["rank_correlation"].text + " " + METRIC_INFO["family_p"].text)
    if all(np.isnan(cause.p) for cause in overall):
        st.info(
            f"Labelled clips come from {UnitWords(d.unit).fewer_than(MIN_UNITS)}: too few to tell a cause from chance."
        )
    st.dataframe(
        table,
        hide_index=True,
        placeholder=UNKNOWN,
        height=210,
        column_config={n: _two for n in ("rank correlation", "from", "to")}
        | {"p": _four, "property": st.column_config.TextColumn(width=250)},
    )
    names = [cause.feature for cause in overall]
    name = st.selectbox(
        "Property of the sound", names, format_func=lambda n: feature(n).title, key=DiagnoseState.feature
    )
    info = feature(name)
    title = f"{info.title} ({info.unit or 'no unit'})"
    left, right = st.columns(2)
    values = d.triage.columns.get(name, case.run.acoustic.get(name))
    labelled = np.flatnonzero(case.run.targets > 0)
    if values is not None:
        with left:
            target_names = np.asarray(d.names)[case.run.targets[labelled]]
            event = st.plotly_chart(
                figures.scatter(
                    np.asarray(values)[labelled],
                    case.confusion[labelled],
                    x_title=title,
                    y_title="noise confusion (0 to 1)",
                    names=target_names,
                    colours=palette.colours_for(d.names),
                    rows=labelled,
                    dark=case.dark,
                ),
                key=DiagnoseState.feature_scatter(name),
                theme=None,
                on_select="rerun",
                selection_mode=("points", "lasso", "box"),
            )
            picked = selected(event)
            if len(picked):
                return worst_first(case, picked, f"clips chosen by {info.title}")
    with right:
        lines, middles = {}, None
        for cause in d.causes:
            if cause.feature == name and cause.curve is not None and len(cause.curve.mean):
                middles = (cause.curve.edges[:-1] + cause.curve.edges[1:]) / 2
                lines["as found"] = (cause.curve.mean, cause.curve.low, cause.curve.high)
                lines["other properties held"] = (cause.curve.adjusted, None, None)
        if middles is not None:
            st.plotly_chart(
                curves_figure(
                    middles, lines, x_title=title, y_title="mean noise confusion (0 to 1)", dark=case.dark
                ),
                key=DiagnoseState.feature_curve(name),
                theme=None,
            )
            st.caption(METRIC_INFO["partial_dependence"].text)
    return worst_first(case, labelled, "labelled clips")


def triage(case: Case) -> Chosen:
    """Show the clips of a cause, and what each sign was compared with; the card above compares the causes."""
    d = case.diagnosis
    counts = d.triage.counts.sum(axis=1)
    names = list(d.triage.causes)
    commonest = names[int(counts.argmax())]
    if DiagnoseState.cause.get() not in names:
        DiagnoseState.cause.set(commonest)
    name = st.selectbox(
        "Cause",
        sorted(names, key=lambda cause: -counts[names.index(cause)]),
        format_func=lambda cause: (
            f"{cause_title(cause)}: {d.triage.counts[names.index(cause), 0]:,} labelled, "
            f"{d.triage.counts[names.index(cause), 1]:,} background"
        ),
        key=DiagnoseState.cause,
        help="A clip can have several causes.",
    )
    st.caption(
        METRIC_INFO["triage"].text + " Each clip shows its evidence. Swapped labels are found "
        "only where the sound is clear; a clip with no call to be made out may have a wrong label too. "
        + wrong_labels_looked_for(d.triage, d.names)
    )
    signs = pd.DataFrame(
        [
            {
                "sign": each.sign,
                "of": each.side,
                "confused clips": each.excess.confused,
                "others of the same label": max(each.excess.others, 0.0),
                "from": each.excess.low,
                "to": each.excess.high,
                "so": each.verdict,
            }
            for each in compared(d.triage)
        ]
    )
    if len(signs):
        st.caption(
            "How common each sign is among confused clips and among others of the same label; from and to are the 95 % "
            "interval of the difference, for all signs together."
        )
        shares = {n: _two for n in ("confused clips", "others of the same label", "from", "to")}
        st.dataframe(
            signs, hide_index=True, placeholder=UNKNOWN, column_config=shares, key=DiagnoseState.signs
        )
    cause = names.index(str(name))
    return worst_first(case, d.triage.applies[:, cause], f"clips: {cause_title(names[cause])}")


BACKING = {  # the section that backs a clause of the verdict
    "shortcut": "places",
    "separability": "scores",
    "leak": "scores",
    "labels": "labels",
    "cause": "causes",
    "triage": "triage",
    "place": "places",
    "queue": "faint",
    "picture": "scores",
}
BELOW_THE_MAP = ("labels", "triage", "worst")
"""Sections whose figure is a card above, so that the map comes first."""
SECTIONS: dict[str, tuple[str, Callable[[Case], Chosen]]] = {
    "words": ("In words", words),
    "labels": ("Labels", labels),
    "triage": ("Causes", triage),
    "worst": ("Worst clips", labels_worst),
    "matrix": ("Confusion matrix", matrix),
    "causes": ("Sound", causes),
    "places": ("Place and time", places),
    "missed": ("Missed calls", missed),
    "faint": ("Wrong labels", faint),
    "flagged": ("Flagged", flagged),
    "scores": ("Scores", scores),
    "alarms": ("False alarms", alarms),
    "thresholds": ("Thresholds", thresholds),
}

_two = st.column_config.NumberColumn(format="%.2f")
_four = st.column_config.NumberColumn(format="%.4f")
