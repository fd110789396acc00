"""Level-matched A/B listening: a clip and those it is compared with, equally loud, in step, on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import streamlit as st

from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.audio.playback import default_slow
from bioviz.datasets.types import BACKGROUND, Dataset
from bioviz.plots.palette import colours_for
from bioviz.runs import Run
from bioviz.ui.inspector import assets, media_source

LOUDNESS_DBFS = -30.0
NEAREST_BACKGROUND = "nearest background"
NEAREST_SAME = "nearest of the same label"
NEAREST_LABELLED = "nearest labelled clip"


def nearest_for_ab(run: Run, dataset: Dataset, row: int) -> list[tuple[str, int]]:
    """What to hear a clip against, as (role, row in the dataset): its nearest neighbors on either side.

    A labelled clip gets the nearest background and the nearest with a label in common; background gets the
    nearest labelled clip and the nearest other background. They come from other recordings where the stored
    neighbors hold one, else from its own, which the role then says; a side without neighbors is left out.

    Raises:
        Missing: the clip is not in the run.
    """
    place = run.position(row)
    on = np.asarray(dataset.clips.labels[run.rows], dtype=bool)
    background = ~on.any(axis=1)
    if background[place]:
        sides = ((NEAREST_LABELLED, ~background), (NEAREST_BACKGROUND, background))
    else:
        sides = ((NEAREST_BACKGROUND, background), (NEAREST_SAME, (on & on[place]).any(axis=1)))
    graphs = ((run.knn_cross_unit, ""), (run.graph, f" (same {run.unit.noun})"))
    found = []
    for role, wanted in sides:
        for graph, where in graphs:
            at = _first(graph, place, wanted)
            if at is not None:
                found.append((role + where, int(run.rows[at])))
                break
    return found


def _first(graph: KnnGraph, place: int, wanted: np.ndarray) -> int | None:
    """The nearest neighbor of `place` among the `wanted` (n,) bool, or None."""
    near = np.asarray(graph.indices[place])
    near = near[(near >= 0) & (near != place)]
    hits = near[wanted[near]]
    return int(hits[0]) if len(hits) else None


def ab_listening(
    dataset: Dataset,
    row: int,
    others: Sequence[tuple[str, int]],
    *,
    key: str,
    group: str,
    run_key: str | None = None,
    loudness: float = LOUDNESS_DBFS,
) -> None:
    """Show a clip above its comparisons; a key swaps which of them is heard, at the same place of the loop.

    All are brought to `loudness` (root mean square, dBFS; lower for all where a peak does not allow it) and,
    as the slowest of them, slowed down alike. Their spectrograms share one dB scale, time and frequency axis.

    Args:
        dataset: a registered dataset.
        row: of the clip in hand.
        others: (role, row), the role said as it is, such as "nearest background"; see `nearest_for_ab`.
        key: unique on the page.
        group: whose log of acts a click on a spectrogram goes to.
        run_key: run in which the distance to the clip in hand is looked up; None to leave it out.
    """
    shown = [("this clip", int(row)), *((role, int(other)) for role, other in others)]
    rates = [_recording(dataset, other).sample_rate for _, other in shown]
    data = {
        "key": key,
        "group": group,
        **media_source(dataset),
        "run": run_key,
        "loudness": loudness,
        "slow": max(default_slow(rate) for rate in rates),
        "clips": [_about(dataset, role, other) for role, other in shown],
        "colours": colours_for(dataset.target_names),
    }
    _component()(key=key, data=data, height="content")


def _recording(dataset: Dataset, row: int):
    return dataset.recordings[int(dataset.clips.recording[row])]


def _about(dataset: Dataset, role: str, row: int) -> dict[str, object]:
    on = np.flatnonzero(dataset.clips.labels[row])
    return {
        "row": row,
        "role": role,
        "labels": [dataset.labels[i] for i in on] or [BACKGROUND],
        "recording": _recording(dataset, row).name,
        "start_s": round(float(dataset.clips.start_s[row]), 3),
    }


@cache
def _component():
    names = ("acts", "clip_dom", "clip_picture", "clip_settings", "ab_player", "ab_listening")
    scripts = assets(*(f"{name}.js" for name in names))
    return st.components.v2.component(
        "bioviz_ab_listening", js=scripts, css=assets("clips.css", "ab_listening.css")
    )
