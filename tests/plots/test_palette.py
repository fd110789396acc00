import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioviz.plots import palette
from bioviz.plots.tokens import HUES, token


@given(st.lists(st.text(max_size=12), max_size=60, unique=True))
def test_every_label_has_a_colour_and_shape_of_its_own_whatever_the_order(labels):
    colours = palette.colours_for(labels)
    shapes = palette.shapes_for(labels)
    assert set(colours) == set(shapes) == set(labels)
    assert len({(colours[name], shapes[name]) for name in labels}) == len(labels)
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in colours.values())
    assert palette.colours_for(labels[::-1]) == colours


@pytest.mark.parametrize("dark", [False, True])
def test_five_labels_have_the_hues_and_more_of_them_shapes_too(dark):
    hues = {token(hue, dark) for hue in HUES}
    five = ["background", *"abcde"]
    assert set(palette.colours_for(five, dark).values()) == {token("background", dark), *hues}
    assert set(palette.shapes_for(five).values()) == {"circle"}
    ten = [f"species {i}" for i in range(10)]
    assert set(palette.colours_for(ten, dark).values()) == hues
    assert set(palette.shapes_for(ten).values()) == {"circle", "triangle-up"}
    twenty = [f"species {i}" for i in range(20)]
    assert set(palette.shapes_for(twenty).values()) == set(palette.SHAPES)


def test_one_more_label_leaves_most_colours_as_they_are():
    labels = [f"species {i}" for i in range(36)]
    before, after = palette.colours_for(labels), palette.colours_for([*labels, "aardvark"])
    assert sum(before[name] == after[name] for name in labels) >= 32


def test_hundreds_of_colours_differ():
    assert len(set(palette.extended(400))) == 400
    assert palette.extended(3) == tuple(token(hue) for hue in HUES[:3])


@pytest.mark.parametrize("name", palette.SCALES)
def test_scales_run_from_nought_to_one(name):
    stops = palette.scale(name)
    assert stops[0][0] == 0 and stops[-1][0] == 1
    assert [at for at, _ in stops] == sorted(at for at, _ in stops)
