"""Fine-tune: teach a model the labels of a dataset, watch it learn, keep the result as a checkpoint."""

from __future__ import annotations

import streamlit as st

from bioviz.datasets import library
from bioviz.embedding.bandwidth import bandwidth_note
from bioviz.errors import BiovizError
from bioviz.jobs.where import started_on
from bioviz.models import checkpoints, registry
from bioviz.models.base import FINETUNED
from bioviz.models.checkpoints import Checkpoint
from bioviz.models.devices.hardware import hardware
from bioviz.training import tasks
from bioviz.training.data.split import obstacles, warnings
from bioviz.ui.app.notices import plain
from bioviz.ui.app.pages import open_page
from bioviz.ui.dates import browser_zone
from bioviz.ui.editing import for_editors
from bioviz.ui.finetune import training_view
from bioviz.ui.finetune.form import train_form
from bioviz.ui.finetune.moving_map import show_moving_map
from bioviz.ui.job_cards import job_card, where_picker
from bioviz.ui.next_steps import open_comparison
from bioviz.ui.pickers.unit_picker import pick_unit
from bioviz.ui.state import FinetuneState


def new_training() -> None:
    """Show the form, what there is to say about it, and the button."""
    spec = train_form()
    if spec is None:
        st.info("There is no dataset yet. Open the demo on the start page, or add your own recordings.")
        if st.button("Go to the start page", type="primary"):
            open_page("home.py")
        return
    pick_unit(spec.dataset)  # the split is made of whole units
    dataset = library.load(spec.dataset)
    against = obstacles(dataset, spec.settings, spec.model)
    for sentence in against:
        st.error(plain(sentence), icon=":material/block:")
    if not against:
        narrow = bandwidth_note(dataset, registry.card(spec.model))
        for sentence in (*warnings(dataset, spec.settings), *([narrow] if narrow else [])):
            st.warning(plain(sentence), icon=":material/warning:")
    trained = None if against else _trained_before(spec)
    if trained is not None:
        title = plain(trained.title_in(browser_zone()))
        st.info(
            f"These settings were trained already: “{title}”, see Checkpoints. Change a setting, such as the seed, to "
            "train anew.",
            icon=":material/check_circle:",
        )
        st.button(
            "Open it",
            type="primary",
            key=FinetuneState.open_trained,
            icon=":material/unfold_more:",
            on_click=FinetuneState.checkpoint(trained.id).set,
            args=(True,),
        )
        return
    precision = hardware().precision_of(registry.card(spec.model), spec.settings.precision)
    st.caption(
        " ".join(filter(None, (f"Trains on: {hardware().describe(precision)}.", hardware().unused_gpu)))
    )
    where = where_picker.show(FinetuneState.where, shared_out=False)
    if st.button(
        "Start training",
        type="primary",
        key=FinetuneState.start,
        icon=":material/play_arrow:",
        disabled=bool(against),
    ):
        with started_on(where):
            FinetuneState.job.set(tasks.start(spec).id)
        st.rerun()


def _trained_before(spec: tasks.TrainSpec) -> Checkpoint | None:
    """Return the checkpoint that a training with these settings made, under whatever name; None without one."""
    try:
        identity = spec.work().result()
        return None if identity is None else checkpoints.get(identity)
    except BiovizError:  # deleted since; the training then starts anew
        return None


def _promise(job_id: str) -> None:
    """Say what follows on a training that "Fine-tune and compare" started."""
    if FinetuneState.compare_after.get() != job_id:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("When this training is done, **Compare** opens with before and after.", width="content")
        st.button(
            "Stay here instead",
            key=FinetuneState.stay,
            type="tertiary",
            on_click=FinetuneState.compare_after.set,
            args=("",),
        )


def _keep_promise(job_id: str, checkpoint: str, dataset_id: str) -> None:
    """Open the comparison that was promised, once; not with a checkpoint that must not be used or is gone."""
    if FinetuneState.compare_after.get() != job_id:
        return
    FinetuneState.compare_after.set("")
    trained = checkpoints.get(checkpoint)
    if trained.usable:
        open_comparison(trained, dataset_id)


def show() -> None:
    """Show the page below its title."""
    st.markdown(
        "Teach a model the labels of your recordings. It learns from the *training* recordings, the *validation* ones "
        "choose the best moment, and the *test* ones tell how good it became. The result is a checkpoint to explore "
        "with."
    )
    try:
        trainings = training_view.training_jobs()
        for job in trainings:
            if job.state in job_card.RUNNING:
                _promise(job.id)
                training_view.watch(job)
        own_job = next((job for job in trainings if job.id == FinetuneState.job.get()), None)
        new_checkpoint = ""
        if own_job is not None and own_job.state == "done" and own_job.result is not None:
            new_checkpoint = own_job.result["checkpoint"].removeprefix(FINETUNED)
            _keep_promise(own_job.id, new_checkpoint, own_job.params["dataset"])
            st.success("The training is done; its result is unfolded below.", icon=":material/check_circle:")
            show_moving_map(
                training_view.work_of(own_job), own_job.params["dataset"], FinetuneState.last_map(own_job.id)
            )
        interrupted = [job for job in trainings if job.state in ("failed", "lost", "cancelled")]
        if interrupted:
            with st.expander(
                f"Trainings that were stopped ({len(interrupted)})", expanded=interrupted[0] is own_job
            ):
                for job in interrupted[:5]:
                    training_view.ended(job)
        st.subheader("New training")
        if for_editors():
            new_training()
        st.subheader("Checkpoints")
        training_view.checkpoint_list(new_checkpoint)
    except BiovizError as error:
        st.error(plain(str(error)), icon=":material/error:")
