"""Flags as colours of the map."""

from __future__ import annotations

from collections.abc import Mapping

from bioviz.datasets.types import Dataset
from bioviz.flags import KINDS, TITLES, load_flags
from bioviz.plots import palette
from bioviz.plots.map_data import Categories
from bioviz.runs import Run

COLOURS: Mapping[str, str] = dict(
    zip(KINDS, ("#E69F00", "#56B4E9", "#C46AA8", "#7A3E00", "#F0E442", "#009E73"), strict=True)
)
NOT_FLAGGED, DISPUTED = "not flagged", "users disagree"
DISPUTED_COLOUR = "#0072B2"


def flag_colouring(run: Run, dataset: Dataset) -> Categories:
    """Colour the run's clips by what is flagged; "not flagged" is grey, and disputed clips have a colour."""
    flags = load_flags(dataset)
    codes = flags.column(len(dataset.clips)) + 1
    codes[flags.rows[flags.disagreement]] = len(KINDS) + 1
    names = (NOT_FLAGGED, *(TITLES[kind] for kind in KINDS), DISPUTED)
    colours = (palette.BACKGROUND_COLOUR, *(COLOURS[kind] for kind in KINDS), DISPUTED_COLOUR)
    return Categories.from_codes("flags", "Flags", codes[run.rows], names, colours)
