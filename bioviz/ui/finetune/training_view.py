"""Trainings and their results on the page: live curves, interrupted ones, and the list of checkpoints."""

from __future__ import annotations

import streamlit as st

from bioviz import jobs, rights
from bioviz.datasets import library
from bioviz.errors import BiovizError
from bioviz.models import checkpoints, registry
from bioviz.models.checkpoint_record import CheckpointRecord
from bioviz.models.checkpoints import Checkpoint
from bioviz.training import tasks
from bioviz.training.loop.run_dir import TrainingRunDir
from bioviz.training.outcome import LESS, NOTHING
from bioviz.ui import dates
from bioviz.ui.app.notices import plain
from bioviz.ui.app.page_part import page_part
from bioviz.ui.app.pages import open_page
from bioviz.ui.components.job_progress.job_progress import job_news
from bioviz.ui.dates import browser_zone
from bioviz.ui.finetune.curves import METRIC_TITLES, show_curves
from bioviz.ui.finetune.moving_map import show_moving_map
from bioviz.ui.job_cards import job_card
from bioviz.ui.next_steps import before_and_after
from bioviz.ui.state import FinetuneState, JobState
from bioviz.ui.view import set_view

METRIC_HELP = {
    "accuracy": "Share of test clips whose answer is right, background included.",
    "labelled_accuracy": "Of the labelled test clips, how many get their label where background is no answer. Use it "
    "to compare trainings with more and less background.",
    "macro_ap": "Average precision over all test clips, mean over the labels that have test clips. 1 is perfect.",
    "macro_ap_beans": "The same mean over all labels: one without test clips counts as 0, as in BEANS. Compare "
    "published figures with this one.",
    "background_auroc": "AUROC: how often a clip with a call scores higher than a background clip; 0.5 is chance.",
}


def training_jobs() -> list[jobs.Job]:
    """Return the newest job of every training, newest first."""
    newest: dict[str, jobs.Job] = {}
    for job in jobs.list_jobs():
        if job.kind == "finetune":
            newest.setdefault(job.id.rpartition("-")[0], job)
    return list(newest.values())


def watch(job: jobs.Job) -> None:
    """Show a running training: progress, cancel button, curves as they grow."""
    job_card.watch(job.id)

    @page_part
    def live() -> None:
        job_news(jobs.get(job.id), key=JobState.news(job.id))
        work = work_of(job)
        show_moving_map(work, job.params["dataset"], FinetuneState.live_map(job.id))
        show_curves(work and work.curves(), key=FinetuneState.live_curves(job.id), live=work and work.live())

    live()


def ended(job: jobs.Job) -> None:
    """Show a training that stopped before its end: why, and a button that goes on."""
    with st.container(border=True):
        st.markdown(f"**{plain(job.title)}**")
        job_card.outcome(job)
        work = work_of(job)
        curves = work and work.curves()
        epochs = sum(len(trial["epochs"]) for trial in curves["trials"]) if curves else 0
        words = "Go on" if epochs else "Start again"
        may = rights.may_edit()
        if st.button(
            words,
            key=FinetuneState.resume(job.id),
            icon=":material/play_arrow:",
            type="primary",
            disabled=not may,
        ):
            jobs.restart(job.id)
            st.rerun()
        if epochs:
            if st.button(
                "Forget its epochs",
                key=FinetuneState.forget(job.id),
                icon=":material/delete:",
                disabled=not may,
            ):
                tasks.TrainSpec.from_dict(job.params).work().restart()
                st.rerun()
            st.caption(f"{epochs} epochs are kept.")
            show_curves(curves, key=FinetuneState.ended_curves(job.id))


def work_of(job: jobs.Job) -> TrainingRunDir | None:
    """Where a training writes its curves; None where the dataset or its starting point was removed meanwhile."""
    try:
        return tasks.TrainSpec.from_dict(job.params).work()
    except BiovizError:
        return None


def checkpoint_list(opened: str = "") -> None:
    """All checkpoints with their records, and what can be done with them; and a place to bring one.

    Parameters
    ----------
    opened
        Id of the one that is shown unfolded.

    """
    if rights.may_edit():
        _bring()
    known_checkpoints = checkpoints.list_checkpoints()
    if not known_checkpoints:
        st.caption("No fine-tuned checkpoints yet.")
    for checkpoint in known_checkpoints:
        record = checkpoint.record
        title = (
            f"{checkpoint.title_in(browser_zone())} — {_model_title(record)} on {record.dataset.name or '?'}"
        )
        expander = st.expander(
            plain(title),
            expanded=checkpoint.id == opened,
            key=FinetuneState.checkpoint(checkpoint.id),
            on_change="rerun",
        )
        if expander.open:
            with expander:
                show_checkpoint(checkpoint)


