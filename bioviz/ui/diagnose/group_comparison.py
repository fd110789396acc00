"""Two groups of clips against each other: mean spectrograms, their difference, and what tells them apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from bioviz import jobs
from bioviz.analysis.groups.effects import Effect, compare_groups
from bioviz.analysis.groups.words import lines, sentences, signed
from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.audio import mean_spectrogram as means
from bioviz.audio.mean_spectrogram import MeanSpectrogram
from bioviz.counts import UNKNOWN
from bioviz.datasets.types import Dataset
from bioviz.errors import BiovizError
from bioviz.plots.group_figures import colour_limits, difference, mean_spectrograms
from bioviz.runs import Run
from bioviz.store.keys import key_of
from bioviz.ui.app.notices import plain
from bioviz.ui.job_cards import job_card
from bioviz.ui.state import DiagnoseState

MAX_AVERAGED = 200  # clips of a group
QUICK_SAMPLES = 1_200_000  # of a group, read while the page is drawn: about half a second on a busy machine
QUICK_LEAST = 6
MAX_MEASURED = 4_000  # clips of a group in the table


def group_comparison(
    run: Run,
    dataset: Dataset,
    rows_a: np.ndarray,
    rows_b: np.ndarray,
    names: tuple[str, str],
    *,
    dark: bool,
    columns: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Show what tells two groups of a run's clips apart; a clip in both counts in the first alone.

    Parameters
    ----------
    rows_a, rows_b
        Clip rows of the dataset, such as two lassos, or a lasso and the rest.
    names
        What the groups are called.
    columns
        Further measures, name (see `analysis.features`) to (n,) over the run's clips, beside
        `run.acoustic`.

    """
    a, b = (np.intersect1d(np.asarray(rows, dtype=np.int64), run.rows) for rows in (rows_a, rows_b))
    if not len(a) or not len(b):
        missing = " and ".join(name for name, rows in zip(names, (a, b), strict=True) if not len(rows))
        _say(
            f"There are no clips in {missing}. Draw a lasso round points on the map, or choose another group."
        )
        return
    if np.array_equal(a, b):
        _say(f"{names[0]} and {names[1]} hold the same clips, so there is nothing to tell apart.")
        return
    shared = np.intersect1d(a, b)
    b = np.setdiff1d(b, a)
    if len(shared):
        st.caption(f"{len(shared):,} clips are in both groups; they count in the first alone.")
    if not len(b):
        _say(f"All clips of {names[1]} are in {names[0]} too, so none is left to compare with.")
        return
    try:
        _pictures(dataset, a, b, names, dark)
    except BiovizError as error:
        st.error(plain(str(error)), icon=":material/error:")
    _features(run, dataset, a, b, names, columns or {})


def _say(text: str) -> None:
    with st.container(border=True):
        st.text(text)


def quick_count(dataset: Dataset, rate: int) -> int:
    """How many clips of a group are averaged while the page is drawn."""
    fits = QUICK_SAMPLES / max(dataset.plan.width_s * rate, 1)
    return int(np.clip(fits, QUICK_LEAST, MAX_AVERAGED))


def _pictures(dataset: Dataset, a: np.ndarray, b: np.ndarray, names: tuple[str, str], dark: bool) -> None:
    full = [means.sample(rows, MAX_AVERAGED) for rows in (a, b)]
    rate = means.common_rate(dataset, np.concatenate(full))
    first, second = (means.open_mean(dataset, rows, rate) for rows in full)
    count = quick_count(dataset, rate)
    partial = False
    if first is None or second is None:
        partial = any(len(rows) > count for rows in full)
        first, second = (means.mean_spectrogram(dataset, means.sample(rows, count), rate) for rows in full)
    offset = 0.0
    if st.toggle("Take the overall level out of the difference", key=DiagnoseState.level_out):
        offset = level_offset(first, second)
    figure = mean_spectrograms(
        first.levels, second.levels, first.hz, first.seconds, names, offset_db=offset, dark=dark
    )
    st.plotly_chart(figure, theme=None, key=DiagnoseState.mean_spectrograms, config={"displaylogo": False})
    silence = colour_limits(first.levels, second.levels)[0]
    st.caption(
        f"Mean power of {_averaged(first, len(a))} clips of the first group and {_averaged(second, len(b))} "
        f"of the second, drawn by a seed and aligned at their starts; read at {rate / 1000:g} kHz, the lowest rate "
        f"among their recordings. Loud clips weigh most; what is below {silence:.0f} dB counts as {silence:.0f} dB. "
        "Orange: stronger in the first; blue: in the second"
        + (f", after {signed(offset, 1)} dB were taken off everywhere." if offset else ".")
    )
    if partial:
        _more(dataset, full, rate)


