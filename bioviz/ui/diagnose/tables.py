"""The parts of the Diagnose page that are tables: what the embedding follows, and every score twice."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from bioviz import percent
from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.analysis.scores.leakage import LeakageScore
from bioviz.analysis.unit_words import UnitWords
from bioviz.counts import UNKNOWN
from bioviz.plots import figures, palette
from bioviz.ui.clusterings_panel import clusterings_panel
from bioviz.ui.diagnose.case import Case, Chosen, worst_first
from bioviz.ui.pickers.many_labels import worst_or_all
from bioviz.ui.state import DiagnoseState

_two = st.column_config.NumberColumn(format="%.2f")
_three = st.column_config.NumberColumn(format="%.3f")
_share = st.column_config.NumberColumn(format=percent.COLUMN)


def places(case: Case) -> Chosen:
    """Whether the embedding follows the unit, site or hour instead of the label."""
    d, unit = case.diagnosis, UnitWords(case.diagnosis.unit)
    st.caption(METRIC_INFO["confound_recall"].text + " " + METRIC_INFO["confound_lift"].text)
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "property": c.name,
                    "values": f"{c.values:,}",
                    "neighbors that share it": percent.hundredths(c.recall.with_same_unit),
                    f"in {unit.other}": percent.hundredths(c.recall.cross_unit),
                    "by their labels": percent.hundredths(c.recall.chance),
                    "times as often": c.lift,
                    "p": c.p,
                    "clusters follow it (AMI)": c.clusters_ami,
                }
                for c in d.confounds
            ]
        ),
        hide_index=True,
        placeholder=UNKNOWN,
        column_config={
            "neighbors that share it": _share,
            f"in {unit.other}": _share,
            "by their labels": _share,
            "times as often": st.column_config.NumberColumn(format="%.1f"),
            "p": st.column_config.NumberColumn(format="%.4f"),
            "clusters follow it (AMI)": _two,
        },
    )
    # Where no two clips share a value there is nothing to be drawn to.
    confounds = [c for c in d.confounds if c.values < np.isfinite(c.clip_share).sum()]
    if not confounds:
        st.info(f"Nothing that clips share is known: neither {unit.one}, site nor hour.")
        return Chosen(np.empty(0, dtype=np.int64), "clips")
    by_name = {c.name: c for c in confounds}
    chosen = by_name[st.selectbox("Show by label", list(by_name), key=DiagnoseState.confound)]
    with_clips = np.flatnonzero(np.isfinite(chosen.per_label))
    with_clips = with_clips[np.argsort(-chosen.per_label[with_clips], kind="stable")]
    with_clips = worst_or_all(with_clips, DiagnoseState.confound_labels)
    st.plotly_chart(
        figures.ranked_bars(
            [d.names[t] for t in with_clips],
            chosen.per_label[with_clips],
            x_title=f"neighbors of the same {chosen.name} (share, 0 to 1)",
            colours=palette.colours_for(d.names),
            reference=chosen.recall.chance,
            reference_name="as their labels explain",
            dark=case.dark,
        ),
        key=DiagnoseState.confound_bars,
        theme=None,
    )
    excess = chosen.clip_share - chosen.clip_chance
    order = np.argsort(-np.nan_to_num(excess, nan=-np.inf), kind="stable")
    return Chosen(order[np.isfinite(excess[order])], f"clips, most drawn to their {chosen.name} first")


def scores(case: Case) -> Chosen:
    """Every score twice, with clips of the same unit and without, and the difference."""
    d, unit = case.diagnosis, UnitWords(case.diagnosis.unit)
    st.caption(METRIC_INFO["cross_unit"].text + " " + METRIC_INFO["gap"].text)
    pairs: dict[str, LeakageScore] = {
        "separability_neighbor": d.separability.neighbor,
        "separability_probe": d.separability.probe,
        "knn_accuracy": d.prediction.knn_accuracy,
        "probe_accuracy": d.prediction.probe_accuracy,
        "knn_map": d.prediction.knn_map,
        "probe_map": d.prediction.probe_map,
    }
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "score": METRIC_INFO[name].title,
                    f"{unit.same} allowed": pair.with_same_unit,
                    f"{unit.other} only": pair.cross_unit,
                    "leak": pair.gap,
                    "by chance": pair.chance,
                    "what it means": METRIC_INFO[name].text + (f" ({pair.note})" if pair.note else ""),
                }
                for name, pair in pairs.items()
            ]
        ),
        hide_index=True,
        placeholder=UNKNOWN,
        column_config={
            n: _three for n in (f"{unit.same} allowed", f"{unit.other} only", "leak", "by chance")
        },
    )
    st.markdown("**Clusters against labels**")
    clusterings_panel(case.run, d.clusters.clusterings, DiagnoseState.clusterings)
    if d.trustworthiness is not None:
        st.metric(
            "Trustworthiness of the map", f"{d.trustworthiness:.3f}", help=METRIC_INFO["trustworthiness"].text
        )
    return worst_first(case, np.isfinite(case.confusion), "clips, most confused first")
