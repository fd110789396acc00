"""Window-shift stability: how many clips change neighbors, which labels, the worst ones to hear, the map."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from bioviz import jobs, runs
from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.analysis.unit_words import UnitWords
from bioviz.counts import UNKNOWN
from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.experiments.settings import ShiftSettings
from bioviz.experiments.shift import ShiftResult, job_params, open_shift, start_shift
from bioviz.experiments.shift_draw import draw_shifts, farthest_reach
from bioviz.percent import COLUMN, percent
from bioviz.plots import figures, palette, paths
from bioviz.runs import Run, RunSpec, query
from bioviz.runs.spec import SEEDS
from bioviz.ui.app.notices import plain
from bioviz.ui.app.theme import is_dark
from bioviz.ui.chart_clicks import marked_row
from bioviz.ui.clips import clip_desk
from bioviz.ui.clips.run_map import label_names
from bioviz.ui.components.clip_panel.inspector import clip_inspector
from bioviz.ui.components.shared import acts
from bioviz.ui.components.shared.act_link import act_link
from bioviz.ui.experiment_settings import remember, remembered
from bioviz.ui.job_cards import compute_card
from bioviz.ui.model_titles import title_of
from bioviz.ui.noise.earlier import earlier
from bioviz.ui.noise.form import count, seeded
from bioviz.ui.notes.missing_intervals import say_missing
from bioviz.ui.notes.trained_note import warn_trained
from bioviz.ui.pickers.many_labels import worst_or_all
from bioviz.ui.pickers.projection_picker import METHODS
from bioviz.ui.state import NoiseState
from bioviz.ui.view import NEIGHBORS

SETTINGS = {  # of a link
    "clips": query.whole(1, 100_000),
    "reach": query.real(0.05, 1),
    "steps": query.whole(1, 20),
    "k": query.whole(*NEIGHBORS),
    "seed": query.whole(*SEEDS),
}


def show(spec: RunSpec) -> None:
    """Show the whole tab. Raises BiovizError."""
    dataset = library.load(spec.dataset)
    st.caption(
        "A window starts where the grid puts it, a call does not. Here clips are embedded again with their windows "
        "a little earlier and later: a model to be trusted finds the same neighbors. A shift that would leave the "
        "recording goes the other way."
    )
    settings = remembered(
        "shift", SETTINGS, ShiftSettings().to_dict()
    )  # what of a link cannot be used is said first
    run = runs.open_run(spec)
    rows = np.arange(len(dataset.clips)) if run is None else run.rows
    farthest = farthest_reach(dataset, rows)
    if not farthest:
        st.info(
            f"The clips of {plain(dataset.name)} fill their recordings, so there is no room to shift their windows. "
            "Choose a dataset with recordings that are longer than its clips."
        )
        return
    earlier("shift", spec)
    chosen = _form(farthest, remembered("shift", SETTINGS, settings))
    result = None if run is None else open_shift(run, chosen)
    if run is None or result is None:
        count = len(draw_shifts(dataset, rows, chosen)[0])
        compute_card.show(
            jobs.find("shift", job_params(spec, chosen)),
            lambda: start_shift(spec, chosen),
            title="The shifts are not computed yet",
            text=f"{count:,} clips, each at {2 * chosen.steps} shifted windows, for "
            f"{title_of(spec.model, spec.checkpoint)}.",
            models=[spec],
            key=NoiseState.compute_shift,
        )
        return
    warn_trained(dataset, result.rows, spec.checkpoint)
    _headline(result)
    _labels(run, result)
    _worst(run, dataset, result)
    for problem in result.problems[:5]:
        st.warning(f"{plain(problem.file)}: {plain(problem.detail)}", icon=":material/warning:")


def _form(farthest: float, settings: dict[str, Any]) -> ShiftSettings:
    """Draw the fields; a shift that is not chosen goes no farther than there is room."""
    usual = ShiftSettings().to_dict()
    if settings["reach"] == usual["reach"]:
        settings = {**settings, "reach": min(usual["reach"], farthest)}
    usual["reach"] = min(usual["reach"], farthest)
    with st.container(border=True):
        a, b, c, d, e = st.columns(5, vertical_alignment="bottom")
        with a:
            clips = count(NoiseState.shift_clips, "Clips", settings["clips"], 1, 100_000, step=50)
        with b:
            reach = seeded(
                NoiseState.shift_reach,
                settings["reach"],
                lambda key: st.number_input(
                    "Farthest shift (share of the window)", 0.05, 1.0, step=0.05, key=key
                ),
            )
        with c:
            steps = count(NoiseState.shift_steps, "Shifts to either side", settings["steps"], 1, 20)
        with d:
            k = count(NoiseState.shift_k, "Neighbors looked at (k)", settings["k"], *NEIGHBORS)
        with e:
            seed = count(NoiseState.shift_seed, "Seed of the draw", settings["seed"], *SEEDS)
    chosen = ShiftSettings(clips, float(reach), steps, k, seed)
    remember("shift", chosen.to_dict(), usual)
    return chosen


def _headline(result: ShiftResult) -> None:
    a, b, c = st.columns(3)
    a.metric("Clips shifted", f"{len(result.rows):,}")
    b.metric(
        "Change their neighbors",
        percent(result.changed.mean()),
        help="Share of clips that keep fewer than half of their neighbors, on average over the shifts.",
    )
    c.metric("Neighborhood preservation", percent(result.kept.mean()), help=METRIC_INFO["shift_kept"].text)


def _labels(run: Run, result: ShiftResult) -> None:
    with_clips = np.flatnonzero(result.clips)
    with_clips = with_clips[np.argsort(result.by_target[with_clips, 0], kind="stable")]
    with_clips = worst_or_all(with_clips, NoiseState.shift_shown)
    mean, low, high = result.by_target[with_clips].T
    without = [run.target_names[t] for t, end in zip(with_clips, low, strict=True) if np.isnan(end)]
    st.caption(f"Lines are 95 % intervals, {UnitWords(run.unit.noun).by}.")
    say_missing(without, run.unit.noun)
    st.plotly_chart(
        figures.ranked_bars(
            [run.target_names[t] for t in with_clips],
            mean,
            low,
            high,
            x_title="neighbors kept (mean share, 0 to 1)",
            colours=palette.colours_for(run.target_names),
            dark=is_dark(),
        ),
        key=NoiseState.shift_labels,
        theme=None,
    )


def _worst(run: Run, dataset: Dataset, result: ShiftResult) -> None:
    st.subheader("The least stable clips")
    act_link(clip_desk.GROUP, dataset.id, (acts.CLIP,))
    st.caption(
        f"{METRIC_INFO['shift_spread'].text} Click a line to hear the clip and to see its spread on the map."
    )
    clips = dataset.clips
    frame = pd.DataFrame(
        {
            "clip": result.rows,
            "label": label_names(dataset)[result.rows],
            "neighbors kept": 100 * result.kept.mean(axis=1),
            "moves (× nearest neighbor)": result.relative,
            "recording": [dataset.recordings[i].name for i in clips.recording[result.rows]],
            "start (s)": clips.start_s[result.rows],
        }
    )
    left, right = st.columns([3, 2], gap="medium")

    def clicked() -> None:
        row = marked_row(NoiseState.shift_lines.get(), result.rows)
        if row is not None:
            clip_desk.take(row)

    with left:
        st.dataframe(
            frame,
            hide_index=True,
            placeholder=UNKNOWN,
            height=300,
            key=NoiseState.shift_lines,
            on_select=clicked,
            selection_mode="single-row",
            column_config={
                "neighbors kept": st.column_config.NumberColumn(format=COLUMN),
                "moves (× nearest neighbor)": st.column_config.NumberColumn(format="%.2f"),
                "start (s)": st.column_config.NumberColumn(format="%.2f"),
            },
        )
        places = np.flatnonzero(result.rows == clip_desk.selected_clip()).tolist()
        names = np.asarray(dataset.target_names)[dataset.targets[result.rows]]
        method = METHODS[run.spec.projection.method]
        st.plotly_chart(
            paths.ellipse_map(
                run.xy,
                run.targets == 0,
                result.ellipses,
                names,
                method=method,
                colours=palette.colours_for(dataset.target_names),
                marked=places[0] if places else None,
                dark=is_dark(),
            ),
            key=NoiseState.shift_map,
            theme=None,
        )
        st.caption(
            "An ellipse spans one standard deviation of the places of a clip's shifts, each placed among its "
            "neighbors."
        )
    with right:
        clip_inspector(
            run.key,
            dataset.id,
            result.rows,
            key=NoiseState.shift_inspector,
            group=clip_desk.GROUP,
            playlist_name="clips, the least stable first",
            colours=palette.colours_for(dataset.target_names),
            empty="Click a line of the table to hear its clip and see its spectrogram.",
        )
