"""What is done with thresholds: scores mapped to labels, kept under a name, written as a table, applied elsewhere."""

from __future__ import annotations

import streamlit as st

from bioviz import jobs, rights
from bioviz.analysis.thresholds.thresholds import NO_SCORES
from bioviz.datasets import library
from bioviz.errors import BiovizError
from bioviz.runs.thresholds import detections, kept_thresholds
from bioviz.runs.thresholds.of_run import RunThresholds
from bioviz.runs.thresholds.score_mapping import map_label
from bioviz.ui.app.notices import plain
from bioviz.ui.diagnose import map_species
from bioviz.ui.job_cards import job_card
from bioviz.ui.state import DiagnoseState


def mapping(done: RunThresholds) -> None:
    """Let the user say which scores of the model stand for a label."""
    asked = done.asked
    unmatched = [each.name for each in done.result.labels if each.state == NO_SCORES]
    title = "Which score stands for which label"
    if unmatched:
        title += f" ({len(unmatched)} without)"
    box = st.expander(title, key=DiagnoseState.mapping, on_change="rerun")
    if not box.open:
        return
    with box:
        st.caption(
            "Scores of the same name are taken by themselves, by either half of a name such as *Corvus corax_Northern "
            "Raven*. Of several that stand for one label, such as all owls, the highest counts."
        )
        if (
            unmatched
            and asked.names
            and st.button(
                f"Suggest scores for {len(unmatched)} labels"
                if len(unmatched) > 1
                else "Suggest scores for 1 label",
                key=DiagnoseState.suggest_mapping,
                icon=":material/join_inner:",
                disabled=not rights.may_edit(),
            )
        ):
            map_species.ask(done, unmatched)
        left, right = st.columns([1, 2])
        labels = [*unmatched, *(label for label in asked.labels if label not in unmatched)]
        label = left.selectbox("Label", labels, key=DiagnoseState.mapped_label)
        if label is None:
            return
        current = [name for name in asked.mapping.get(label, ()) if name in asked.names]
        chosen = right.multiselect(
            "Scores of the model", asked.names, current, key=DiagnoseState.mapped_scores(label)
        )
        with st.container(horizontal=True):
            may = rights.may_edit()
            if st.button("Use these", key=DiagnoseState.use_mapping, type="primary", disabled=not may):
                map_label(asked.dataset.id, asked.model, asked.checkpoint, label, chosen)
                st.rerun()
            if st.button("Match by name", key=DiagnoseState.by_name, disabled=not may):
                map_label(asked.dataset.id, asked.model, asked.checkpoint, label, None)
                st.rerun()


def keep_and_apply(done: RunThresholds) -> None:
    """Keep the thresholds, write them as a table, apply those that are kept to recordings."""
    if not any(each.usable for each in done.result.labels):
        return
    box = st.expander("Keep these thresholds, and apply them", key=DiagnoseState.keeping, on_change="rerun")
    if not box.open:
        return
    with box:
        name = st.text_input(
            "Name",
            f"{done.asked.dataset.name} {done.result.wanted:g}",
            key=DiagnoseState.threshold_name,
            max_chars=60,
        )
        try:
            held = kept_thresholds.kept(done, name)
        except BiovizError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        with st.container(horizontal=True):
            if st.button(
                "Keep", key=DiagnoseState.keep_thresholds, type="primary", disabled=not rights.may_edit()
            ):
                kept_thresholds.keep(held)
                st.toast(f"Kept as {plain(held.name)}.")
            st.download_button(
                "Thresholds (CSV)",
                kept_thresholds.thresholds_csv(held),
                f"thresholds_{done.asked.dataset.id}.csv",
                "text/csv",
                icon=":material/download:",
                key=DiagnoseState.thresholds_csv,
                on_click="ignore",
                help="With precision, recall, false alarms, and where they come from.",
            )
        _apply(done)


def _apply(done: RunThresholds) -> None:
    """Apply kept thresholds to a dataset, labelled or not: a job, then a table of detections."""
    every = [each for each in kept_thresholds.every() if each.model == done.asked.model]
    datasets = {each.id: each.name for each in library.list_datasets()}
    if not every or not datasets:
        return
    left, middle, right = st.columns([2, 2, 1], vertical_alignment="bottom")
    held = left.selectbox(
        "Kept thresholds", every, key=DiagnoseState.applied, format_func=lambda each: each.name
    )
    target = middle.selectbox(
        "Apply to", list(datasets), key=DiagnoseState.applied_to, format_func=lambda each: datasets[each]
    )
    if held is None or target is None:
        return
    params = {"name": held.name, "dataset": target, "created": held.created}
    job = jobs.find("detections", params)
    if right.button("Detect", key=DiagnoseState.detect, icon=":material/graphic_eq:"):
        job = jobs.start(
            "detections",
            "bioviz.runs.thresholds.detections:detections_job",
            params,
            title=f"Detections in {datasets[target]}: {held.name}",
            looks=True,
        )
    if job is None:
        return
    result = job_card.result_of(job)
    if result is None:
        return
    content = detections.read_detections(result)
    st.caption(
        f"{result['detections']:,} detections in {plain(datasets[target])}. Their precision was measured on "
        f"{plain(held.dataset_name)}; at other places and with other recorders it may be another."
    )
    if content is None:
        st.info("This table is no longer in the cache. Detect again.")
        return
    st.download_button(
        "Detections (CSV)",
        content,
        f"detections_{target}.csv",
        "text/csv",
        icon=":material/download:",
        key=DiagnoseState.detections_csv,
        on_click="ignore",
    )
