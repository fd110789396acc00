"""Where labels are lost as background is added, in words and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.analysis.neighbors.jackknife import MIN_UNITS
from bioviz.analysis.scores.lost_at import lost_apart, told_as_recorded
from bioviz.analysis.unit_words import UnitWords
from bioviz.counts import UNKNOWN
from bioviz.datasets.types import Dataset
from bioviz.experiments.noise import NoiseResult
from bioviz.runs import Run
from bioviz.ui.state import NoiseState

RECORDING = UnitWords()


def show_lost(ready: Mapping[str, tuple[Run, NoiseResult]], dataset: Dataset) -> None:
    """Show this part of the page; results by the model's title."""
    unit = UnitWords(next(iter(ready.values()))[0].unit.noun)
    st.subheader("Where labels are lost")
    st.caption(
        METRIC_INFO["lost_at"].text
        + f" The lower, the more noise the model bears. In brackets: 95 % interval, {unit.by}."
    )
    for title, (_, result) in ready.items():
        st.text(lost_sentence(title, result, dataset.labels))
    table: dict[str, list[object]] = {"label": [], "clips": []}
    first = next(iter(ready.values()))[1].scores
    for i in np.flatnonzero(first.clips):
        table["label"].append(dataset.labels[i])
        table["clips"].append(int(first.clips[i]))
        for title, (_, result) in ready.items():
            table.setdefault(title, []).append(lost_words(result, int(i), unit))
    st.dataframe(pd.DataFrame(table), hide_index=True, placeholder=UNKNOWN, key=NoiseState.lost)


def lost_sentence(title: str, result: NoiseResult, labels: Sequence[str]) -> str:
    """Which labels a model loses first and last, in words; only those whose intervals leave no doubt."""
    s = result.scores
    told_apart = told_as_recorded(s.told)
    if not told_apart.any():
        return f"{title}: no label is told from background even as recorded, so where they are lost cannot be told."
    first, last = lost_apart(s.lost_at_db)
    parts = []
    for which, word in ((first, "first"), (last, "last")):
        for label in which:
            words = lost_words(result, int(label))
            at_ratio = f"at {words}" if np.isfinite(s.lost_at_db[label, 0]) else words
            parts.append(f"{labels[label]} is lost {word}, {at_ratio}")
    if not parts:
        count = int(told_apart.sum())
        parts.append(
            f"none of the {count} labels is clearly lost before or after all others"
            if count > 1
            else f"{labels[int(told_apart.argmax())]} is the only label told from background as recorded"
        )
    unknown = np.flatnonzero((s.clips > 0) & ~told_apart).tolist()
    if unknown:
        more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
        parts.append(f"cannot be told for {', '.join(labels[i] for i in unknown[:3])}{more}")
    return f"{title}: {'; '.join(parts)}."


def lost_words(result: NoiseResult, label: int, unit: UnitWords = RECORDING) -> str:
    """Where a label is lost, in words, with its interval."""
    s = result.scores
    if not told_as_recorded(s.told)[label]:
        few = np.isfinite(s.told[0, label, 0]) and np.isnan(s.told[0, label, 1])
        return (
            f"cannot be told: {unit.fewer_than(MIN_UNITS)}"
            if few
            else "cannot be told: not told even as recorded"
        )
    at, low, high = s.lost_at_db[label]
    if np.isnan(at):
        return "not known"
    words = _ratio(at, s.snrs_db)
    if np.isnan(low) or np.isnan(high) or low == high:
        return words
    ends = [_ratio(end, s.snrs_db) for end in (low, high)]
    if np.isfinite([low, high]).all():
        ends[0] = ends[0].removesuffix(" dB")
    return f"{words} ({ends[0]} to {ends[1]})"


def _ratio(at: float, snrs_db: np.ndarray) -> str:
    """Return a ratio in words; it is infinite beyond the ratios that were tried."""
    if np.isposinf(at):
        return f"above {snrs_db[1]:g} dB"
    return f"below {snrs_db[-1]:g} dB" if np.isneginf(at) else f"{at:.1f} dB"
