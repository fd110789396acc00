"""The keys of what shows clips on several pages: maps, lists, inspector and flags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bioviz.ui.session import Element, Elements, Key, Keys


class MapState:
    """What every embedding map has beside its own name."""

    points = Elements("{}-points")
    drawing_library = Element("plotly_ahead")


class ClipState:
    """Clips, wherever they are listed."""

    desk = Element("clip_desk")
    mark_of_part = Elements("{}_mark")
    list_shape = Element("selection_shape")
    list_lines: Keys[Any] = Keys("selection_table_{}", None)
    gallery = Element("selection_gallery")
    gallery_page = Element("gallery_page")
    export = Elements("export_{}")


class FlagPanelState:
    """The panel of a dataset's flags."""

    def __init__(self, panel: str) -> None:
        self.user = Element(f"{panel}_who")
        self.go_through = Element(f"{panel}_go")
        self.lines: Keys[Any] = Keys(f"{panel}_table_{{}}", None)
        self.take_back = Element(f"{panel}_undo")
        self.take_back_error: Key[str] = Key(f"{panel}_undo_error", "")
        self.export = Elements(f"{panel}_{{}}")
        self.disputes = Element(f"{panel}_disputes")
        self.clean = Element(f"{panel}_clean")
        self.cleaned: Key[tuple[str, str, Mapping[str, Any]] | None] = Key(
            f"{panel}_made", None
        )  # id, name, record
        self.open_cleaned = Element(f"{panel}_open")


class DeskState:
    """The inspector of a page with its flags."""

    def __init__(self, page: str) -> None:
        self.inspector = Element(f"{page}_inspector")
        self.flag_bar = Element(f"{page}_flag_bar")
        self.flags = Element(f"{page}_flags")
        self.flag_panel = FlagPanelState(f"{page}_flag_panel")
        self.test_split = Element(f"{page}_test_split")
