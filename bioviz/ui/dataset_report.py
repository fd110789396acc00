"""The validation report of a dataset as the user reads it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from bioviz.datasets.problems import KINDS
from bioviz.datasets.report import report
from bioviz.datasets.types import Dataset


def show(dataset: Dataset) -> None:
    """Counts, hours, background share, sample rates, and everything that was skipped, by file."""
    found = report(dataset)
    cells = st.columns(5)
    cells[0].metric("Recordings", f"{found.recordings:,}")
    cells[1].metric("Hours of sound", f"{found.hours:.2f}")
    cells[2].metric(
        "Clips", f"{found.clips:,}", help="A clip is the stretch of sound that becomes one point."
    )
    cells[3].metric(
        "Background", f"{found.background_share:.0%}", help="Share of the clips that carry no label at all."
    )
    cells[4].metric(
        "Problems", f"{len(dataset.problems):,}", help="Files or rows that were skipped or mended."
    )
    rates = ", ".join(f"{rate / 1000:g} kHz ({count:,})" for rate, count in found.sample_rates.items())
    st.caption(
        f"{'Sliding windows' if dataset.task == 'detection' else 'One clip a file'}: "
        f"{dataset.plan.width_s:g} s clips"
        + (f" every {dataset.plan.hop_s:g} s" if dataset.task == "detection" else "")
        + f" · native sample rates: {rates} · read as {dataset.source.get('reader', '?')}"
    )
    left, right = st.columns([1, 1], gap="large")
    with left:
        st.markdown("**Clips and hours a label**")
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "label": row.label,
                        "clips": row.clips,
                        "annotations": row.annotations,
                        "hours": row.hours,
                    }
                    for row in found.labels
                ]
            ),
            hide_index=True,
            height=280,
            column_config={"hours": st.column_config.NumberColumn(format="%.3f h")},
        )
    with right:
        st.markdown("**Skipped or mended**")
        if asked := sum(p.kind == "not_understood" for p in dataset.problems):
            st.warning(
                f"{asked} {'file was' if asked == 1 else 'files were'} not understood. What they may speak of is "
                "not taken for background.",
                icon=":material/help:",
            )
        if not dataset.problems:
            st.success("Nothing was skipped.", icon=":material/check_circle:")
        else:
            st.dataframe(
                pd.DataFrame(
                    [{"what": KINDS[p.kind], "file": p.file, "why": p.detail} for p in dataset.problems]
                ),
                hide_index=True,
                height=280,
            )
