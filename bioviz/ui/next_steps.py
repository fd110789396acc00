"""What is done next with a run, by one click: buttons that any page may offer.

Each button is drawn by a function that takes the run's spec and a key of the page, and draws nothing where the step
makes no sense.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from bioviz import rights, runs
from bioviz.datasets import library
from bioviz.errors import BiovizError
from bioviz.models import checkpoints, registry
from bioviz.models.base import FINETUNED, RANDOM
from bioviz.models.checkpoints import Checkpoint
from bioviz.runs import RunSpec
from bioviz.training import tasks
from bioviz.training.data.split import obstacles
from bioviz.training.settings import preset
from bioviz.ui.app.pages import open_page
from bioviz.ui.session import Element
from bioviz.ui.state import CompareState, FinetuneState
from bioviz.ui.view import set_view

QUICK = "quick"


def before_and_after(checkpoint: Checkpoint, trained_on: str) -> dict[str, object]:
    """Return the view that compares a checkpoint with what it was trained from, on clips it never learnt from."""
    own_split = checkpoint.record.split.source == "dataset"
    tested = own_split and "test" in library.load(trained_on).clips.split
    return {
        "dataset": trained_on,
        "model": checkpoint.record.model,
        "checkpoint": checkpoint.record.base,
        "model_seed": checkpoint.record.base_seed,
        "other_dataset": "",
        "other_model": checkpoint.record.model,
        "other_checkpoint": checkpoint.name,
        "split": "test" if tested else "all",
        "clip": -1,
    }


def open_comparison(checkpoint: Checkpoint, trained_on: str) -> None:
    """Open Compare on `before_and_after`, which it computes at once where it is not there."""
    set_view(**before_and_after(checkpoint, trained_on))
    CompareState.start_now.set(True)
    open_page("compare.py")


def compare_with_start(spec: RunSpec, key: Element) -> None:
    """Offer to compare a fine-tuned model with what it was trained from."""
    if not spec.checkpoint.startswith(FINETUNED):
        return
    try:
        checkpoint = checkpoints.get(spec.checkpoint.removeprefix(FINETUNED))
    except BiovizError:
        return
    if st.button(
        "Compare with its start",
        key=key,
        icon=":material/compare:",
        help="Two maps of the same clips, before and after the training.",
    ):
        open_comparison(checkpoint, spec.dataset)


def finetune_and_compare(spec: RunSpec, key: Element) -> None:
    """Offer a training of this model on this dataset, with the quick preset; where it was done, its comparison."""
    if not registry.card(spec.model).trainable:
        return
    if not st.button(
        "Fine-tune and compare",
        key=key,
        icon=":material/model_training:",
        help="Start a quick training of this model on this dataset and show how it goes; when it is done, Compare "
        "opens with before and after. Where that training was done already, it opens at once.",
        disabled=not rights.may_edit(),
    ):
        return
    start = _training(spec)
    trained = _result(start)
    if trained is not None:
        open_comparison(trained, spec.dataset)
    if not obstacles(library.load(spec.dataset), start.settings, spec.model):
        job = tasks.start(start).id
        FinetuneState.job.set(job)
        FinetuneState.compare_after.set(job)
    open_page("finetune.py")  # where what stands against it is said


def without_background(spec: RunSpec, key: Element) -> None:
    """Offer the same map and its scores without background clips, on Explore."""
    if spec.without_background:
        return
    if st.button(
        "Show without background",
        key=key,
        icon=":material/layers_clear:",
        help="The map and the scores of the labelled clips alone, as in the column “ours” of the paper (Chen & Yang).",
    ):
        set_view(without_background=True, clip=-1)
        if runs.open_run(replace(spec, without_background=True)) is None:
            runs.start(replace(spec, without_background=True))
        open_page("explore.py")


def worst_clips(key: Element) -> None:
    """Offer to go through the labelled clips most confused with background, on Diagnose."""
    if st.button(
        "Worst clips now",
        key=key,
        icon=":material/priority_high:",
        help="Go through the labelled clips that lie deepest in background, the worst first, with the cause of each.",
    ):
        set_view(section="worst", clip=-1)
        open_page("diagnose.py")


def _training(spec: RunSpec) -> tasks.TrainSpec:
    """Return the quick training that starts where this run's model is."""
    settings = preset(QUICK, spec.checkpoint != RANDOM)
    return tasks.TrainSpec(spec.dataset, spec.model, spec.checkpoint, settings, "", spec.seed)


def _result(training: tasks.TrainSpec) -> Checkpoint | None:
    try:
        identity = training.work().result()
        return None if identity is None else checkpoints.get(identity)
    except BiovizError:
        return None
