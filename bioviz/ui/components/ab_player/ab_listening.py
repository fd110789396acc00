"""Level-matched A/B listening: a clip and those it is compared with, equally loud, in step, on one scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from bioviz.audio.playback import default_slow
from bioviz.datasets.types import BACKGROUND, Dataset, Recording
from bioviz.plots.palette import colours_for, shapes_for
from bioviz.ui.components.shared.mount import component, media_source
from bioviz.ui.session import Element

LOUDNESS_DBFS = -30.0


def ab_listening(
    dataset: Dataset,
    row: int,
    others: Sequence[tuple[str, int]],
    *,
    key: Element,
    group: str,
    run_key: str | None = None,
    loudness: float = LOUDNESS_DBFS,
) -> None:
    """Show a clip above its comparisons; a key swaps which of them is heard, at the same place of the loop.

    All are brought to `loudness` (root mean square, dBFS; lower for all where a peak does not allow it) and,
    as the slowest of them, slowed down alike. Their spectrograms share one dB scale, time and frequency axis.

    Parameters
    ----------
    dataset
        a registered dataset.
    row
        Of the selected clip.
    others : (role, row)
        The role said as it is, such as "nearest background"; see `ui/clips/ab_pairs.py`.
    key
        Unique on the page.
    group
        Whose log of acts a click on a spectrogram goes to.
    run_key
        Run in which the distance to the selected clip is looked up; None to leave it out.

    """
    roles = [("this clip", int(row)), *((role, int(other)) for role, other in others)]
    rates = [_recording(dataset, other).sample_rate for _, other in roles]
    data = {
        "key": key,
        "group": group,
        **media_source(dataset),
        "run": run_key,
        "loudness": loudness,
        "slow": max(default_slow(rate) for rate in rates),
        "clips": [_about(dataset, role, other) for role, other in roles],
        "colours": colours_for(dataset.target_names),
        "shapes": shapes_for(dataset.target_names),
    }
    _component()(key=key, data=data, height="content")


def _recording(dataset: Dataset, row: int) -> Recording:
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
def _component() -> Callable[..., Any]:
    styles = ["components/shared/clips.css", "components/ab_player/ab_listening.css"]
    return component("bioviz_ab_listening", "components/ab_player/ab_listening.js", styles=styles)
