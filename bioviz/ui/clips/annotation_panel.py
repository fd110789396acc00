"""What users have drawn on a dataset's recordings: a table, and downloads for other programs."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from bioviz.annotations import Annotations, tables
from bioviz.annotations.aoef import to_aoef
from bioviz.counts import UNKNOWN
from bioviz.datasets.types import Dataset
from bioviz.ui import dates
from bioviz.ui.clips.downloads import table_downloads
from bioviz.ui.state import FlagPanelState


def annotation_summary(dataset: Dataset, annotations: Annotations, keys: FlagPanelState) -> None:
    """Show the annotations of a dataset, with downloads; nothing where there are none."""
    if annotations.damaged:
        st.warning(
            f"{annotations.damaged} lines of the logs of annotations cannot be read (a crash while writing); all "
            "others count."
        )
    if annotations.unplaced:
        st.caption(
            f"{len(annotations.unplaced):,} annotations are on recordings that this dataset does not have (any more). "
            "They are kept."
        )
    if not len(annotations):
        return
    count = len(annotations)
    st.markdown(f"**{count:,} annotation{'' if count == 1 else 's'}** drawn on the spectrogram")
    st.dataframe(
        table(dataset, annotations), hide_index=True, placeholder=UNKNOWN, height=min(260, 38 + 35 * count)
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        table_downloads(
            f"bioviz_{dataset.id}_annotations",
            csv=lambda: tables.to_csv(dataset, annotations),
            raven=lambda: tables.to_raven(dataset, annotations),
            audacity=lambda: tables.to_audacity(dataset, annotations),
            keys=keys.export,
            prefix="Annotations: ",
        )
        st.download_button(
            "Annotations: AOEF",
            lambda: to_aoef(dataset, annotations),
            f"bioviz_{dataset.id}_annotations.json",
            "application/json",
            icon=":material/download:",
            key=keys.export("Annotations: aoef"),
            on_click="ignore",
            help="The JSON that whombat and soundevent read, with who drew what and when.",
        )


def table(dataset: Dataset, annotations: Annotations) -> pd.DataFrame:
    """One line an annotation."""
    return pd.DataFrame(
        [
            {
                "label": a.label,
                "recording": dataset.recordings[recording].name,
                "start (s)": round(a.start_s, 3),
                "end (s)": round(a.end_s, 3),
                "from (kHz)": None if a.low_hz is None else round(a.low_hz / 1000, 3),
                "to (kHz)": None if a.high_hz is None else round(a.high_hz / 1000, 3),
                "by": a.user,
                "when": dates.for_table(a.time),
            }
            for recording, drawn in annotations.by_recording.items()
            for a in drawn
        ]
    )
