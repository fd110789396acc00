"""The parts of the Diagnose page that are lists to be gone through: suspects, flagged clips, false alarms."""

from __future__ import annotations

import numpy as np
import streamlit as st

from bioviz.analysis.diagnosis.queue_words import ranked_in_words, stand_out_by
from bioviz.analysis.diagnosis.queues import FALSE_DISCOVERIES, Queue
from bioviz.analysis.diagnosis.verdict.claims import allowed
from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.analysis.unit_words import UnitWords
from bioviz.flags import load_flags
from bioviz.percent import percent
from bioviz.plots import palette
from bioviz.plots.curves import curves_figure
from bioviz.ui.diagnose.case import Case, Chosen
from bioviz.ui.state import DiagnoseState


def missed(case: Case) -> Chosen:
    """Background clips that look like a label."""
    queue = case.diagnosis.missed
    st.caption(
        f"{ranked_in_words(queue, case.diagnosis.unit)} Calls may have been missed there. Clips that an annotated call "
        "reaches into are left out."
    )
    _stand_out(case, "missed", queue, stand_out_by(queue, queue.beyond == 1))
    return Chosen(queue.rows, "background clips, most like a call first")


def faint(case: Case) -> Chosen:
    """Labelled clips that look like background."""
    queue = case.diagnosis.faint
    st.caption("Labelled clips whose neighbors are background: faint calls, or wrong labels. Worst first.")
    its = "its" if queue.beyond == 1 else "their"
    _stand_out(case, "faint", queue, f"{its} neighbors are background more often than chance brings")
    return Chosen(queue.rows, "labelled clips, most like background first")


def _stand_out(case: Case, name: str, queue: Queue, because: str) -> None:
    """How many of a queue are there for more than chance, and by what."""
    if queue.beyond and name in allowed(case.diagnosis):
        clips = "clip stands" if queue.beyond == 1 else "clips stand"
        st.markdown(
            f"**The first {queue.beyond:,} {clips} out**: {because}. Expect up to {percent(FALSE_DISCOVERIES)} of them "
            "to be chance all the same (Benjamini-Hochberg)."
        )
    else:
        st.markdown("**None stands out beyond chance.** The list starts with the likeliest all the same.")


def alarms(case: Case) -> Chosen:
    """Show what a detector on this embedding would cost."""
    rates = case.diagnosis.false_alarms
    st.caption(METRIC_INFO["false_alarms"].text)
    if rates is None:
        st.info(
            f"This needs labelled clips and background in at least two {UnitWords(case.diagnosis.unit).several}."
        )
        return faint(case)
    names = case.diagnosis.names[1:]
    lines: dict[str, tuple[np.ndarray, np.ndarray | None, np.ndarray | None]] = {
        name: (np.maximum(rates.per_hour[i], 0.5 / max(rates.hours, 1e-9)), None, None)
        for i, name in enumerate(names)
        if np.isfinite(rates.per_hour[i]).any()
    }
    st.plotly_chart(
        curves_figure(
            100 * rates.recall,
            lines,
            x_title="calls found (% of the label's clips)",
            y_title="background false alarms (per hour)",
            colours=palette.colours_for(case.diagnosis.names),
            dark=case.dark,
        ).update_yaxes(type="log"),
        key=DiagnoseState.alarms,
        theme=None,
    )
    st.caption(
        f"Rests on {rates.hours:,.2f} hours of background: rates below {1 / max(rates.hours, 1e-9):.2g} per hour "
        "are not known to be above zero."
    )
    return Chosen(case.diagnosis.missed.rows, "background clips, most like a call first")


def flagged(case: Case) -> Chosen:
    """Clips that somebody has flagged."""
    rows = load_flags(case.dataset).rows
    places = np.flatnonzero(np.isin(case.run.rows, rows))
    st.caption(
        "Clips that you or others have flagged; the map can be coloured by the flags. Go through them by the arrow "
        "keys; the same buttons and keys change a flag or take it back."
        if len(places)
        else "No clip of this map is flagged yet. Flag the selected clip by the buttons under its spectrogram."
    )
    return Chosen(places, "flagged clips")
