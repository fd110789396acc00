"""The one card for what is not computed yet: what it takes, the job that is at it, or a button that starts one.

A job is looked for on disk by what it computes, so that every tab shows it, and so does a restarted server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import streamlit as st

from bioviz import jobs
from bioviz.datasets import library
from bioviz.embedding.bandwidth import bandwidth_note
from bioviz.jobs.where import started_on
from bioviz.models import registry
from bioviz.models.devices.hardware import hardware
from bioviz.runs import RunSpec
from bioviz.ui.app.notices import plain
from bioviz.ui.app.pages import open_page
from bioviz.ui.job_cards import job_card, where_picker
from bioviz.ui.model_titles import title_of
from bioviz.ui.session import Element
from bioviz.ui.state import JobState


def show(
    job: jobs.Job | None,
    start: Callable[[], jobs.Job],
    *,
    title: str,
    text: str,
    models: Iterable[RunSpec] = (),
    button: str = "Compute it",
    key: Element = JobState.compute,
    blocked: str = "",
) -> None:
    """Follow the job, or offer to start it.

    Parameters
    ----------
    job
        That computes this, as `jobs.find` or `runs.job_for` found it.
    start
        Starts it.
    title
        The card's heading.
    text
        What it will do, with numbers.
    models
        Whose weights it needs; where they are missing, what to do stands in place of the button.
    button
        Its words.
    key
        Unique on the page.
    blocked
        Why it cannot be started, if it cannot.

    """
    if job is not None and not job.is_over:
        job_card.watch(job.id)
        return
    models = list(models)
    missing = list(dict.fromkeys((spec.model, spec.checkpoint) for spec in models if not _is_here(spec)))
    with st.container(border=True):
        st.subheader(plain(title))
        st.text(text)
        if not missing:
            st.caption(
                f"Models run on: {_runs_on(models)}. What is in the cache already is not computed again. "
                f"{hardware().unused_gpu}"
            )
        for note in _narrow(models):
            st.caption(plain(note))
        if job is not None and job.state != "done":
            job_card.outcome(job)
        for name, why in ((job.result or {}) if job else {}).get("failed", {}).items():
            st.error(plain(f"{name}: {why}"), icon=":material/error:")
        if missing:
            weights_missing(missing, key)
        elif blocked:
            st.info(plain(blocked), icon=":material/block:")
        else:
            where = where_picker.show(JobState.where(key)) if models else {}
            if st.button(button, type="primary", key=key, icon=":material/play_arrow:"):
                with started_on(where):
                    start()
                st.rerun()


def weights_missing(models: Iterable[tuple[str, str]], key: Element = JobState.compute) -> None:
    """Say for each (model, checkpoint) which file is missing and where to put it, and lead to the page Models."""
    for model, checkpoint in models:
        name = title_of(model, checkpoint)
        why = registry.checkpoint_state(model, checkpoint).message
        st.warning(f"{plain(name)}: its weights are missing. {plain(why)}", icon=":material/download:")
    if st.button("Open the page Models", key=JobState.missing_weights(key), icon=":material/neurology:"):
        open_page("models.py")


def _is_here(spec: RunSpec) -> bool:
    return registry.checkpoint_state(spec.model, spec.checkpoint).available


def _runs_on(models: Iterable[RunSpec]) -> str:
    """Return the device, with the precision that the models really have on it."""
    cards = [registry.card(spec.model) for spec in models]
    own = {card.title: hardware().precision_of(card) for card in cards}
    kinds = set(own.values())
    if len(kinds) <= 1:
        return hardware().describe("".join(kinds))
    return f"{hardware().describe()} ({', '.join(f'{title} in {kind}' for title, kind in own.items())})"


def _narrow(models: Iterable[RunSpec]) -> list[str]:
    """Return what is to be known where a model takes a broader band than the recordings hold."""
    pairs = dict.fromkeys((spec.dataset, spec.model) for spec in models)
    notes = [bandwidth_note(library.load(dataset), registry.card(model)) for dataset, model in pairs]
    return [note for note in dict.fromkeys(notes) if note]
