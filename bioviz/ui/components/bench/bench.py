"""The bench: map with legend, inspector and the lists' clips in one frame as high as the window, with one log of acts.

It is made of the components that other pages have each for itself; nothing in it waits for another's run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from bioviz.datasets.types import Dataset
from bioviz.plots.map_data import MapData
from bioviz.ui.components.clip_panel.inspector import PANEL_STYLES, inspector_data
from bioviz.ui.components.embedding_map.embedding_map import MapProps, send_points
from bioviz.ui.components.flag_bar.flag_bar import flag_bar_data
from bioviz.ui.components.shared.mount import component, media_source, packed_rows, sheet
from bioviz.ui.session import Element
from bioviz.ui.state import DeskState


@dataclass(frozen=True)
class Tab:
    """One list of clips, as the strip shows it.

    Attributes
    ----------
    id
        What an act on it says.
    title, noun, order, empty
        See `explore.clip_lists.ClipList`.
    rows : (m,) ints
        Its clips; None where the browser knows them, which are those selected on the map, or all of it.

    """

    id: str
    title: str
    rows: Any
    noun: str
    order: str
    empty: str

    def for_browser(self) -> dict[str, object]:
        return {**vars(self), "rows": None if self.rows is None else packed_rows(self.rows)}


@dataclass(frozen=True)
class BenchProps:
    """What the bench is given beside the points of its map.

    Attributes
    ----------
    key
        Of the widget.
    map
        Of its map, whose key and group are the bench's.
    desk
        Keys of inspector and flags.
    run_key
        Run whose clusters and neighbors are told.
    tabs
        Lists, in the order of their tabs.
    usual
        Id of the list where none is chosen.
    labels
        Id and title of further lists, one a label, of which `tabs` holds the chosen one alone.
    colours, shapes
        Colour and shape of a label.

    """

    key: Element
    map: MapProps
    desk: DeskState
    run_key: str
    tabs: Sequence[Tab]
    usual: str
    labels: Sequence[tuple[str, str]] = ()
    colours: Mapping[str, str] = field(default_factory=dict)
    shapes: Mapping[str, str] = field(default_factory=dict)


def bench(data: MapData, dataset: Dataset, props: BenchProps) -> None:
    """Draw the bench; what is done on it the group's log of acts says. Draw an `act_link` of the group before it."""
    group = props.map.group
    send_points(data, props.key)
    sent = {
        "group": group,
        "dataset": dataset.id,
        "map": props.map.for_browser(data),
        "inspector": inspector_data(
            props.run_key,
            dataset,
            key=props.desk.inspector,
            group=group,
            colours=props.colours,
            shapes=props.shapes,
        ),
        "flags": flag_bar_data(dataset, key=props.desk.flag_bar, group=group),
        "strip": {
            "key": f"{props.key}_strip",
            "group": group,
            **media_source(dataset),
        },
        "tabs": [tab.for_browser() for tab in props.tabs],
        "usual": props.usual,
        "labels": [list(each) for each in props.labels],
        "panelStyle": _panel_style(),
    }
    _component()(key=props.key, data=sent)


@cache
def _panel_style() -> str:
    return sheet(PANEL_STYLES)


@cache
def _component() -> Callable[..., Any]:
    # Not isolated, as its map is not; the inspector gets a shadow root of its own.
    styles = [
        "components/shared/clips.css",
        "components/gallery/gallery.css",
        "components/embedding_map/embedding_map.css",
        "components/bench/bench.css",
    ]
    return component("bioviz_bench", "components/bench/bench.js", styles=styles, isolate=False)
