"""What the map draws, as it travels to the browser: points, and marks that change while a user works."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from bioviz.errors import BadInput
from bioviz.plots import palette
from bioviz.plots.columns import Columns, digest_of, parts_of
from bioviz.store.pack import to_base64

MAX_CATEGORIES = 400  # a legend longer than this helps nobody; the rarest share one entry


@dataclass(frozen=True)
class Categories:
    """A colouring by names.

    Attributes
    ----------
    id
        Short name, used in URLs.
    title
        What the user reads, such as "label".
    codes : (n,)
        uint16 index into `names`.
    names
        The names; text from files, never to be trusted as HTML.
    colours
        One "#RRGGBB" a name.
    raised
        Codes that are drawn as labelled clips are, on top and opaque, background clips too.
    shapes
        One of `palette.SHAPES` a name; none for circles.
    named
        The names are written on the map too.

    """

    id: str
    title: str
    codes: np.ndarray
    names: tuple[str, ...]
    colours: tuple[str, ...]
    raised: tuple[int, ...] = ()
    shapes: tuple[str, ...] = ()
    named: bool = False

    @classmethod
    def from_codes(
        cls,
        id: str,
        title: str,
        codes: np.ndarray,
        names: Sequence[str],
        colours: Sequence[str] | None = None,
    ) -> Categories:
        """Colour by integer codes; beyond MAX_CATEGORIES names the rarest are put together.

        Parameters
        ----------
        codes : (n,)
            Integers in [0, len(names)).
        colours
            One a name; None for the palette in its own order.

        """
        codes = np.asarray(codes, dtype=np.int64)
        names = tuple(names)
        chosen = None if colours is None else tuple(colours)
        if len(names) > MAX_CATEGORIES:
            counts = np.bincount(codes, minlength=len(names))
            largest = np.sort(np.argsort(-counts, kind="stable")[: MAX_CATEGORIES - 1]).tolist()
            new_code = np.full(len(names), len(largest))
            new_code[largest] = np.arange(len(largest))
            codes = new_code[codes]
            other = f"{len(names) - len(largest)} others"
            if chosen is not None:
                chosen = (*(chosen[i] for i in largest), palette.BACKGROUND_COLOUR)
            names = (*(names[i] for i in largest), other)
        return cls(id, title, codes.astype(np.uint16), names, chosen or palette.sequence_colours(len(names)))

    @classmethod
    def from_names(
        cls, id: str, title: str, names: Sequence[str] | np.ndarray, colours: dict[str, str] | None = None
    ) -> Categories:
        """Colour by one name a point; `colours` gives the colour of each name, else the palette does."""
        table, codes = np.unique(np.asarray(names, dtype=str), return_inverse=True)
        chosen = [colours[name] for name in table] if colours is not None else None
        return cls.from_codes(id, title, codes, table.tolist(), chosen)

    @classmethod
    def of_groups(cls, id: str, title: str, names: np.ndarray, group: np.ndarray) -> Categories:
        """Colour by the name of each point's group, such as the site of its recording: (g,) names, (n,) groups."""
        table, codes = np.unique(np.asarray(names, dtype=str), return_inverse=True)
        return cls.from_codes(id, title, codes[group], table.tolist())

    def head(self, columns: Columns) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "kind": "categories",
            "codes": columns.add(self.codes, "<u2"),
            "names": [str(name) for name in self.names],
            "colours": list(self.colours),
            "raised": list(self.raised),
            "shapes": list(self.shapes),
            "named": self.named,
        }


@dataclass(frozen=True)
class Measure:
    """A colouring by a number.

    Attributes
    ----------
    id, title
        See Categories.
    values : (n,) float32
        NaN where unknown (drawn grey).
    unit
        Such as "dBFS"; "" for a bare number.
    scale
        a name of palette.SCALES.
    low, high
        Ends of the colour bar; None for the 2nd and 98th percentile, so that a single odd clip does not
        take all the colours.

    """

    id: str
    title: str
    values: np.ndarray
    unit: str = ""
    scale: str = "viridis"
    low: float | None = None
    high: float | None = None

    def limits(self) -> tuple[float, float]:
        """Return ends of the colour bar, always low < high."""
        known = self.values[np.isfinite(self.values)]
        low, high = np.percentile(known, (2, 98)) if len(known) else (0.0, 1.0)
        low = float(low if self.low is None else self.low)
        high = float(high if self.high is None else self.high)
        return (low, high) if low < high else (low - 0.5, low + 0.5)

    def head(self, columns: Columns) -> dict[str, Any]:
        low, high = self.limits()
        return {
            "id": self.id,
            "title": self.title,
            "kind": "measure",
            "values": columns.add(self.values, "<f4"),
            "unit": self.unit,
            "scale": palette.scale(self.scale),
            "low": low,
            "high": high,
        }


Colouring = Categories | Measure


@dataclass(frozen=True)
class Marks:
    """Colourings that change while a user works, such as the flags.

    They travel apart from the points: after a flag the browser fetches these few bytes, and not the map anew.
    """

    colourings: tuple[Colouring, ...]

    def __len__(self) -> int:
        return max((_length(each) for each in self.colourings), default=0)

    def parts(self) -> Iterator[bytes | memoryview]:
        """Give them as the browser reads them (see `parts_of`)."""
        return parts_of(lambda columns: {"colourings": [each.head(columns) for each in self.colourings]})

    @cached_property
    def digest(self) -> str:
        """Of all that the browser is sent."""
        return digest_of(self.parts())