def level_offset(first: MeanSpectrogram, second: MeanSpectrogram) -> float:
    """By how many dB the first is stronger over all: the median of their difference."""
    apart = difference(first.levels, second.levels)
    known = apart[np.isfinite(apart)]
    return float(np.median(known)) if len(known) else 0.0


def _averaged(mean: MeanSpectrogram, group_size: int) -> str:
    unreadable = f" ({mean.unreadable} could not be read)" if mean.unreadable else ""
    return f"{mean.averaged:,} of {group_size:,}{unreadable}"


def _more(dataset: Dataset, full: list[np.ndarray], rate: int) -> None:
    """Offer to average more clips, and follow the job that does."""
    params = {"dataset": dataset.id, "groups": [rows.tolist() for rows in full], "rate": rate}
    job = jobs.find("mean_spectrogram", params)
    if job is not None and not job.is_over:
        job_card.watch(job.id)
        return
    if job is not None:
        job_card.outcome(job)
    counts = " and ".join(f"{len(rows):,}" for rows in full)
    if st.button(f"Average {counts} clips", key=DiagnoseState.average_more, icon=":material/functions:"):
        jobs.start(
            "mean_spectrogram", "bioviz.audio.mean_spectrogram:means_job", params,
            title=f"Mean spectrograms of {dataset.name}", looks=True,
        )  # fmt: skip
        st.rerun()


def _features(
    run: Run,
    dataset: Dataset,
    a: np.ndarray,
    b: np.ndarray,
    names: tuple[str, str],
    columns: Mapping[str, np.ndarray],
) -> None:
    measured = {**run.acoustic, **columns}
    recording = dataset.groups
    effects = _effects(
        key_of("effects", 1, _Measured(run.rows, recording, measured)),
        a,
        b,
        tuple(measured),
        run,
        recording,
        measured,
    )
    if not effects:
        st.info(
            "Levels, signal-to-noise ratios and other properties are not measured for these clips, so only the "
            "pictures tell them apart."
        )
        return
    for sentence in sentences(effects, names, unit=dataset.independence.unit.noun):
        st.text(sentence)
    st.dataframe(
        pd.DataFrame(lines(effects, names)),
        hide_index=True,
        placeholder=UNKNOWN,
        column_config={
            "Cliff's delta": st.column_config.NumberColumn(
                format="%.2f", help=METRIC_INFO["cliffs_delta"].text
            ),
            "q": st.column_config.TextColumn(
                help=METRIC_INFO["q_value"].text + " Corrected for all properties (Benjamini-Hochberg)."
            ),
            "95 % interval": st.column_config.TextColumn(
                help="By drawing whole units of independence again."
            ),
        },
    )
    used = [min(len(rows), MAX_MEASURED) for rows in (a, b)]
    if used != [len(a), len(b)]:
        st.caption(
            f"Measured on {used[0]:,} of {len(a):,} and {used[1]:,} of {len(b):,} clips, drawn by a seed."
        )


@dataclass(frozen=True, eq=False)
class _Measured:
    """(n,) dataset rows, (N,) recording of every clip of the dataset, and (n,) columns by name."""

    rows: np.ndarray
    recording: np.ndarray
    columns: Mapping[str, np.ndarray]


@st.cache_resource(max_entries=32, show_spinner=False)
def _effects(
    key: str,
    a: np.ndarray,
    b: np.ndarray,
    measures: tuple[str, ...],
    _run: Run,
    _recording: np.ndarray,
    _columns: Mapping[str, np.ndarray],
) -> tuple[Effect, ...]:
    """Effects over (a sample of) two groups; `key` stands for all that is passed with an underscore."""
    rows = np.concatenate([means.sample(rows, MAX_MEASURED) for rows in (a, b)])
    positions = _run.positions(rows)
    first = np.isin(rows, a)
    chosen = {name: np.asarray(_columns[name])[positions] for name in measures}
    return compare_groups(chosen, first, ~first, _recording[rows])
