"""The noise experiment: curves of the models, where labels are lost, and the path and sound of one clip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from bioviz import runs
from bioviz.analysis.helps import HELPS
from bioviz.audio import playback
from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput
from bioviz.experiments.draw import Draw
from bioviz.experiments.mixtures import mixture
from bioviz.experiments.noise import NoiseResult, drawn_for, job_params, open_noise, start_noise
from bioviz.experiments.settings import NoiseSettings
from bioviz.plots import figures, paths
from bioviz.runs import Run, RunSpec
from bioviz.ui import experiment_card
from bioviz.ui.noise_form import model_title, noise_form
from bioviz.ui.pickers import METHODS
from bioviz.ui.run_map import label_names
from bioviz.ui.theme import is_dark

CLEAN = "as recorded"
MEASURES = {  # field of NoiseScores -> its help, axis title
    "separability": ("separability_neighbour", "background told from the calls (AUROC, 0.5 by chance)"),
    "mean_confusion": ("noise_confusion", "mean noise confusion (0 to 1, 0.5 by chance)"),
    "mean_purity": ("purity", "mean purity (share of neighbours, 0 to 1)"),
    "accuracy": ("knn_accuracy", "accuracy by neighbours (share of clips, 0 to 1)"),
}
Results = Mapping[str, tuple[Run, NoiseResult]]  # by the model's title


@st.cache_resource(max_entries=8, ttl=120, show_spinner=False)
def _drawn(spec: RunSpec, chosen: NoiseSettings, version: str) -> Draw:
    return drawn_for(spec, chosen)


def show(spec: RunSpec) -> None:
    """The whole tab. Raises BiovizError."""
    dataset = library.load(spec.dataset)
    st.caption(
        "Background is added to clips with calls, a little more at each step. Where do their neighbours become "
        "background? Neighbours from the clip's own recording, and from the one that the background came from, "
        "do not count."
    )
    if not dataset.labels:
        st.info("This dataset has no labels. Annotate calls, or choose another dataset.")
        return
    chosen, specs = noise_form(dataset, spec)
    drawn = _drawn(spec, chosen, dataset.version)
    ready: dict[str, tuple[Run, NoiseResult]] = {}
    for each in specs:
        run = runs.open_run(each)
        result = None if run is None else open_noise(run, chosen, drawn)
        if result is not None:
            ready[model_title(each)] = (run, result)
    left = [each for each in specs if model_title(each) not in ready]
    if left:
        count = len(drawn.rows) * len(chosen.snrs_db)
        experiment_card.offer(
            "noise",
            job_params(specs, chosen),  # of all, so that a job is known again when its first model is done
            lambda: start_noise(specs, chosen),
            "This experiment is not computed yet" if not ready else "Some models are not computed yet",
            f"{len(drawn.rows):,} clips at {len(chosen.snrs_db)} ratios ({count:,} mixtures) for "
            f"{', '.join(model_title(each) for each in left)}.",
        )
    if ready:
        _curves(ready, dataset)
        _lost(ready, dataset)
        _clip(ready, dataset, drawn)
        for title, (_, result) in ready.items():
            for problem in result.problems[:5]:
                st.warning(f"{title}: {problem.detail}", icon=":material/warning:")


def _curves(ready: Results, dataset: Dataset) -> None:
    st.subheader("What added background does")
    measured = np.flatnonzero(next(iter(ready.values()))[1].scores.clips)
    titles = {name: HELPS[help].title for name, (help, _) in MEASURES.items()}
    choices = {**titles, "in_background": "Clips lost in background"}
    measure = st.segmented_control(
        "Measure",
        list(choices),
        default="separability",
        required=True,
        format_func=choices.get,
        key="noise_measure",
        label_visibility="collapsed",
    )
    column = None
    if measure == "in_background":
        column = st.selectbox(
            "Label", measured, format_func=lambda i: dataset.labels[i], key="noise_curve_label", width=300
        )
        st.caption(
            "Share of the label's clips with more than half background around them; half of them: lost."
        )
        y_title = "clips in background (share, 0 to 1)"
    else:
        help, y_title = MEASURES[measure]
        st.caption(f"{HELPS[help].text} Bands are 95 % intervals, by recording.")
    snrs = next(iter(ready.values()))[1].scores.snrs_db
    x = axis_places(snrs)
    lines = {}
    for title, (_, result) in ready.items():
        values = getattr(result.scores, measure)
        values, low, high = (values if column is None else values[:, column]).T
        known = np.isfinite(low).all() and np.isfinite(high).all()
        lines[title] = (values, low, high) if known else (values, None, None)
    made = figures.curves(x, lines, x_title="signal-to-noise ratio (dB)", y_title=y_title, dark=is_dark())
    made.update_xaxes(autorange="reversed", tickvals=x, ticktext=level_names(snrs))
    made.update_yaxes(range=[-0.02, 1.02])
    if measure in ("separability", "mean_confusion", "in_background"):
        made.add_hline(0.5, line={"dash": "dash", "width": 1, "color": "#9A9A9A"})
    st.plotly_chart(made, key="noise_curves", theme=None)


def axis_places(snrs_db: np.ndarray) -> np.ndarray:
    """Where levels stand on the axis: the clips as recorded one step above the highest ratio."""
    finite = snrs_db[np.isfinite(snrs_db)]
    step = float(np.abs(np.diff(finite)).mean()) if len(finite) > 1 else 5.0
    return np.where(np.isfinite(snrs_db), snrs_db, finite.max() + step)


def level_names(snrs_db: np.ndarray) -> list[str]:
    """Levels in words, as in "10 dB"."""
    return [f"{snr:g} dB" if np.isfinite(snr) else CLEAN for snr in snrs_db]


def _lost(ready: Results, dataset: Dataset) -> None:
    st.subheader("Where labels are lost")
    st.caption(
        HELPS["lost_at"].text
        + " The lower, the more noise the model bears. In brackets: 95 % interval, by recording."
    )
    for title, (_, result) in ready.items():
        st.text(lost_sentence(title, result, dataset.labels))
    background = float((next(iter(ready.values()))[0].targets == 0).mean())
    if background > 0.5:
        st.caption(
            f"Here {background:.0%} of all clips are background, so that it is the majority around many clips by "
            "chance alone. Noise confusion, above, allows for that."
        )
    table: dict[str, list[object]] = {"label": [], "clips": []}
    first = next(iter(ready.values()))[1].scores
    for i in np.flatnonzero(first.clips):
        table["label"].append(dataset.labels[i])
        table["clips"].append(int(first.clips[i]))
        for title, (_, result) in ready.items():
            table.setdefault(title, []).append(lost_words(result, int(i)))
    st.dataframe(pd.DataFrame(table), hide_index=True, key="noise_lost")


def lost_sentence(title: str, result: NoiseResult, labels: Sequence[str]) -> str:
    """Which labels a model loses first and last, in words."""
    s = result.scores
    at, measured = s.lost_at_db[:, 0], s.clips > 0
    already = measured & (s.in_background[0, :, 0] >= 0.5)
    known = np.flatnonzero(measured & ~already & ~np.isnan(at))
    parts = []
    if len(known):
        highest, lowest = (known[at[known] == edge] for edge in (at[known].max(), at[known].min()))
        if highest[0] == lowest[0]:
            parts.append(f"{_names(labels, highest)} lost {_where(result, highest)}")
        else:
            parts.append(f"{_names(labels, highest)} lost first, {_where(result, highest)}")
            parts.append(f"{_names(labels, lowest)} lost last, {_where(result, lowest)}")
    if already.any():
        parts.append(f"{_names(labels, np.flatnonzero(already))} in background as recorded already")
    return f"{title}: {'; '.join(parts) or 'where labels are lost is not known'}."


def _names(labels: Sequence[str], which: np.ndarray) -> str:
    """Labels as the subject of a sentence, with its verb."""
    names = [labels[i] for i in which[: 3 if len(which) > 4 else 4]]
    if len(which) > len(names):
        names.append(f"{len(which) - len(names)} more")
    return f"{names[0]} is" if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]} are"


def _where(result: NoiseResult, which: np.ndarray) -> str:
    """Where labels are lost that are lost at the same ratio; each of several has an interval of its own."""
    s = result.scores
    at = s.lost_at_db[which[0], 0]
    words = lost_words(result, int(which[0])) if len(which) == 1 else _ratio(at, s.snrs_db)
    return f"at {words}" if np.isfinite(at) else words


def lost_words(result: NoiseResult, label: int) -> str:
    """Where a label is lost, in words, with its interval where one is known."""
    s = result.scores
    at, low, high = s.lost_at_db[label]
    if s.in_background[0, label, 0] >= 0.5:
        return "as recorded already"
    if np.isnan(at):
        return "not known"
    words = _ratio(at, s.snrs_db)
    if np.isnan(low):
        return words
    if low == high:  # every draw reads the same line between two steps, which says no more than the steps do
        upper, lower = s.snrs_db[s.snrs_db >= at].min(), s.snrs_db[s.snrs_db <= at].max(initial=-np.inf)
        return words if not np.isfinite([at, upper, lower]).all() else f"{words} ({lower:g} to {upper:g} dB)"
    ends = [_ratio(end, s.snrs_db) for end in (low, high)]
    if np.isfinite([low, high]).all():
        ends[0] = ends[0].removesuffix(" dB")
    return f"{words} ({ends[0]} to {ends[1]})"


def _ratio(at: float, snrs_db: np.ndarray) -> str:
    """A ratio in words; it is infinite beyond the ratios that were tried."""
    if np.isposinf(at):
        return f"above {snrs_db[1]:g} dB"
    return f"below {snrs_db[-1]:g} dB" if np.isneginf(at) else f"{at:.1f} dB"


def _clip(ready: Results, dataset: Dataset, drawn: Draw) -> None:
    st.subheader("One clip on its way")
    title = next(iter(ready))
    if len(ready) > 1:
        title = st.selectbox("Model", list(ready), key="noise_path_model")
    run, result = ready[title]
    s = result.scores
    frame = pd.DataFrame(
        {
            "clip": drawn.rows,
            "label": label_names(dataset)[drawn.rows],
            "in background from": first_in_background(s.background_share, s.snrs_db),
            "recording": [pair.name for pair in drawn.pairs],
            "start (s)": [pair.start_s for pair in drawn.pairs],
            "background added": [pair.noise.name for pair in drawn.pairs],
        }
    )
    left, right = st.columns(2, gap="medium")
    with left:
        st.caption("Click a line for its path and its sound.")
        event = st.dataframe(
            frame,
            hide_index=True,
            height=400,
            key="noise_clips",
            on_select="rerun",
            selection_mode="single-row",
            column_config={"start (s)": st.column_config.NumberColumn(format="%.2f")},
        )
    picked = event.selection.rows
    i = picked[0] if picked and picked[0] < len(frame) else 0
    method = METHODS[run.spec.projection.method]
    with right:
        st.plotly_chart(
            paths.path_map(
                run.xy,
                run.targets == 0,
                s.places[:, i],
                level_names(s.snrs_db),
                titles=(f"{method} 1 (no unit)", f"{method} 2 (no unit)"),
                dark=is_dark(),
            ),
            key="noise_path",
            theme=None,
        )
        _listen(dataset, drawn, s.snrs_db, i, s.background_share[:, i])


def first_in_background(share: np.ndarray, snrs_db: np.ndarray) -> list[str]:
    """For each clip the highest level with more than half background around it, or "never".

    Args:
        share: (S, m). snrs_db: (S,) falling.
    """
    lost = share > 0.5
    names = level_names(snrs_db)
    return [names[column.argmax()] if column.any() else "never" for column in lost.T]


def _listen(dataset: Dataset, drawn: Draw, snrs_db: np.ndarray, i: int, share: np.ndarray) -> None:
    names = level_names(snrs_db)
    level = st.select_slider(
        "Listen at", range(len(names)), value=0, format_func=lambda j: names[j], key="noise_listen"
    )
    pair = drawn.pairs[i]
    try:
        samples = mixture(pair, float(snrs_db[level]))
    except BadInput as error:
        st.error(str(error), icon=":material/error:")
        return
    slow = playback.default_slow(pair.rate)
    # Encoded here: Streamlit would bring every mixture to the same peak, and play no ultrasound.
    st.audio(playback.render(samples, pair.rate, slow).wav, format="audio/wav")
    around = "not known" if np.isnan(share[level]) else f"{share[level]:.0%}"
    slower = f" Played {slow} times slower." if slow > 1 else ""
    st.caption(f"Background among its neighbours: {around}.{slower}")
