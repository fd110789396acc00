"""Buttons that download clips, flags or annotations as the tables of other programs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pandas as pd
import streamlit as st

from bioviz.datasets.tables.formulas import defused
from bioviz.ui.session import Elements


def table_downloads(
    stem: str,
    *,
    csv: Callable[[], bytes],
    raven: Callable[[], dict[str, bytes]],
    audacity: Callable[[], dict[str, bytes]],
    keys: Elements,
    prefix: str = "",
) -> None:
    """Show a button for each format; nothing is made before one is pressed.

    Parameters
    ----------
    stem
        How the files' names begin.
    csv
        Makes one table of all.
    raven, audacity
        Make {name: table}, a file a recording.
    prefix
        What stands before the format in the titles, where a page has several such rows.

    """
    for name, title, make, ending, mime, help in (
        ("csv", "CSV", csv, ".csv", "text/csv", None),
        (
            "raven",
            "Raven tables",
            lambda: zipped(raven()),
            "_raven.zip",
            "application/zip",
            "One selection table a recording, which Raven opens beside it.",
        ),
        (
            "audacity",
            "Audacity labels",
            lambda: zipped(audacity()),
            "_audacity.zip",
            "application/zip",
            "One label track a recording, which Audacity imports.",
        ),
    ):
        st.download_button(
            prefix + title,
            make,
            stem + ending,
            mime,
            icon=":material/download:",
            key=keys(f"{prefix}{name}"),
            on_click="ignore",
            help=help,
        )


def csv_of(frame: pd.DataFrame) -> bytes:
    """Return a table as CSV (UTF-8) whose cells and titles no spreadsheet runs."""
    return frame.rename(columns=defused).map(defused).to_csv(index=False).encode()


def zipped(files: dict[str, bytes]) -> bytes:
    """Files by name as a zip archive."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            # A fixed date, so that the same selection gives the same bytes.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return memory.getvalue()
