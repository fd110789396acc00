"""Adding a dataset: choose a folder or upload files, scan them in a job, read the report, then add or discard."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from bioviz import jobs
from bioviz.config import settings
from bioviz.datasets import library, upload
from bioviz.datasets.formats import beans as beans_reader
from bioviz.datasets.formats.choose import readers
from bioviz.errors import BadInput, BiovizError, Missing
from bioviz.ui import dataset_report
from bioviz.ui.app.notices import plain
from bioviz.ui.app.pages import open_page
from bioviz.ui.job_cards import job_card
from bioviz.ui.state import open_dataset

AUTO = "find out by itself"
_JOB = "scan_job"


def from_folder() -> None:
    """Pick a folder inside the data roots by walking down from a root."""
    roots = settings().data_roots
    with st.container(border=True):
        st.markdown("**1. Choose the folder that holds the recordings**")
        st.caption(
            "Folders that may be read: " + ", ".join(f"`{root}`" for root in roots) + ". "
            "Set BIOVIZ_DATA before starting the app to allow others."
        )
        raw = st.text_input("Folder", value=str(roots[0]), key="folder_path")
        try:
            folder = settings().check_inside(raw)
            inside = sorted(p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
        except (BiovizError, OSError) as error:
            st.error(f"This folder cannot be read: {error}", icon=":material/folder_off:")
            return
        with st.container(horizontal=True, vertical_alignment="bottom"):
            choice = st.selectbox(
                "Go into a sub-folder",
                inside,
                index=None,
                key=f"sub_{folder}",
                placeholder=f"{len(inside)} sub-folders" if inside else "no sub-folders",
                disabled=not inside,
            )
            st.button(
                "Open",
                key="folder_down",
                disabled=choice is None,
                icon=":material/subdirectory_arrow_right:",
                on_click=_go_to,
                args=(str(folder / (choice or "")),),
            )
            st.button(
                "Up",
                key="folder_up",
                icon=":material/arrow_upward:",
                on_click=_go_to,
                args=(str(folder.parent),),
                disabled=folder in roots,
            )
    _scan_form(folder)


def _go_to(folder: str) -> None:
    st.session_state["folder_path"] = folder


def from_upload() -> None:
    """Unpack a zip, or take audio files with their tables."""
    with st.container(border=True):
        st.markdown("**1. Choose a zip, or recordings together with their annotation tables**")
        files = st.file_uploader(
            "Files",
            accept_multiple_files=True,
            key="uploads",
            label_visibility="collapsed",
            type=["zip", "wav", "flac", "ogg", "mp3", "txt", "csv", "tsv", "jsonl", "yml", "yaml"],
        )
        if not files:
            return
        try:
            folder = _stored(files)
        except BiovizError as error:
            st.error(str(error), icon=":material/error:")
            return
    _scan_form(folder)


def _stored(files) -> Path:
    """Where the uploaded files lie; unpacked once, not on every rerun."""
    uploaded = tuple(f.file_id for f in files)
    if st.session_state.get("uploaded") != uploaded:
        st.session_state["uploaded_to"] = upload.store([(f.name, f) for f in files])
        st.session_state["uploaded"] = uploaded
    return st.session_state["uploaded_to"]


def _scan_form(folder: Path) -> None:
    with st.form("scan"):
        st.markdown("**2. How to read it**")
        left, right = st.columns(2)
        name = left.text_input("Name of the dataset", value=folder.name, key=f"name_{folder}")
        titles = {reader.title: key for key, reader in readers().items()}
        reader = right.selectbox("Format", [AUTO, *titles], key="reader")
        beans = _beans_choice(folder)
        with st.expander("Windows, background and splits"):
            a, b, c = st.columns(3)
            width = a.number_input(
                "Clip length (s), 0 = by itself",
                0.0,
                600.0,
                0.0,
                0.5,
                help="How much sound becomes one point. Calls much shorter than a clip drown in its background.",
            )
            hop = b.number_input("Step between clips (s), 0 = by itself", 0.0, 600.0, 0.0, 0.5)
            overlap = c.number_input(
                "Least overlap",
                0.0,
                1.0,
                0.2,
                0.05,
                help="A label counts for a clip when this share of the call (or of the clip, if shorter) lies in it.",
            )
            background = st.text_input(
                "Names that mean background",
                "noise, background, silence, other, none",
                key="background_names",
            )
            unannotated = st.selectbox(
                "Recordings that no table mentions",
                ["skip", "background"],
                format_func={"skip": "leave out, and say so", "background": "count as background"}.get,
            )
            seed = st.number_input(
                "Seed for splits",
                0,
                2**31 - 1,
                42,
                help="Without splits of its own, whole recordings go into train, valid and test by this seed.",
            )
        pressed = st.form_submit_button("Scan and show the report", type="primary", icon=":material/search:")
    if pressed:
        options: dict[str, object] = {
            "min_overlap": overlap,
            "split_seed": int(seed),
            "unannotated": unannotated,
            "background_names": [word.strip() for word in background.split(",") if word.strip()],
        }
        options |= {"width_s": width} if width else {}
        options |= {"hop_s": hop} if hop else {}
        options |= {"beans": beans} if beans else {}
        chosen = "beans" if beans else titles.get(reader)
        params = {"root": str(folder), "name": name, "reader": chosen, "options": options}
        job = jobs.start("scan", "bioviz.datasets.library:scan_job", params, title=f"Reading {name}")
        st.session_state[_JOB] = job.id
    job = _scan()
    if job is not None:
        _after_scan(job)


def _beans_choice(folder: Path) -> str | None:
    """Which dataset of BEANS the folder holds, where the user says so."""
    try:
        names = beans_reader.names(folder)
    except BadInput as error:
        st.warning(plain(str(error)), icon=":material/warning:")
        return None
    return st.selectbox(
        "Dataset of BEANS",
        names,
        index=None,
        key=f"beans_{folder}",
        placeholder=AUTO,
        help="Only for folders of the BEANS benchmark: which of its datasets to read, where the folder holds several "
        "or its name does not tell.",
    )


def _scan() -> jobs.Job | None:
    """The scan that this tab follows: its own, else one that is running, whichever tab started it."""
    scans = {job.id: job for job in jobs.list_jobs() if job.kind == "scan"}
    job = scans.get(st.session_state.get(_JOB, ""))
    if job is None:
        job = next((each for each in scans.values() if not each.is_over), None)
    if job is None:
        st.session_state.pop(_JOB, None)
    else:
        st.session_state[_JOB] = job.id
    return job


def _after_scan(job: jobs.Job) -> None:
    if job.state != "done":
        job_card.watch(job.id)
        return
    try:
        dataset = library.load_draft(job.result["dataset"])
    except Missing as error:
        st.warning(plain(str(error)), icon=":material/search_off:")
        return
    with st.container(border=True):
        st.markdown(f"**3. What was found in {plain(dataset.name)}**")
        dataset_report.show(dataset)
        with st.container(horizontal=True):
            if st.button("Add this dataset", type="primary", key="add_scanned", icon=":material/check:"):
                library.save(dataset)
                del st.session_state[_JOB]
                open_dataset(dataset.id)
                open_page("explore.py")
            if st.button("Discard", key="discard_scanned"):
                del st.session_state[_JOB]
                st.rerun()