def _bring() -> None:
    with st.expander("Bring a checkpoint from another computer"):
        st.caption("A zip file that was downloaded here or on another computer with bioviz.")
        file = st.file_uploader("Checkpoint file", type="zip", key=FinetuneState.import_file)
        if file is not None and st.button("Add it", key=FinetuneState.import_now, type="primary"):
            try:
                checkpoint = checkpoints.import_zip(file.getvalue())
                st.success(
                    f"{plain(checkpoint.title_in(browser_zone()))} was added.", icon=":material/check_circle:"
                )
            except BiovizError as error:
                st.error(plain(str(error)), icon=":material/error:")


def show_checkpoint(checkpoint: Checkpoint) -> None:
    """One checkpoint: results, actions, curves, record."""
    record = checkpoint.record
    if not checkpoint.usable:
        st.error(f"Must not be used: {plain(record.reason)}", icon=":material/block:")
    for column, (name, title) in zip(st.columns(len(METRIC_TITLES)), METRIC_TITLES.items(), strict=True):
        value = record.test.get(name)
        column.metric(title, "–" if value is None else f"{value:.3f}", help=METRIC_HELP[name])
    counts = record.split.counts
    if counts:
        st.caption(
            f"Measured on {counts['test']['clips']:,} test clips ({counts['test']['background']:,} background); "
            f"trained on {counts['train']['clips']:,} ({counts['train']['background']:,} background). "
            f"{dates.local_of(record.created)}, {jobs.duration(record.seconds)} on "
            f"{record.computed_on or '?'}."
        )
    show_outcome(record)
    paper = (record.test_as_paper or {}).get(record.metric)
    if paper is not None:
        st.caption(
            f"By the paper's way, with background left out of the test: {METRIC_TITLES[record.metric]} "
            f"{paper:.3f}. Do not compare it with the figures above."
        )
    _actions(checkpoint)
    if record.curves:
        show_curves(
            {"metric": record.metric, "trials": record.curves}, key=FinetuneState.record_curves(checkpoint.id)
        )
    if st.toggle("Show the whole record", key=FinetuneState.record(checkpoint.id)):
        st.json(record.to_dict(), expanded=1)


def show_outcome(record: CheckpointRecord) -> None:
    """Show what the training taught, and what is to be known of its sound."""
    outcome = record.outcome
    if outcome.sentence and outcome.kind in (NOTHING, LESS):
        st.warning(plain(outcome.sentence), icon=":material/warning:")
    elif outcome.sentence:
        st.info(plain(outcome.sentence), icon=":material/school:")
    for note in record.notes:
        st.caption(plain(note))


def _actions(checkpoint: Checkpoint) -> None:
    with st.container(horizontal=True):
        known = {summary.id for summary in library.list_datasets()}
        trained_on = checkpoint.record.dataset.id
        own_dataset = {"dataset": trained_on} if trained_on in known else {}
        if st.button(
            "Explore with it",
            key=FinetuneState.explore(checkpoint.id),
            type="primary",
            icon=":material/scatter_plot:",
            disabled=not checkpoint.usable,
        ):
            set_view(model=checkpoint.record.model, checkpoint=checkpoint.name, clip=-1, **own_dataset)
            open_page("explore.py")
        if st.button(
            "Compare with its start",
            key=FinetuneState.compare(checkpoint.id),
            icon=":material/compare:",
            disabled=not (checkpoint.usable and own_dataset),
            help="Two maps of the same clips, before and after the training. Test clips where the dataset has them.",
        ):
            set_view(**before_and_after(checkpoint, trained_on))
            open_page("compare.py")
        st.download_button(
            "Download",
            data=lambda: checkpoints.export(checkpoint.id),
            file_name=f"{checkpoint.record.model}-{checkpoint.id}.zip",
            mime="application/zip",
            key=FinetuneState.export(checkpoint.id),
            on_click="ignore",
            icon=":material/download:",
        )
        with st.popover("Delete", icon=":material/delete:"):
            st.markdown("This cannot be undone. Maps made with it stay until they are cleared away.")
            if st.button(
                "Delete it", key=FinetuneState.delete(checkpoint.id), disabled=not rights.may_edit()
            ):
                checkpoints.delete(checkpoint.id)
                st.rerun()


def _model_title(record: CheckpointRecord) -> str:
    try:
        return registry.card(record.model).title
    except BiovizError:
        return record.model
