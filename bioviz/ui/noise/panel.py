"""The noise experiment: curves of the models, where labels are lost, and the path and sound of one clip."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from bioviz import jobs, runs
from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.analysis.neighbors.noise_confusion import CONFUSED
from bioviz.analysis.scores.lost_at import TOLD
from bioviz.analysis.unit_words import UnitWords
from bioviz.audio import playback
from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput
from bioviz.experiments.draw import Draw, source_version
from bioviz.experiments.mixtures import mixture
from bioviz.experiments.noise import NoiseResult, drawn_for, job_params, open_noise, start_noise
from bioviz.experiments.settings import NoiseSettings
from bioviz.percent import percent
from bioviz.plots import figures, paths
from bioviz.runs import Run, RunSpec
from bioviz.ui.app.theme import is_dark
from bioviz.ui.chart_clicks import marked_row
from bioviz.ui.clips.run_map import label_names
from bioviz.ui.job_cards import compute_card
from bioviz.ui.missing_intervals import say_missing
from bioviz.ui.noise.form import model_title, noise_form
from bioviz.ui.noise.lost import show_lost
from bioviz.ui.pickers.run_picker import METHODS
from bioviz.ui.state import NoiseState

CLEAN = "as recorded"
MEASURES = {  # field of NoiseScores -> its help, axis title
    "separability": ("separability_neighbor", "background told from the calls (AUROC, 0.5 by chance)"),
    "mean_confusion": ("noise_confusion", "mean noise confusion (0 to 1, 0.5 by chance)"),
    "mean_purity": ("purity", "mean purity (share of neighbors, 0 to 1)"),
    "accuracy": ("knn_accuracy", "accuracy by neighbors (share of clips, 0 to 1)"),
}
Results = Mapping[str, tuple[Run, NoiseResult]]  # by the model's title


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
    chosen, specs = noise_form(dataset, spec)
    drawn = _drawn(spec, chosen, f"{dataset.version} {source_version(dataset, chosen)}")
    ready: dict[str, tuple[Run, NoiseResult]] = {}
    for each in specs:
        run = runs.open_run(each)
        result = None if run is None else open_noise(run, chosen, drawn)
        if run is not None and result is not None:
            ready[model_title(each)] = (run, result)
    left = [each for each in specs if model_title(each) not in ready]
    if left:
        count = len(drawn.rows) * len(chosen.snrs_db)
        compute_card.show(
            # Of all models, so that a job is known again when its first model is done.
            jobs.find("noise", job_params(specs, chosen)),
            lambda: start_noise(specs, chosen),
            title="This experiment is not computed yet" if not ready else "Some models are not computed yet",
            text=f"{len(drawn.rows):,} clips at {len(chosen.snrs_db)} ratios ({count:,} mixtures) for "
            f"{', '.join(model_title(each) for each in left)}.",
            models=left,
            key=NoiseState.compute,
        )
    if ready:
        if drawn.left_out:
            st.caption(
                f"Left out: {drawn.left_out:,} clips whose site has no background in another unit of independence."
            )
        _curves(ready, dataset)
        show_lost(ready, dataset)
        _clip(ready, dataset, drawn)
        for title, (_, result) in ready.items():
            for problem in result.problems[:5]:
                st.warning(f"{title}: {problem.detail}", icon=":material/warning:")


def _curves(ready: Results, dataset: Dataset) -> None:
    st.subheader("What added background does")
    run, result = next(iter(ready.values()))
    unit, measured = UnitWords(run.unit.noun), np.flatnonzero(result.scores.clips)
    titles = {name: METRIC_INFO[help].title for name, (help, _) in MEASURES.items()}
    choices = {**titles, "told": "One label told from background"}
    measure = st.segmented_control(
        "Measure",
        list(choices),
        default="separability",
        required=True,
        format_func=choices.__getitem__,
        key=NoiseState.measure,
        label_visibility="collapsed",
    )
    column = None
    if measure == "told":
        column = st.selectbox(
            "Label", measured, format_func=lambda i: dataset.labels[i], key=NoiseState.curve_label, width=300
        )
        st.caption(
            f"How well the label's clips are told from background: AUROC, 0.5 by chance. Below {TOLD:g} the label is "
            f"lost. The band is a 95 % interval, {unit.by}."
        )
        y_title = "label told from background (AUROC, 0.5 by chance)"
    else:
        help, y_title = MEASURES[measure]
        st.caption(f"{METRIC_INFO[help].text} Bands are 95 % intervals, {unit.by}.")
    snrs = next(iter(ready.values()))[1].scores.snrs_db
    x = axis_places(snrs)
    lines, without = {}, []
    for title, (_, result) in ready.items():
        values = getattr(result.scores, measure)
        values, low, high = (values if column is None else values[:, column]).T
        known = np.isfinite(low).all() and np.isfinite(high).all()
        lines[title] = (values, low, high) if known else (values, None, None)
        if (np.isfinite(values) & np.isnan(low)).any():
            without.append(title)
    figure = figures.curves(x, lines, x_title="signal-to-noise ratio (dB)", y_title=y_title, dark=is_dark())
    figure.update_xaxes(autorange="reversed", tickvals=x, ticktext=level_names(snrs))
    figure.update_yaxes(range=[-0.02, 1.02])
    if measure in ("separability", "mean_confusion", "told"):
        figure.add_hline(
            TOLD if measure == "told" else 0.5, line={"dash": "dash", "width": 1, "color": "#9A9A9A"}
        )
    st.plotly_chart(figure, key=NoiseState.curves, theme=None)
    say_missing(without, next(iter(ready.values()))[0].unit.noun)


def axis_places(snrs_db: np.ndarray) -> np.ndarray:
    """Where levels stand on the axis: the clips as recorded one step above the highest ratio."""
    finite = snrs_db[np.isfinite(snrs_db)]
    step = float(np.abs(np.diff(finite)).mean()) if len(finite) > 1 else 5.0
    return np.where(np.isfinite(snrs_db), snrs_db, finite.max() + step)


def level_names(snrs_db: np.ndarray) -> list[str]:
    """Levels in words, as in "10 dB"."""
    return [f"{snr:g} dB" if np.isfinite(snr) else CLEAN for snr in snrs_db]


def _clip(ready: Results, dataset: Dataset, drawn: Draw) -> None:
    st.subheader("One clip on its way")
    title = next(iter(ready))
    if len(ready) > 1:
        title = st.selectbox("Model", list(ready), key=NoiseState.path_model)
    run, result = ready[title]
    s = result.scores
    frame = pd.DataFrame(
        {
            "clip": drawn.rows,
            "label": label_names(dataset)[drawn.rows],
            "confused from": first_confused(s.confusion, s.snrs_db),
            "recording": [pair.name for pair in drawn.pairs],
            "start (s)": [pair.start_s for pair in drawn.pairs],
            "background added": [pair.noise.name for pair in drawn.pairs],
        }
    )
    left, right = st.columns(2, gap="medium")
    with left:
        st.caption(
            "Click a line for its path and its sound. Confused: more background nearby than by chance, which one clip "
            "can be by chance."
        )
        event = st.dataframe(
            frame,
            hide_index=True,
            height=400,
            key=NoiseState.clips,
            on_select="rerun",
            selection_mode="single-row",
            column_config={"start (s)": st.column_config.NumberColumn(format="%.2f")},
        )
    picked = marked_row(event, np.arange(len(frame)))
    i = 0 if picked is None else picked
    method = METHODS[run.spec.projection.method]
    with right:
        st.text(shown_clip(frame.iloc[i], is_picked=picked is not None))
        st.plotly_chart(
            paths.path_map(
                run.xy,
                run.targets == 0,
                s.places[:, i],
                level_names(s.snrs_db),
                titles=(f"{method} 1 (no unit)", f"{method} 2 (no unit)"),
                dark=is_dark(),
            ),
            key=NoiseState.path,
            theme=None,
        )
        _listen(dataset, drawn, s.snrs_db, i, s.background_share[:, i])


def shown_clip(line: pd.Series, *, is_picked: bool) -> str:
    """Name the clip whose path is drawn, and say so where nobody picked it."""
    named = f"Clip {line['clip']}: {line['label']}, {line['recording']} at {line['start (s)']:.2f} s."
    return named if is_picked else f"{named} It is the first line; click another for its path."


def first_confused(confusion: np.ndarray, snrs_db: np.ndarray) -> list[str]:
    """For each clip the highest level with more background around it than by chance, or "never".

    Parameters
    ----------
    confusion : (S, m)
        Noise confusion.
    snrs_db : (S,)
        Falling.

    """
    lost = confusion > CONFUSED
    names = level_names(snrs_db)
    return [names[column.argmax()] if column.any() else "never" for column in lost.T]


def _listen(dataset: Dataset, drawn: Draw, snrs_db: np.ndarray, i: int, share: np.ndarray) -> None:
    names = level_names(snrs_db)
    level = st.select_slider(
        "Listen at", range(len(names)), value=0, format_func=lambda j: names[j], key=NoiseState.level
    )
    pair = drawn.pairs[i]
    try:
        samples = mixture(pair, float(snrs_db[level]))
    except BadInput as error:
        st.error(str(error), icon=":material/error:")
        return
    slow = playback.default_slow(pair.rate)
    # Encoded here: Streamlit would bring every mixture to the same peak, and play no ultrasound.
    sound = playback.render(samples, pair.rate, slow)
    st.audio(sound.wav, format="audio/wav")
    around = "not known" if np.isnan(share[level]) else percent(share[level])
    slower = f" Played {slow} times slower." if slow > 1 else ""
    quieter = f" {text}." if (text := playback.quieter_text(sound.quieter_db)) else ""
    st.caption(f"Background among its neighbors: {around}.{slower}{quieter}")
