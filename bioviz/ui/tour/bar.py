"""Drawing the tour above a page, and doing what its buttons say."""

from __future__ import annotations

import streamlit as st

from bioviz import jobs
from bioviz.datasets import library
from bioviz.errors import BiovizError
from bioviz.runs import RunSpec, ready
from bioviz.ui.app.pages import open_page
from bioviz.ui.clips.clip_desk import GROUP
from bioviz.ui.components.tour_bar.tour_bar import ACT, LEAVE, NEXT, BarProps, room_for_the_bar, tour_bar
from bioviz.ui.pickers.projection_picker import projection
from bioviz.ui.pickers.run_picker import seed_of
from bioviz.ui.state import TourState
from bioviz.ui.tour.plan import Plan, go_ahead
from bioviz.ui.tour.steps import COUNT, STEPS, Said
from bioviz.ui.view import set_view, view, write_url


def start(dataset_id: str, model: str = "", checkpoint: str = "") -> None:
    """Begin a tour of a dataset, as one model hears it; the best that is ready where none is named."""
    if not model:
        best = ready.models(library.load(dataset_id))[0]
        model, checkpoint = best.model, best.checkpoint
    TourState.asked.pop()
    set_view(dataset=dataset_id, model=model, checkpoint=checkpoint, k=20, other_dataset="")
    go(1)


def plan_of_view() -> Plan | None:
    """Return the plan of the tour that the view is on; None where its dataset or model is not here."""
    seen = view()
    try:
        dataset = library.load(seen.dataset)
        model, checkpoint = seen.model, seen.checkpoint
        if not (model and checkpoint):
            marks = ready.checkpoints(model, dataset) if model else ready.models(dataset)
            model, checkpoint = marks[0].model, checkpoint or marks[0].checkpoint
        spec = RunSpec(
            dataset.id,
            model,
            checkpoint,
            seed=seed_of(checkpoint, seen.model_seed),
            projection=projection(),
        )
        plan = Plan(spec, seen.k)
        _ = plan.missing  # of a model that nobody knows
    except BiovizError:
        return None  # the page says what is not here
    return plan


def go(step: int) -> None:
    """Turn to a step; past the last one the tour is over."""
    if step > COUNT:
        return leave()
    to = STEPS[step - 1]
    plan = plan_of_view()
    fields = {} if plan is None else to.view(plan)
    set_view(**{"split": "all", "without_background": False, "clip": -1, **fields, "tour": step})
    open_page(to.file)


def leave() -> None:
    """End the tour; the page stays."""
    set_view(tour=0)
    write_url()
    st.rerun()


def show(url: str) -> None:
    """Draw the bar where there is a tour.

    Parameters
    ----------
    url
        Path of the page that is about to be drawn.

    """
    step = view().tour
    plan = plan_of_view() if step else None
    if plan is None:
        return
    st.html(room_for_the_bar())
    asked = set(TourState.asked.get())
    job = go_ahead(plan, step, asked)
    TourState.asked.set(frozenset(asked))
    training = plan.training_job if step == 4 and not plan.obstacle else None
    if job is None and training is not None and not training.is_over:
        job = training
    to = STEPS[step - 1]
    said = to.say(plan) or _waiting(plan, job)
    clicked = tour_bar(
        BarProps(
            step,
            [each.title for each in STEPS],
            said.text,
            said.button,
            (said.pair.rows, said.pair.labels) if said.pair else None,
            job,
            said.waits,
            elsewhere=url != to.url,
        ),
        plan.dataset,
        GROUP,
    )
    _do(clicked, step, said)


def _do(clicked: str, step: int, said: Said) -> None:
    """Do what was clicked."""
    if clicked == NEXT:
        go(step + 1)
    elif clicked == LEAVE:
        leave()
    elif clicked == ACT and said.act is not None:
        said.act()
        st.rerun()
    elif clicked.isdigit() and 1 <= int(clicked) <= COUNT:
        go(int(clicked))


def _waiting(plan: Plan, job: jobs.Job | None) -> Said:
    """Say why the result of the step is not here."""
    if plan.missing:
        return Said(f"The weights of this model are missing. {plan.missing}")
    if job is None:
        return Said("This step is not computed. The page below has the button that starts it.")
    return Said("This is being computed.", waits=True)
