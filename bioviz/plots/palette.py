"""Colours and shapes: a pair for each label, the same on every page, told apart by colour-blind readers.

Five hues (near Okabe and Ito's, https://jfly.uni-koeln.de/color/, `tokens.HUES`) serve up to five labels; up to twenty
get the hues with four shapes, and more get generated colours that differ in hue and in lightness, with the shapes.
"""

from __future__ import annotations

import colorsys
import hashlib
from collections.abc import Sequence

from bioviz.datasets.types import BACKGROUND
from bioviz.plots.tokens import HUES, token

SHAPES = ("circle", "triangle-up", "square", "diamond")
"""As plotly names them."""
BACKGROUND_COLOUR = token("background")
# Places of `analysis.placement.PLACES` in their order, in the light and the dark theme: warning colours for calls and
# background that are taken for each other, amber for labels mixed with each other, a muted blue for what is right.
_PLACES = {
    False: ("#D55E00", "#D55E00", "#E69F00", "#8FB3C9", "#808988", "#C4CAC9"),
    True: ("#FF6A4D", "#FF6A4D", "#F2B33D", "#47687C", "#7D8887", "#4A5352"),
}
WRONG_COLOUR = token("warn")

# Viridis without its darkest and lightest ends, which a dark or a white page swallows.
# None of #000001 to #000040: Streamlit takes them for placeholders and puts colours of its own there.
_SCALE_STOPS = {
    "viridis": "482878 3E4989 31688E 26828E 1F9E89 35B779 6ECE58 B5DE2B DCE319",
    "cividis": "00224E 123570 3B496C 575D6D 707173 8A8678 A59C74 C3B369 E1CC55 FEE838",
    "magma": "02010A 180F3D 440F76 721F81 9E2F7F CD4071 F1605D FD9668 FECA8D FCFDBF",
    "blue-orange": "0B5394 3D85C6 9FC5E8 E8E8E8 F9CB9C E69138 B45F06",
}
SCALES = {name: tuple(f"#{stop}" for stop in stops.split()) for name, stops in _SCALE_STOPS.items()}


def extended(count: int, dark: bool = False) -> tuple[str, ...]:
    """Return the first `count` colours of the palette: the five hues, then generated ones, all different."""
    colours = [token(hue, dark) for hue in HUES[:count]]
    step = 0
    while len(colours) < count:
        # The golden angle spreads hues evenly for any count; lightness and saturation change with each turn.
        hue = (0.08 + step * 0.618034) % 1.0
        lightness = (0.42, 0.60, 0.50, 0.68)[step % 4]
        saturation = (0.75, 0.60, 0.45)[step % 3]
        red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
        colour = f"#{round(red * 255):02X}{round(green * 255):02X}{round(blue * 255):02X}"
        if colour not in colours:
            colours.append(colour)
        step += 1
    return tuple(colours)


def _slots(labels: Sequence[str]) -> tuple[dict[str, int], int]:
    """Give every label but background its place in a palette, whose size comes second.

    Each label has a favourite place by the hash of its name; labels wanting the same place take the next free one, in
    alphabetical order. So a label keeps its place on all pages of a dataset, and nearly always when a corrected
    version of the dataset gains or loses another label.
    """
    names = sorted(set(labels) - {BACKGROUND})
    # Palettes grow in steps, so that a few labels more or less seldom change it.
    size = len(HUES)
    while size < len(names):
        size *= 2
    name_at: dict[int, str] = {}
    for name in names:
        slot = int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:4]) % size
        while slot in name_at:
            slot = (slot + 1) % size
        name_at[slot] = name
    return {name: slot for slot, name in name_at.items()}, size


def colours_for(labels: Sequence[str], dark: bool = False) -> dict[str, str]:
    """Give every label its colour; the order of `labels` does not matter.

    Parameters
    ----------
    labels
        Label names, always *all* labels of the dataset, not those that happen to be in view; "background" may be
        among them and is always grey.
    dark
        For the dark theme.

    Returns
    -------
    {label: "#RRGGBB"}; two labels share a colour only where `shapes_for` gives them different shapes.

    """
    slots, size = _slots(labels)
    colours = extended(len(HUES) if size <= len(HUES) * len(SHAPES) else size, dark)
    given = {name: colours[slot % len(colours)] for name, slot in slots.items()}
    if BACKGROUND in labels:
        given[BACKGROUND] = token("background", dark)
    return given


def shapes_for(labels: Sequence[str]) -> dict[str, str]:
    """Give every label its shape, one of SHAPES; see `colours_for`. Background is a circle, and smaller on maps."""
    slots, _ = _slots(labels)
    given = {name: SHAPES[slot // len(HUES) % len(SHAPES)] for name, slot in slots.items()}
    if BACKGROUND in labels:
        given[BACKGROUND] = SHAPES[0]
    return given


def place_colours(dark: bool) -> tuple[str, ...]:
    """One colour for each of `analysis.placement.PLACES`."""
    return _PLACES[dark]


def sequence_colours(count: int) -> tuple[str, ...]:
    """Colours for things that are numbered rather than named (clusters): the palette in its own order."""
    return extended(count)


def scale(name: str) -> list[list]:
    """Return a continuous scale as plotly wants it: [[0.0, "#..."], ..., [1.0, "#..."]].

    Raises
    ------
    KeyError
        No scale has that name (see SCALES).

    """
    stops = SCALES[name]
    return [[i / (len(stops) - 1), colour] for i, colour in enumerate(stops)]
