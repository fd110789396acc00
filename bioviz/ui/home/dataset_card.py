"""The card of a dataset on the start page: its verdict in one sentence, its worst clips with sound, what to do next."""

from __future__ import annotations

import streamlit as st

from bioviz import jobs, runs
from bioviz.counts import counted, sound_length
from bioviz.datasets import library
from bioviz.datasets.library import DatasetSummary
from bioviz.datasets.types import Dataset
from bioviz.errors import BiovizError
from bioviz.models import registry
from bioviz.plots import palette
from bioviz.runs import RunSpec
from bioviz.runs.diagnosis import job_params, start_diagnosis
from bioviz.ui.app.notices import plain
from bioviz.ui.app.page_part import page_part
from bioviz.ui.app.pages import open_page
from bioviz.ui.clips.clip_desk import GROUP
from bioviz.ui.components.gallery.gallery import gallery
from bioviz.ui.components.job_progress.job_progress import job_progress
from bioviz.ui.home.verdicts import Next, Verdict, best, find_verdict, seconds_to_compute
from bioviz.ui.job_cards import job_card
from bioviz.ui.model_titles import title_of
from bioviz.ui.notes.changed_files import changed_files
from bioviz.ui.state import DiagnoseState, HomeState, JobState
from bioviz.ui.tour import bar as tour
from bioviz.ui.view import open_dataset, set_view

K = 20  # neighbors looked at, as the page Diagnose opens


@page_part
def show(summary: DatasetSummary) -> None:
    """Draw the card; a job that it starts is followed in it."""
    with st.container(border=True, height="stretch", key=HomeState.card(summary.id)):
        st.markdown(f"**{plain(summary.name)}**")
        st.caption(
            f"{counted(summary.clips, 'clip')} · {counted(len(summary.labels), 'label')} · "
            + sound_length(summary.hours)
        )
        try:
            dataset = library.load(summary.id)
            missing = changed_files(summary.id, summary.version)
            verdict = find_verdict(dataset)
        except BiovizError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        if missing:
            st.warning(
                f"{len(missing):,} of {summary.recordings:,} recordings are missing or changed, such as "
                f"{plain(missing[0])}. Bring them back, or add the dataset again.",
                icon=":material/folder_off:",
            )
        if verdict is None:
            _not_computed(dataset)
        else:
            _known(dataset, verdict)


def _known(dataset: Dataset, verdict: Verdict) -> None:
    st.markdown(plain(verdict.text))
    if verdict.rows:
        gallery(
            dataset,
            verdict.rows,
            labels=verdict.labels,
            group=GROUP,
            key=HomeState.worst(dataset.id),
            colours=palette.colours_for(dataset.target_names),
        )
    st.caption(_model(verdict.spec))
    with st.container(horizontal=True):
        _tour_button(dataset, verdict.spec)
        _next_button(dataset, verdict.spec, verdict.next)
        _explore_button(dataset, verdict.spec)


def _not_computed(dataset: Dataset) -> None:
    spec = best(dataset)
    job = jobs.find("diagnosis", job_params(spec, K)) or runs.job_for(spec)
    if job is not None and not job.is_over:
        _computing(job.id)
        return
    if job is not None and job.state != "done":
        job_card.outcome(job)
    state = registry.checkpoint_state(spec.model, spec.checkpoint)
    if not state.available:
        st.markdown(plain(f"Not computed, and no model is ready: {state.message}"))
        return
    seconds = seconds_to_compute(dataset, spec.model)
    takes = f" (takes about {jobs.duration(seconds)})" if seconds is not None else ""
    st.markdown(f"Not computed yet{takes}.")
    st.caption(_model(spec))
    with st.container(horizontal=True):
        if st.button(
            "Compute", type="primary", key=HomeState.compute(dataset.id), icon=":material/play_arrow:"
        ):
            start_diagnosis(spec, K)
            st.rerun(scope="fragment")
        _tour_button(dataset, spec, primary=False)
        _explore_button(dataset, spec)


def _computing(job_id: str) -> None:
    """Follow a job; when it is over the page is drawn anew."""
    try:
        job = jobs.get(job_id)
    except BiovizError:
        st.rerun()
    if job.is_over:
        st.rerun()
    job_progress(job, key=JobState.progress(job.id))


def _tour_button(dataset: Dataset, spec: RunSpec, *, primary: bool = True) -> None:
    if st.button(
        "Show me what is wrong here",
        type="primary" if primary else "secondary",
        key=HomeState.tour(dataset.id),
        help="The guided story on this dataset, as this model hears it.",
    ):
        tour.start(dataset.id, spec.model, spec.checkpoint)


def _next_button(dataset: Dataset, spec: RunSpec, following: Next) -> None:
    if st.button(following.words, key=HomeState.next_step(dataset.id)):
        _turn_to(dataset, spec)
        if following.section:
            DiagnoseState.section.set(following.section)
        open_page(following.file)


def _explore_button(dataset: Dataset, spec: RunSpec) -> None:
    if st.button("Explore", key=HomeState.explore(dataset.id)):
        _turn_to(dataset, spec)
        open_page("explore.py")


def _turn_to(dataset: Dataset, spec: RunSpec) -> None:
    open_dataset(dataset.id)
    set_view(model=spec.model, checkpoint=spec.checkpoint)


def _model(spec: RunSpec) -> str:
    return plain(title_of(spec.model, spec.checkpoint))
