import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioviz.plots import palette


@given(st.lists(st.text(max_size=12), max_size=60, unique=True))
def test_every_label_has_a_colour_of_its_own_whatever_the_order(labels):
    colours = palette.colours_for(labels)
    assert set(colours) == set(labels)
    assert len(set(colours.values())) == len(labels)
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in colours.values())
    assert palette.colours_for(labels[::-1]) == colours


def test_up_to_seven_labels_are_okabe_and_itos():
    colours = palette.colours_for(["background", *"abcdefg"])
    assert set(colours.values()) == {palette.BACKGROUND_COLOUR, *palette.OKABE_ITO}
    assert colours["background"] == palette.BACKGROUND_COLOUR


def test_one_more_label_leaves_most_colours_as_they_are():
    labels = [f"species {i}" for i in range(40)]
    before, after = palette.colours_for(labels), palette.colours_for([*labels, "aardvark"])
    assert sum(before[name] == after[name] for name in labels) >= 36


def test_hundreds_of_colours_differ():
    assert len(set(palette.extended(400))) == 400
    assert palette.extended(3) == palette.OKABE_ITO[:3]


@pytest.mark.parametrize("name", palette.SCALES)
def test_scales_run_from_nought_to_one(name):
    stops = palette.scale(name)
    assert stops[0][0] == 0 and stops[-1][0] == 1
    assert [at for at, _ in stops] == sorted(at for at, _ in stops)
