"""A gallery of spectrogram thumbnails; a click picks the clip for map and inspector, without a rerun."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from bioviz.datasets.types import Dataset
from bioviz.plots.palette import shapes_for
from bioviz.ui.components.shared.mount import component, media_source, packed_rows
from bioviz.ui.session import Element


def gallery(
    dataset: Dataset,
    rows: Sequence[int] | np.ndarray,
    *,
    labels: Sequence[str] | np.ndarray,
    group: str,
    key: Element,
    colours: Mapping[str, str] | None = None,
    shapes: Mapping[str, str] | None = None,
    height: int | None = None,
    empty: str = "There are no clips here.",
) -> None:
    """Show clips as thumbnails, loaded as they come into view; meant for up to some hundred.

    Parameters
    ----------
    rows : (n,)
        Clip rows of the dataset, in the order shown.
    labels : (n,)
        Text under each thumbnail.
    group
        Whose log of acts a click goes to.
    key
        Unique on the page.
    colours, shapes
        Colour and shape of a label; without shapes those of the dataset's palette.
    height
        Pixels after which the gallery scrolls; None lets it grow.
    empty
        What to say when there are no rows.

    """
    rows = np.asarray(rows, dtype=np.int64)
    label_names, label_codes = np.unique(np.asarray(labels, dtype=str), return_inverse=True)
    recordings, file_codes = np.unique(dataset.clips.recording[rows], return_inverse=True)
    data = {
        "key": key,
        "group": group,
        **media_source(dataset),
        "rows": packed_rows(rows),
        "labels": packed_rows(label_codes),
        "labelNames": label_names.tolist(),
        "files": packed_rows(file_codes),
        "fileNames": [dataset.recordings[int(r)].name for r in recordings],
        "starts": np.round(dataset.clips.start_s[rows], 2).tolist(),
        "colours": dict(colours or {}),
        "shapes": dict(shapes_for(dataset.target_names) if shapes is None else shapes),
        "height": height,
        "empty": empty,
    }
    _component()(key=key, data=data)


@cache
def _component() -> Callable[..., Any]:
    return component(
        "bioviz_gallery",
        "components/gallery/gallery.js",
        styles=["components/shared/clips.css", "components/gallery/gallery.css"],
    )
