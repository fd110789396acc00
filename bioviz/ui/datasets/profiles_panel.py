"""The kept table profiles: what they mean, taken in from a colleague, given to one, or removed."""

from __future__ import annotations

import contextlib
import json

import streamlit as st

from bioviz import rights
from bioviz.datasets.tables.profiles import keep_profile, list_profiles, read_profile, remove_profile
from bioviz.errors import BiovizError, Missing
from bioviz.ui.app.notices import plain
from bioviz.ui.state import DatasetsState


def show() -> None:
    """Draw the panel."""
    profiles = list_profiles()
    with st.expander(
        f"Table profiles ({len(profiles)})", icon=":material/table_edit:", key=DatasetsState.profiles
    ):
        st.caption(
            "What you said of a table's columns, kept so that the next table with the same columns is read without "
            "asking. On the command line: profiles, and add --profile FILE."
        )
        for profile in profiles:
            words, save, drop = st.columns([7, 2, 2], vertical_alignment="center")
            with words:
                st.text(profile.name)
                st.caption(plain(profile.mapping.sentence()))
            save.download_button(
                "Export",
                json.dumps(profile.to_dict(), ensure_ascii=False, indent=1),
                f"{profile.name}.json",
                "application/json",
                key=DatasetsState.profile_export(profile.name),
                icon=":material/download:",
                on_click="ignore",
                width="stretch",
                help="A small file for a colleague.",
            )
            drop.button(
                "Remove",
                key=DatasetsState.profile_remove(profile.name),
                icon=":material/delete:",
                disabled=not rights.may_edit(),
                on_click=_remove,
                args=(profile.name,),
                width="stretch",
                help="Such tables are asked about again. Datasets that were read with it stay as they are.",
            )
        if rights.may_edit():
            _take_in()


def _take_in() -> None:
    with st.form("import_profile", border=False, clear_on_submit=True):
        file = st.file_uploader("A colleague's profile (JSON)", key=DatasetsState.profile_file, type=["json"])
        if st.form_submit_button("Take it in", key=DatasetsState.profile_import) and file is not None:
            try:
                profile = read_profile(file.getvalue(), file.name)
                keep_profile(profile)
            except BiovizError as error:
                st.error(plain(str(error)), icon=":material/error:")
            else:
                st.success(
                    plain(f"Kept as “{profile.name}”. Tables with its columns are read by it from now on."),
                    icon=":material/check:",
                )


def _remove(name: str) -> None:
    with contextlib.suppress(Missing):  # another tab was quicker
        remove_profile(name)