def _length(colouring: Colouring) -> int:
    return len(colouring.codes if isinstance(colouring, Categories) else colouring.values)


@dataclass(frozen=True)
class TextColumn:
    """A line of the hover box: `table[codes[i]]` for point i."""

    title: str
    codes: np.ndarray
    table: tuple[str, ...]

    @classmethod
    def from_names(cls, title: str, names: Sequence[str] | np.ndarray) -> TextColumn:
        table, codes = np.unique(np.asarray(names, dtype=str), return_inverse=True)
        return cls(title, codes, tuple(table.tolist()))

    def head(self, columns: Columns) -> dict[str, Any]:
        return {
            "title": self.title,
            "kind": "text",
            "codes": columns.add(self.codes, "<i4"),
            "table": [str(text) for text in self.table],
        }


@dataclass(frozen=True)
class SpanColumn:
    """A line of the hover box: a stretch of time in the recording, in seconds."""

    title: str
    start_s: np.ndarray
    end_s: np.ndarray

    def head(self, columns: Columns) -> dict[str, Any]:
        return {
            "title": self.title,
            "kind": "span",
            "start": columns.add(self.start_s, "<f4"),
            "end": columns.add(self.end_s, "<f4"),
        }


@dataclass(frozen=True)
class MapData:
    """A map: one point a clip.

    Attributes
    ----------
    rows : (n,) int32
        The clip's row in its dataset: the identity of a point everywhere.
    x, y : (n,) float32
        NaN where a clip has no place (it is counted, not drawn).
    colourings
        The ways to colour it, the first is the default; at least one.
    background : (n,) bool
        Drawn first and quieter; None when there is none.
    columns
        Lines of the hover box.
    note
        A sentence on what near and far mean on it.
    extent
        ((x low, x high), (y low, y high)) shown at first, so that two maps have the same axes; None for
        what holds all points.
    marks
        Further ways to colour it, offered behind the others; None for none. See `marked`.

    """

    rows: np.ndarray
    x: np.ndarray
    y: np.ndarray
    colourings: tuple[Colouring, ...]
    background: np.ndarray | None = None
    columns: tuple[TextColumn | SpanColumn, ...] = field(default=())
    note: str = ""
    extent: tuple[tuple[float, float], tuple[float, float]] | None = None
    marks: Marks | None = None

    def __post_init__(self) -> None:
        if not self.colourings:
            raise BadInput("A map needs at least one way to colour its points.")
        lengths = {len(self.rows), len(self.x), len(self.y)}
        lengths |= {_length(colouring) for colouring in self.offered}
        for column in self.columns:
            lengths.add(len(column.codes if isinstance(column, TextColumn) else column.start_s))
        if self.background is not None:
            lengths.add(len(self.background))
        if len(lengths) > 1:
            raise BadInput(f"The columns of a map differ in length: {sorted(lengths)}.")

    def __len__(self) -> int:
        return len(self.rows)

    def colouring(self, id: str | None) -> Colouring:
        """Return the colouring of that id, or the first one."""
        return next((c for c in self.offered if c.id == id), self.colourings[0])

    @property
    def offered(self) -> tuple[Colouring, ...]:
        """All the ways to colour it, marks too."""
        return self.colourings if self.marks is None else (*self.colourings, *self.marks.colourings)

    def marked(self, marks: Marks) -> MapData:
        """Return this map with these marks; its points are not read through for their digests again."""
        marked = replace(self, marks=marks)
        vars(marked).update(digest=self.digest, places=self.places)
        return marked

    def parts(self) -> Iterator[bytes | memoryview]:
        """Give the map as the browser reads it (see `parts_of`), without its marks."""
        return parts_of(self._head)

    def _head(self, columns: Columns) -> dict[str, Any]:
        background = np.zeros(len(self)) if self.background is None else self.background
        return {
            "rows": columns.add(self.rows, "<i4"),
            "x": columns.add(self.x, "<f4"),
            "y": columns.add(self.y, "<f4"),
            "background": columns.add(background, "u1"),
            "colourings": [each.head(columns) for each in self.colourings],
            "columns": [each.head(columns) for each in self.columns],
            "note": self.note,
            "places": self.places,
            "extent": None if self.extent is None else dict(zip("xy", map(list, self.extent), strict=True)),
        }

    @cached_property
    def digest(self) -> str:
        """Of all that the browser is sent, but for the marks, which have their own."""
        return digest_of(self.parts())

    @cached_property
    def places(self) -> str:
        """Digest of the rows and where they lie. Saved views name it: it must come out the same for ever."""
        columns = ((self.rows, "<i4"), (self.x, "<f4"), (self.y, "<f4"))
        return hashlib.sha256(json.dumps([_as_text(*each) for each in columns]).encode()).hexdigest()[:24]


def _as_text(values: np.ndarray, dtype: str) -> dict[str, str]:
    array = np.ascontiguousarray(values, dtype=np.dtype(dtype))
    return {"dtype": dtype.lstrip("<"), "data": to_base64(array)}
