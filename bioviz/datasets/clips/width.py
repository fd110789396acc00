"""How long a clip is where neither the user nor the source says: short enough that some hold no call."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bioviz.datasets.clips.windows import count_windows, label_windows
from bioviz.datasets.types import WindowPlan

WIDTHS_S = (3.0, 2.0, 1.0, 0.5, 0.25)
"""Lengths tried, the usual one first. Below the last one a model hears hardly anything."""
MIN_BACKGROUND_CLIPS = 20
"""Clips below which the share of background says nothing of the length."""
MIN_BACKGROUND_SHARE = 0.1
"""Share of background from which on a length will do."""


def background_share(
    plan: WindowPlan, length_s: np.ndarray, recording: np.ndarray, start_s: np.ndarray, end_s: np.ndarray
) -> float:
    """Share of the windows that no annotation puts a label on.

    Parameters
    ----------
    plan
        Of the windows.
    length_s : (R,)
        Seconds of each recording.
    recording, start_s, end_s : (A,)
        Of each annotation, as in `windows.label_windows`.

    """
    count = count_windows(length_s, plan)
    label = np.zeros(len(recording), dtype=np.int64)
    on = label_windows(count, plan, recording, start_s, end_s, label, 1)
    return 1 - float(on.mean()) if len(on) else 0.0


def suggest_plan(
    plan: WindowPlan,
    length_s: np.ndarray,
    recording: np.ndarray,
    start_s: np.ndarray,
    end_s: np.ndarray,
    fixed_hop: bool = False,
) -> WindowPlan | None:
    """Return the longest shorter plan with enough background, for annotated recordings where `plan` has hardly any.

    Short calls in quick succession put a label on every window of the usual length, and what the model makes of
    the pauses between them is lost.

    Parameters
    ----------
    fixed_hop
        The hop of `plan` stays; else it is shortened with the width.

    Returns
    -------
    None if `plan` has enough background, or no shorter one has.

    """
    if background_share(plan, length_s, recording, start_s, end_s) >= MIN_BACKGROUND_SHARE:
        return None
    for width in WIDTHS_S:
        if width < plan.width_s:
            hop = plan.hop_s if fixed_hop else plan.hop_s * width / plan.width_s
            shorter = replace(plan, width_s=width, hop_s=hop)
            if background_share(shorter, length_s, recording, start_s, end_s) >= MIN_BACKGROUND_SHARE:
                return shorter
    return None
