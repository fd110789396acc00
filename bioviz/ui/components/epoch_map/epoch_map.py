"""A map that moves from epoch to epoch of a training; its slider goes back and forth."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from bioviz.ui.components.shared.mount import component, packed_rows
from bioviz.ui.session import Element


def epoch_map(
    maps: Sequence[np.ndarray],
    targets: np.ndarray,
    names: Sequence[str],
    colours: Sequence[str],
    shapes: Sequence[str],
    *,
    key: Element,
) -> None:
    """Draw the clips at their places after each epoch, the newest first.

    Parameters
    ----------
    maps : sequence of (n, 2)
        Places at the start and after every epoch; a clip without a place is not drawn.
    targets : (n,) ints
        What each clip is, into `names`; 0 is background.
    names, colours, shapes
        Of the targets; shapes are those of `plots.palette`.
    key
        Unique on the page.

    """
    every = np.stack([np.asarray(xy, dtype=np.float32) for xy in maps])
    low, high = np.nanmin(every, axis=(0, 1)), np.nanmax(every, axis=(0, 1))
    scaled = (every - low) / np.maximum(high - low, 1e-6)
    data = {
        "maps": [base64.b64encode(xy.astype("<f4").tobytes()).decode() for xy in scaled],
        "targets": packed_rows(targets),
        "names": list(names),
        "colours": list(colours),
        "shapes": list(shapes),
    }
    _component()(key=key, data=data)


@cache
def _component() -> Callable[..., Any]:
    return component(
        "bioviz_epoch_map",
        "components/epoch_map/epoch_map.js",
        styles=["components/shared/clips.css", "components/epoch_map/epoch_map.css"],
    )
