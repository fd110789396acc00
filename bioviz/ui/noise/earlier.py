"""Earlier experiments: found again with the settings they were run with."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from bioviz import jobs
from bioviz.counts import counted
from bioviz.runs import RunSpec
from bioviz.ui import dates
from bioviz.ui.app.notices import plain
from bioviz.ui.jobs.outcomes import outcome_of
from bioviz.ui.state import NoiseState
from bioviz.ui.view import set_view, view

MOST = 20  # in the list


def earlier(kind: Literal["noise", "shift"], spec: RunSpec) -> None:
    """Open the latest finished experiment of a model on a dataset, once, unless a link names another; offer the others.

    Draw it before the fields of the settings.
    """
    experiments = finished(kind, spec)
    opened, place = NoiseState.opened(kind), f"{spec.dataset} {spec.model} {spec.checkpoint}"
    if opened.get() != place:
        opened.set(place)
        if experiments and not getattr(view(), kind):
            _open(kind, spec, experiments[0][1])
    current = getattr(view(), kind)
    others = {title: fields for title, fields in experiments if fields[kind] != current}
    if others:
        with st.popover("Earlier experiments", icon=":material/history:"):
            for number, (title, fields) in enumerate(others.items()):
                st.button(
                    plain(title),
                    key=NoiseState.earlier(f"{kind}_{number}"),
                    on_click=_open,
                    args=(kind, spec, fields),
                )


def finished(kind: str, spec: RunSpec) -> list[tuple[str, dict[str, Any]]]:
    """Return the finished experiments of a model on a dataset, the latest first: what each is called, and its view."""
    by_settings: dict[str, tuple[str, dict[str, Any]]] = {}
    for job in jobs.list_jobs():
        outcome = outcome_of(job) if job.kind == kind else None
        if outcome is None:
            continue
        fields = dict(outcome.fields)
        if (fields["dataset"], fields["model"], fields["checkpoint"]) != (
            spec.dataset,
            spec.model,
            spec.checkpoint,
        ):
            continue
        by_settings.setdefault(fields[kind], (f"{dates.local(job.ended)}: {_words(job)}", fields))
    return list(by_settings.values())[:MOST]


def _open(kind: str, spec: RunSpec, fields: dict[str, Any]) -> None:
    """Show an experiment: its settings in the fields."""
    state = NoiseState
    shift = (state.shift_clips, state.shift_reach, state.shift_steps, state.shift_k, state.shift_seed)
    single = (state.snrs, state.per_label, state.k, state.seed, state.measured, state.folder)
    of_dataset = (state.same_site(spec.dataset), state.labels(spec.dataset), state.source(spec.dataset))
    models = state.models(f"{spec.model}:{spec.checkpoint}")
    for key in shift if kind == "shift" else (*single, *of_dataset, models):
        key.pop()  # a field takes its value from the view again
    set_view(**{kind: fields[kind]})


def _words(job: jobs.Job) -> str:
    """Return the settings of an experiment that tell it from others."""
    settings = job.params["settings"]
    if job.kind == "shift":
        return f"{settings['clips']:,} clips, shifted by up to {settings['reach']:g} of the window"
    levels = ", ".join(f"{snr:g}" for snr in settings["snrs_db"])
    labels = settings.get("labels") or []
    which = counted(len(labels), "label") if labels else "all labels"
    models = len(job.params["specs"])
    return f"{levels} dB, {which}, {settings['per_label']} clips of each" + (
        f", {models} models" if models > 1 else ""
    )
