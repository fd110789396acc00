"""The section Thresholds of Diagnose: what each label's threshold does on recordings that did not choose it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from bioviz import jobs
from bioviz.analysis.thresholds.blind import blind_sample
from bioviz.analysis.thresholds.thresholds import BELOW, CHANCE, FEW, NO_SCORES, REACHED
from bioviz.analysis.thresholds.words import sentence
from bioviz.analysis.unit_words import UnitWords
from bioviz.counts import UNKNOWN
from bioviz.errors import BadInput
from bioviz.models import registry
from bioviz.percent import percent
from bioviz.plots.score_figures import score_distribution
from bioviz.runs.thresholds.label_scores import gives_scores
from bioviz.runs.thresholds.of_run import (
    LEAST,
    MOST,
    PRECISION,
    STAGE,
    RunThresholds,
    job_params,
    judged,
    open_thresholds,
    start_thresholds,
)
from bioviz.ui.app.notices import plain
from bioviz.ui.diagnose.case import Case, Chosen, worst_first
from bioviz.ui.diagnose.keep_thresholds import keep_and_apply, mapping
from bioviz.ui.job_cards import compute_card
from bioviz.ui.state import DiagnoseState

BLIND = 40
"""Clips of a sample to label by ear."""
STATES = {
    REACHED: "reached",
    BELOW: "short of it",
    FEW: "too few clips",
    CHANCE: "no better than chance",
    NO_SCORES: "no score",
}
LIST, LISTEN = "Background", "Blind sample"


def thresholds(case: Case) -> Chosen:
    """Show the thresholds of all labels, and one label's scores; choose clips to listen to."""
    spec = case.run.spec
    if not gives_scores(spec.model, spec.checkpoint):
        st.info(
            f"{plain(registry.card(spec.model).title)} gives no scores as it is opened here. Choose a model with a "
            "classifier (BirdNET, Perch, YAMNet, a file of yours), or train one on the page Fine-tune: **linear** puts "
            "a head on the embeddings and takes a minute."
        )
        return _confused(case)
    wanted = st.number_input(
        "Wanted precision (%)",
        100 * LEAST,
        100 * MOST,
        100 * PRECISION,
        1.0,
        "%.1f",
        key=DiagnoseState.precision,
        help="Share of detections that shall be right. The threshold is the lowest score that reaches it.",
    )
    precision = round(wanted / 100, 6)
    try:
        done = open_thresholds(case.run, precision)
    except BadInput as error:
        st.warning(plain(str(error)), icon=":material/info:")
        return _confused(case)
    if done is None:
        compute_card.show(
            jobs.find(STAGE, job_params(spec, precision)),
            lambda: start_thresholds(spec, precision),
            title="These thresholds are not computed yet",
            text=f"It looks at the scores of {len(judged(case.run)):,} clips. Missing scores come first, by one "
            "pass of the model over the recordings.",
            models=[spec],
        )
        return _confused(case)
    _table(case, done)
    mapping(done)
    keep_and_apply(done)
    return _one_label(case, done)


def _confused(case: Case) -> Chosen:
    return worst_first(case, case.run.targets > 0, "labelled clips, most confused first")


def _table(case: Case, done: RunThresholds) -> None:
    """One line a label."""
    unit = case.run.unit.noun
    left_out = len(case.run) - len(done.places)
    used = f"{len(done.places):,} clips of {UnitWords(unit).counted(done.result.units)}"
    st.caption(
        f"Each threshold is judged on {UnitWords(unit).several} that had no say in it ({used}, "
        f"{done.result.hours:,.2f} hours of background); 95 % intervals, {UnitWords(unit).by}."
        + (f" {left_out:,} clips are left out: this checkpoint was trained on them." if left_out else "")
    )
    lines = [
        {
            "label": each.name,
            "threshold": _threshold(each.threshold, done.asked.scale),
            "precision": _with_interval(each.precision, each.precision_low, each.precision_high),
            "recall": _with_interval(each.recall, each.recall_low, each.recall_high),
            "false alarms (per h)": _rate(each.alarms_per_hour, each.alarms_low, each.alarms_high),
            "state": STATES[each.state] if each.threshold is not None or each.state != BELOW else "none",
        }
        for each in done.result.labels
    ]
    threshold_help = "In the model's own score" + (
        "; in brackets from 0 to 1: 1 / (1 + exp(-score)), which BirdNET calls confidence."
        if done.asked.scale == "logit"
        else "."
    )
    st.dataframe(
        pd.DataFrame(lines),
        hide_index=True,
        placeholder=UNKNOWN,
        key=DiagnoseState.thresholds,
        column_config={
            "threshold": st.column_config.TextColumn(help=threshold_help, width="small"),
            "precision": st.column_config.TextColumn(
                help="Share of detections that were right.", width="small"
            ),
            "recall": st.column_config.TextColumn(help="Share of the label's clips detected.", width="small"),
            "false alarms (per h)": st.column_config.TextColumn(
                help="Detections among background clips, per hour of background.", width="small"
            ),
            "state": st.column_config.TextColumn(width="small"),
        },
    )


def _one_label(case: Case, done: RunThresholds) -> Chosen:
    """Show one label's scores of background clips against its own, and give the clips to go through."""
    names = [
        each.name
        for each in done.result.labels
        if np.isfinite(done.scores[:, _column(done, each.name)]).any()
    ]
    if not names:
        st.info("No score of the model stands for a label of this dataset. Say which does, above.")
        return _confused(case)
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    label = left.selectbox("Label", names, key=DiagnoseState.threshold_label)
    shown = right.segmented_control(
        "Clips below", [LIST, LISTEN], default=LIST, required=True, key=DiagnoseState.threshold_clips
    )
    scores, about = done.scores[:, _column(done, label)], done.of(label)
    labels = case.dataset.clips.labels[case.run.rows]
    own, background = labels[:, case.dataset.labels.index(label)], ~labels.any(axis=1)
    if shown == LISTEN:
        st.caption(
            "Clips over the whole range of scores, of as many recordings as there are, in an order that tells nothing. "
            "Scores, map and all else that the model makes of them are hidden. Listen, and flag each: **fine**, "
            "**wrong label**, **missed call**. A cleaned dataset with your flags then gives better thresholds."
        )
        places = blind_sample(scores, case.run.groups, BLIND)
        return Chosen(places, f"clips to label by ear for {label}", blind=True)
    st.plotly_chart(
        score_distribution(
            scores[background], scores[own], label, about.threshold, done.asked.scale, dark=case.dark
        ),
        key=DiagnoseState.score_chart,
        theme=None,
    )
    st.text(sentence(about, done.result.wanted, case.run.unit.noun))
    places = np.flatnonzero(background & np.isfinite(scores))
    order = np.argsort(-scores[places], kind="stable")
    return Chosen(places[order], f"background clips, highest score for {label} first")


def _column(done: RunThresholds, label: str) -> int:
    return done.asked.labels.index(label)


def _threshold(value: float | None, scale: str) -> str:
    if value is None:
        return ""
    return f"{value:.3g} ({1 / (1 + np.exp(-value)):.3g})" if scale == "logit" else f"{value:.3g}"


def _with_interval(value: float | None, low: float, high: float) -> str:
    return "" if value is None else f"{percent(value)} ({100 * low:.0f} to {100 * high:.0f})"


def _rate(value: float | None, low: float, high: float | None) -> str:
    return "" if value is None or high is None else f"{value:.3g} ({low:.3g} to {high:.3g})"
