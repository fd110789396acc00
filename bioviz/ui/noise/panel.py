"""The noise experiment: curves of the models, where labels are lost, and the path and sound of one clip."""

from __future__ import annotations

import numpy as np
import streamlit as st

from bioviz import jobs, runs
from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.analysis.scores.lost_at import TOLD
from bioviz.analysis.unit_words import UnitWords
from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.experiments.draw import Draw, source_version
from bioviz.experiments.noise import NoiseResult, drawn_for, job_params, open_noise, start_noise
from bioviz.experiments.noise_scores import lost_share
from bioviz.experiments.settings import NoiseSettings
from bioviz.plots.curves import curves_figure
from bioviz.runs import Run, RunSpec
from bioviz.ui.app.notices import plain
from bioviz.ui.app.theme import is_dark
from bioviz.ui.job_cards import compute_card
from bioviz.ui.model_titles import title_of
from bioviz.ui.noise.clip_path import Results, show_clip_path
from bioviz.ui.noise.earlier import earlier
from bioviz.ui.noise.form import noise_form
from bioviz.ui.noise.levels import axis_places, level_names
from bioviz.ui.noise.lost import show_lost
from bioviz.ui.notes.missing_intervals import say_missing
from bioviz.ui.notes.trained_note import warn_trained
from bioviz.ui.state import NoiseState

MEASURES = {  # field of NoiseScores -> its help, axis title
    "separability": ("separability_neighbor", "AUROC (0.5 by chance)"),
    "mean_confusion": ("noise_confusion", "mean noise confusion (0 to 1, 0.5 by chance)"),
    "mean_purity": ("purity", "mean purity (share of neighbors, 0 to 1)"),
    "accuracy": ("knn_accuracy", "accuracy by neighbors (share of clips, 0 to 1)"),
}


@st.cache_resource(max_entries=8, ttl=120, show_spinner=False)
def _drawn(spec: RunSpec, chosen: NoiseSettings, version: str) -> Draw:
    return drawn_for(spec, chosen)


def show(spec: RunSpec) -> None:
    """Show the whole tab. Raises BiovizError."""
    dataset = library.load(spec.dataset)
    st.caption(
        "Background is added to clips with calls, a little more at each step. Where do their neighbors become "
        "background? Neighbors from the clip's own recording, and from the one that the background came from, "
        "do not count."
    )
    if not dataset.labels:
        st.info("This dataset has no labels. Annotate calls, or choose another dataset.")
        return
    earlier("noise", spec)
    chosen, specs = noise_form(dataset, spec)
    drawn = _drawn(spec, chosen, f"{dataset.version} {source_version(dataset, chosen)}")
    ready: dict[str, tuple[Run, NoiseResult]] = {}
    for each in specs:
        run = runs.open_run(each)
        result = None if run is None else open_noise(run, chosen, drawn)
        if run is not None and result is not None:
            ready[title_of(each.model, each.checkpoint)] = (run, result)
    left = [each for each in specs if title_of(each.model, each.checkpoint) not in ready]
    if left:
        count = len(drawn.rows) * len(chosen.snrs_db)
        compute_card.show(
            # Of all models, so that a job is known again when its first model is done.
            jobs.find("noise", job_params(specs, chosen)),
            lambda: start_noise(specs, chosen),
            title="This experiment is not computed yet" if not ready else "Some models are not computed yet",
            text=f"{len(drawn.rows):,} clips at {len(chosen.snrs_db)} ratios ({count:,} mixtures) for "
            f"{', '.join(title_of(each.model, each.checkpoint) for each in left)}.",
            models=left,
            key=NoiseState.compute,
        )
    if ready:
        if drawn.left_out:
            st.caption(
                f"Left out: {drawn.left_out:,} clips whose site has no background in another unit of independence."
            )
        for title, (run, result) in ready.items():
            warn_trained(dataset, result.rows, run.spec.checkpoint, title if len(ready) > 1 else "")
        _curves(ready, dataset)
        show_lost(ready, dataset)
        show_clip_path(ready, dataset, drawn)
        for title, (_, result) in ready.items():
            for problem in result.problems[:5]:
                st.warning(f"{plain(title)}: {plain(problem.detail)}", icon=":material/warning:")


def _curves(ready: Results, dataset: Dataset) -> None:
    st.subheader("What added background does")
    run, result = next(iter(ready.values()))
    unit, measured = UnitWords(run.unit.noun), np.flatnonzero(result.scores.clips)
    titles = {name: METRIC_INFO[help].title for name, (help, _) in MEASURES.items()}
    choices = {**titles, "lost": "Clips lost to background", "told": "One label told from background"}
    if NoiseState.measure.get() not in choices:
        NoiseState.measure.set("separability")
    measure = st.segmented_control(
        "Measure",
        list(choices),
        required=True,
        format_func=choices.__getitem__,
        key=NoiseState.measure,
        label_visibility="collapsed",
    )
    measure = measure or "separability"  # a required control always has a choice; its type cannot say so
    column = None
    if measure == "told":
        column = st.selectbox(
            "Label", measured, format_func=lambda i: dataset.labels[i], key=NoiseState.curve_label, width=300
        )
        st.caption(
            f"How well the label's clips are told from background: AUROC, 0.5 by chance. Below {TOLD:g} the label is "
            f"lost. Bands and upright bars are 95 % intervals, {unit.by}."
        )
        y_title = "AUROC (0.5 by chance)"
    elif measure == "lost":
        y_title = "clips lost (share, 0 to 1)"
        st.caption(
            "Share of clips with more background around them than by chance: a model that bears noise keeps it low. "
            f"Bands and upright bars are 95 % intervals, {unit.by}."
        )
    else:
        help, y_title = MEASURES[measure]
        st.caption(f"{METRIC_INFO[help].text} Bands and upright bars are 95 % intervals, {unit.by}.")
    snrs = next(iter(ready.values()))[1].scores.snrs_db
    x = axis_places(snrs)
    lines, without = {}, []
    for title, (_, result) in ready.items():
        if measure == "lost":
            values = lost_share(result.scores, dataset.groups[result.rows])
        else:
            values = getattr(result.scores, measure)
        values, low, high = (values if column is None else values[:, column]).T
        known = np.isfinite(low).all() and np.isfinite(high).all()
        lines[title] = (values, low, high) if known else (values, None, None)
        if (np.isfinite(values) & np.isnan(low)).any():
            without.append(title)
    figure = curves_figure(x, lines, x_title="signal-to-noise ratio (dB)", y_title=y_title, dark=is_dark())
    figure.update_xaxes(autorange="reversed", tickvals=x, ticktext=level_names(snrs))
    figure.update_yaxes(range=[-0.02, 1.02])
    if measure in ("separability", "mean_confusion", "told"):
        figure.add_hline(
            TOLD if measure == "told" else 0.5, line={"dash": "dash", "width": 1, "color": "#9A9A9A"}
        )
    st.plotly_chart(figure, key=NoiseState.curves, theme=None)
    say_missing(without, next(iter(ready.values()))[0].unit.noun)
