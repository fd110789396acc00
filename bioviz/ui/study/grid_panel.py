"""The grid of one's own: what it takes, shown before anything is computed, and the job that computes it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from bioviz import jobs, rights
from bioviz.counts import UNKNOWN
from bioviz.jobs import duration
from bioviz.study import cost
from bioviz.study.earlier import earlier_studies
from bioviz.study.grid import KIND, job_params, start_study, trains
from bioviz.study.plan import PlannedCell, plan, total_words
from bioviz.study.result import StudyResult, open_result
from bioviz.study.spec import StudySpec
from bioviz.ui import dates
from bioviz.ui.app.notices import plain
from bioviz.ui.app.page_part import page_part
from bioviz.ui.app.pages import ask_for_a_dataset
from bioviz.ui.components.job_progress.job_progress import job_news
from bioviz.ui.job_cards import compute_card, job_card
from bioviz.ui.state import JobState, StudyState
from bioviz.ui.study.grid_form import entry_title, grid_form, open_study

MOST_EARLIER = 10
WHY_NOT = (
    "This grid trains models, which is for those who may change what others rely on. Take its models frozen."
)


def running(spec: StudySpec) -> jobs.Job | None:
    """Return the job that computes a grid, or did last."""
    return jobs.find(KIND, job_params(spec))


def show_grid(spec: StudySpec) -> None:
    """Show the fields, the plan, and the job or the button that starts it."""
    _earlier(spec)
    spec = grid_form(spec)
    if not spec.datasets and not earlier_studies():
        ask_for_a_dataset()
    if not spec.cells:
        st.info("Choose one or more datasets and models.")
        return
    result = open_result(spec)
    rates, sample = _rates(result)
    planned = plan(result, rates)
    st.markdown(f"**{plain(total_words(planned))}**")
    _table(planned, result)
    job = running(spec)
    if job is not None and not job.is_over:
        job_card.watch(job.id)
        live(job.id)
        return
    untimed = [each.cell for each in planned if each.seconds is None and each.state != "weights missing"]
    if sample is not None and not sample.is_over:
        job_card.watch(sample.id)
    elif untimed and st.button(
        "Time the models on a sample",
        key=StudyState.sample,
        icon=":material/timer:",
        help=f"Embeds {2 * cost.SAMPLE} clips with each model, which are kept, and tells how long the rest takes.",
    ):
        cost.start_sample(spec.cells)
        st.rerun()
    if any(each.state not in ("computed", "weights missing") for each in planned):
        compute_card.show(
            job,
            lambda: start_study(spec),
            title="Some cells are not computed yet",
            text="Every cell is kept once it is computed; one that fails is named, and the others go on.",
            button="Compute the grid",
            key=StudyState.compute,
            blocked="" if rights.may_edit() or not trains(spec) else WHY_NOT,
        )
    for each in planned:
        if each.reason:
            st.warning(
                f"{plain(entry_title(str(each.cell.entry)))} on {plain(result.datasets[each.cell.dataset].name)}: "
                f"{plain(each.reason)}",
                icon=":material/warning:",
            )


def live(job_id: str) -> None:
    """Run the page again when the next cell is computed."""

    @page_part
    def news() -> None:
        job_news(jobs.get(job_id), key=JobState.news(job_id))

    news()


def _rates(result: StudyResult) -> tuple[Mapping[str, float], jobs.Job | None]:
    """Return what the models of a grid take, as far as they were timed, and the job that times them."""
    job = jobs.find(cost.KIND, cost.job_params(result.spec.cells))
    done = job is not None and job.state == "done" and job.result is not None
    return (job.result or {}).get("rates", {}) if job is not None and done else {}, job


def _table(planned: list[PlannedCell], result: StudyResult) -> None:
    """Show the cells: models as rows, datasets as columns."""
    cells: dict[str, dict[str, list[PlannedCell]]] = {}
    for each in planned:
        row = cells.setdefault(str(each.cell.entry), {})
        row.setdefault(each.cell.dataset, []).append(each)
    frame = pd.DataFrame(
        [
            {
                "model": entry_title(entry),
                **{facts.name: _words(row.get(name, [])) for name, facts in result.datasets.items()},
            }
            for entry, row in cells.items()
        ]
    )
    st.dataframe(frame, hide_index=True, placeholder=UNKNOWN, key=StudyState.plan)


def _words(cells: list[PlannedCell]) -> str:
    """Say how far the seeds of a cell are, and what they take."""
    states = [each.state for each in cells]
    if all(state == "computed" for state in states):
        return "● computed"
    if "weights missing" in states or "failed" in states:
        return "✕ " + ("weights missing" if "weights missing" in states else "failed")
    seconds = [each.seconds for each in cells]
    known = "" if None in seconds else f", {duration(sum(each or 0.0 for each in seconds))}"
    done = states.count("computed")
    count = f" {done} of {len(states)}" if len(states) > 1 else ""
    symbol = "◐ embedded" if "to compute" not in states else "○ to compute"
    return f"{symbol}{count}{known}"


def _earlier(spec: StudySpec) -> None:
    others = [one for one in earlier_studies() if one.spec != spec][:MOST_EARLIER]
    if not others:
        return
    with st.popover("Earlier grids", icon=":material/history:"):
        for number, one in enumerate(others):
            st.button(
                plain(
                    f"{dates.local(one.saved)}: {len(one.spec.entries)} models, {len(one.spec.datasets)} datasets, "
                    f"{one.cells} of {len(one.spec.cells)} cells"
                ),
                key=StudyState.earlier(number),
                on_click=open_study,
                args=(one.spec,),
            )
