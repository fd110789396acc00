"""Adding a dataset: choose where it is, say how to read it, look at what was found, answer what is asked, add it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from bioviz import jobs
from bioviz.annotations.log import ANNOTATION_LOGS
from bioviz.datasets import library
from bioviz.datasets.formats.choose import readers
from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput, Missing
from bioviz.flags import FLAG_LOGS, load_flags
from bioviz.ui.app.notices import plain
from bioviz.ui.app.pages import open_page
from bioviz.ui.app.scroll import scroll_to
from bioviz.ui.datasets import profiles_panel, questions, report, scans
from bioviz.ui.datasets.option_fields import AUTO, option_fields
from bioviz.ui.job_cards import job_card
from bioviz.ui.state import DatasetsState, ReportState
from bioviz.ui.view import open_dataset


def add_from(folder: Path | None) -> None:
    """Show the rest of the page once it is known where the recordings are."""
    if folder is not None:
        _scan_form(folder)
    profiles_panel.show()
    if error := DatasetsState.error.pop():
        st.error(plain(error), icon=":material/error:")
    job = scans.followed(folder)
    if job is not None:
        with st.container(key=DatasetsState.outcome):
            _after_scan(job)
        if job.is_over and DatasetsState.in_view.get() != job.id:  # it lies below a long form
            DatasetsState.in_view.set(job.id)
            scroll_to(DatasetsState.outcome)


def _scan_form(folder: Path) -> None:
    titles = {None: AUTO, **{name: reader.title for name, reader in readers().items()}}
    key = DatasetsState.option("reader", folder)
    if key.get() not in titles:
        key.set(None)
    with st.form("scan"):
        st.markdown("**2. Say how to read it, where the automatic way is not right**")
        left, right = st.columns(2)
        name = left.text_input(
            "Name of the dataset", value=folder.name or str(folder), key=DatasetsState.option("name", folder)
        )
        reader = right.selectbox("Format", list(titles), format_func=titles.__getitem__, key=key)
        try:
            options = option_fields(folder)
        except BadInput as error:
            st.error(plain(str(error)), icon=":material/error:")
            options = None
        pressed = st.form_submit_button("Scan and show the report", type="primary", icon=":material/search:")
    if pressed and options is not None:
        scans.start(folder, name, reader or ("beans" if "beans" in options else None), options)


def _after_scan(job: jobs.Job) -> None:
    result = job_card.result_of(job)
    if result is None:
        return
    if "asked" in result:
        with st.container(border=True):
            st.markdown(f"**3. A question about {plain(str(job.params.get('name') or 'the folder'))}**")
            questions.ask(job, result["files"])
            questions.ask_missing(job, result.get("missing_labels") or {})
            _discard(job)
        return
    try:
        dataset = library.load_draft(result["dataset"])
    except Missing as error:
        st.warning(plain(str(error)), icon=":material/search_off:")
        return
    with st.container(border=True):
        st.markdown(f"**3. Look at what was found in {plain(dataset.name)}**")
        questions.ask(job, dataset.source["files"])
        questions.ask_missing(job, dataset.source.get("missing_labels") or {})
        questions.choose_tables(job, dataset)
        report.show(dataset, ReportState("draft"), asked_above=True)
        _add(job, dataset)


def _add(job: jobs.Job, dataset: Dataset) -> None:
    """Ask whether to add what was found, and in whose place where this folder was added with other options."""
    before = library.replaced_by(dataset)
    if before is not None:
        count = len(load_flags(before))
        flagged = (
            f" Its {count:,} flagged clips stay flagged where clips lie at the same times." if count else ""
        )
        st.warning(
            f"This folder is there already as “{plain(before.name)}”, read with other options, with "
            f"{len(before.clips):,} clips; now there are {len(dataset.clips):,}.{flagged}",
            icon=":material/difference:",
        )
    with st.container(horizontal=True):
        title = "Add this dataset" if before is None else "Replace the dataset"
        if st.button(title, type="primary", key=DatasetsState.add, icon=":material/check:"):
            _save(dataset)
        if before is not None and st.button(
            "Add as another dataset", key=DatasetsState.add_beside, icon=":material/library_add:"
        ):
            another = library.as_another(dataset)
            for logs in (FLAG_LOGS, ANNOTATION_LOGS):
                logs.copy(before.id, another.id)
            _save(another)
        _discard(job)


def _save(dataset: Dataset) -> None:
    library.save(dataset)
    DatasetsState.scan.set("")
    open_dataset(dataset.id)
    open_page("explore.py")


def _discard(job: jobs.Job) -> None:
    st.button("Discard", key=DatasetsState.discard, on_click=scans.leave, args=(job,))
