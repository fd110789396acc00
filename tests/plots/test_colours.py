"""What can be told apart on a map, by colour-blind readers too, and whether text can be read: in both themes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from bioviz.plots import palette
from bioviz.plots.tokens import HUES, TOKENS, css_variables, token

TOLD_APART = 10.0
"""CIELAB distance; below 12 nobody tells dots apart by colour alone, so shape, name and focus do it (`tokens`)."""
# Machado, Oliveira and Fernandes (2009), doi 10.1109/TVCG.2009.113: severity 1, on linear RGB.
MACHADO = {
    "none": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def linear(colour: str) -> np.ndarray:
    """(3,) linear RGB from 0 to 1 of "#RRGGBB"."""
    srgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """(3,) CIELAB (D65) of linear RGB."""
    xyz = TO_XYZ @ rgb / (TO_XYZ @ np.ones(3))
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def seen(colour: str, vision: str) -> np.ndarray:
    return lab(np.clip(np.asarray(MACHADO[vision]) @ linear(colour), 0, 1))


def contrast(one: str, other: str) -> float:
    """Of WCAG 2, from 1 to 21."""
    low, high = sorted(0.05 + linear(colour) @ [0.2126, 0.7152, 0.0722] for colour in (one, other))
    return high / low


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("vision", MACHADO)
def test_hues_background_and_the_warning_are_told_apart(vision, dark):
    colours = {name: seen(token(name, dark), vision) for name in (*HUES, "background", "warn")}
    distance = {
        pair: float(np.linalg.norm(colours[pair[0]] - colours[pair[1]])) for pair in combinations(colours, 2)
    }
    nearest = min(distance, key=distance.__getitem__)
    print(f"{vision}, {'dark' if dark else 'light'}: nearest {nearest} at {distance[nearest]:.1f}")
    assert distance[nearest] >= TOLD_APART


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("count", [5, 11, 20])
@pytest.mark.parametrize("vision", MACHADO)
def test_labels_differ_in_shape_or_are_told_apart_by_colour(vision, count, dark):
    names = ["background", *(f"species {i:02d}" for i in range(count))]
    colours, shapes = palette.colours_for(names, dark), palette.shapes_for(names)
    for one, other in combinations(names, 2):
        if "background" not in (one, other) and shapes[one] != shapes[other]:
            continue
        apart = np.linalg.norm(seen(colours[one], vision) - seen(colours[other], vision))
        assert apart >= TOLD_APART, f"{one} and {other}: {apart:.1f}"


@pytest.mark.parametrize("dark", [False, True])
def test_text_has_the_contrast_of_wcag_aa(dark):
    pairs = [
        *(("text", ground) for ground in ("ground", "panel", "accent-soft", "warn-soft")),
        ("muted", "ground"),
        ("muted", "panel"),
        ("warn-text", "ground"),
        ("warn-text", "warn-soft"),
        ("accent-text", "accent-soft"),
        ("on-accent", "accent"),  # primary buttons
    ]
    for ink, ground in pairs:
        figure = contrast(token(ink, dark), token(ground, dark))
        print(f"{'dark' if dark else 'light'}: {ink} on {ground} {figure:.2f}")
        assert figure >= 4.5, f"{ink} on {ground}: {figure:.2f}"


@pytest.mark.parametrize("dark", [False, True])
def test_marks_stand_out_from_the_page(dark):
    ground, text = (
        token("ground", dark),
        np.array([int(token("text", dark)[at : at + 2], 16) for at in (1, 3, 5)]),
    )
    assert contrast(token("background", dark), ground) >= 3
    for hue in HUES:
        rgb = np.array([int(token(hue, dark)[at : at + 2], 16) for at in (1, 3, 5)])
        edge = np.round(0.62 * rgb + 0.38 * text).astype(int)  # as figure.js mixes it
        assert contrast("#{:02x}{:02x}{:02x}".format(*edge), ground) >= 3, hue


def test_background_alone_is_grey_and_the_warning_is_no_labels():
    for dark in (False, True):
        names = ["background", *(f"species {i}" for i in range(60))]
        given = palette.colours_for(names, dark)
        for name, colour in given.items():
            channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
            assert (max(channels) - min(channels) < 16) == (name == "background"), name
        assert token("warn", dark) not in given.values()
        assert token("warn", dark) not in palette.extended(400, dark)


def test_style_sheets_have_every_colour_in_both_themes():
    text = css_variables()
    for name, (light, dark) in TOKENS.items():
        assert f"--bioviz-{name}:light-dark({light},{dark});" in text
