"""Where the recordings come from: a folder that is typed or browsed, or files that are uploaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from bioviz.config import settings
from bioviz.datasets.files import upload
from bioviz.datasets.files.unusable import is_text
from bioviz.errors import BiovizError
from bioviz.ui.app.notices import plain
from bioviz.ui.session import Key
from bioviz.ui.state import DatasetsState


def pick_folder() -> Path | None:
    """Ask for a folder inside the data folders: typed, or gone into step by step; None where it cannot be read."""
    roots = settings().data_roots
    with st.container(border=True):
        st.markdown("**1. Choose the folder that holds the recordings**")
        if DatasetsState.folder.get() is None:
            DatasetsState.folder.set(str(roots[0]))
        typed = st.text_input(
            "Folder", key=DatasetsState.folder, help="Type or paste its path, or browse below."
        )
        try:
            folder = settings().check_inside(typed.strip().strip("\"'"))
            names = (p.name for p in folder.iterdir() if not p.name.startswith(".") and p.is_dir())
            inside = sorted(filter(is_text, names))
        except (BiovizError, OSError) as error:
            reason = str(error) if isinstance(error, BiovizError) else f"{typed}: {error.strerror}"
            st.error(f"This folder cannot be read: {plain(reason)}", icon=":material/folder_off:")
            folder, inside = None, []
        browse, up = st.columns([5, 1], vertical_alignment="bottom")
        key = DatasetsState.subfolder(folder)
        browse.selectbox(
            "Browse",
            inside,
            index=None,
            key=key,
            placeholder=_invitation(inside),
            disabled=not inside,
            on_change=_go_into,
            args=(folder, key),
            label_visibility="collapsed",
        )
        up.button(
            "Up",
            key=DatasetsState.folder_up,
            icon=":material/arrow_upward:",
            on_click=_go_to,
            args=(roots[0] if folder is None else folder.parent,),
            disabled=folder in roots,
            width="stretch",
        )
        st.caption(
            "Folders that may be read: "
            + ", ".join(plain(str(root)) for root in roots)
            + ". Set BIOVIZ_DATA before starting the app to allow others."
        )
    return folder


def pick_upload() -> Path | None:
    """Ask for files, and return the folder into which uploaded files were unpacked; None while there are none."""
    with st.container(border=True):
        st.markdown("**1. Choose a zip, or recordings together with their annotation tables**")
        files = st.file_uploader(
            "Files",
            accept_multiple_files=True,
            key=DatasetsState.uploads,
            label_visibility="collapsed",
            help="Files of every kind: what cannot be read is named in the report.",
        )
        if not files:
            return None
        try:
            return _stored(files)
        except BiovizError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return None


def _invitation(inside: list[str]) -> str:
    """Return what the list of folders says while none is chosen."""
    if len(inside) == 1:
        return "Go into the folder in it"
    return f"Go into one of {len(inside)} folders" if inside else "No folders in it"


def _go_into(folder: Path, key: Key[str | None]) -> None:
    if chosen := key.get():
        _go_to(folder / chosen)


def _go_to(folder: Path) -> None:
    DatasetsState.folder.set(str(folder))


def _stored(files: Sequence[UploadedFile]) -> Path:
    """Where the uploaded files lie; unpacked once, not on every rerun."""
    uploaded = tuple(file.file_id for file in files)
    folder = DatasetsState.unpacked.get()
    if DatasetsState.uploaded.get() != uploaded or folder is None:
        folder = upload.store([(file.name, file) for file in files])
        DatasetsState.unpacked.set(folder)
        DatasetsState.uploaded.set(uploaded)
    return folder
