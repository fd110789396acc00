"""The legend that two maps of the same clips share, with the choice of their colours."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from bioviz.plots.map_data import MapData
from bioviz.ui.components.embedding_map.embedding_map import MapProps
from bioviz.ui.components.shared.mount import component
from bioviz.ui.session import Element


def shared_legend(data: tuple[MapData, MapData], props: MapProps, key: Element) -> None:
    """Draw the legend of two maps; what is in focus in it is so on both.

    Parameters
    ----------
    data
        The points of both, drawn by `embedding_map` without a legend of their own. Colours, names and ends of
        scales are those of the first map: see that both agree.
    props
        Of one of the maps: its group, and the kind of act that chooses the colouring.
    key
        Of the widget.

    """
    _component()(
        key=key,
        data={
            "digests": [each.digest for each in data],
            "legend_key": key,
            "group": props.group,
            "colour_kind": props.colour_kind,
        },
    )


@cache
def _component() -> Callable[..., Any]:
    return component(
        "bioviz.shared_legend",
        "components/embedding_map/shared_legend.js",
        styles=["components/embedding_map/embedding_map.css"],
        isolate=False,
    )
