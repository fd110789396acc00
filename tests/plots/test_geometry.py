import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioviz.errors import BadInput
from bioviz.plots.geometry import inside

SQUARE = np.array([[0, 0], [4, 0], [4, 4], [0, 4]], dtype=float)


def even_odd(polygon, x, y):
    """The textbook loop, one point and one edge at a time."""
    odd = False
    for k in range(len(polygon)):
        (ax, ay), (bx, by) = polygon[k - 1], polygon[k]
        if (ay <= y) != (by <= y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            odd = not odd
    return odd


def test_a_square_holds_its_middle_and_nothing_outside():
    x = np.array([2, 5, -1, 2, 2, 3.999])
    y = np.array([2, 2, 2, 5, -1, 3.999])
    assert inside(SQUARE, x, y).tolist() == [True, False, False, False, False, True]


def test_the_dent_of_a_concave_outline_is_outside():
    arrow = np.array([[0, 0], [4, 0], [4, 4], [2, 1], [0, 4]], dtype=float)
    assert inside(arrow, np.array([2.0, 2.0, 0.5]), np.array([0.5, 3.0, 2.0])).tolist() == [True, False, True]


def test_an_outline_crossing_itself_leaves_its_doubly_wound_part_out():
    star = np.array([[np.cos(a), np.sin(a)] for a in 4 * np.pi * np.arange(5) / 5])
    assert not inside(star, np.array([0.0]), np.array([0.0]))[0]
    assert inside(star, np.array([0.7]), np.array([0.0]))[0]


def test_points_without_a_place_are_outside():
    assert not inside(SQUARE, np.array([np.nan, 2, np.nan]), np.array([2, np.nan, np.nan])).any()


@pytest.mark.parametrize("bad", [np.zeros(4), np.zeros((3, 3)), np.array([[0, 0], [1, np.nan], [1, 1]])])
def test_a_damaged_outline_is_refused(bad):
    with pytest.raises(BadInput):
        inside(bad, np.zeros(1), np.zeros(1))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=1, max_size=12), st.integers(0, 99)
)
def test_agrees_with_the_textbook_loop_also_on_corners_and_edges(corners, seed):
    rng = np.random.default_rng(seed)
    x = np.concatenate([rng.uniform(-6, 6, 20), rng.integers(-6, 6, 40)]).astype(np.float32)
    y = np.concatenate([rng.uniform(-6, 6, 20), rng.integers(-6, 6, 40)]).astype(np.float32)
    polygon = np.array(corners, dtype=float)
    expected = [even_odd(polygon, float(a), float(b)) for a, b in zip(x, y, strict=True)]
    assert inside(polygon, x, y).tolist() == expected
