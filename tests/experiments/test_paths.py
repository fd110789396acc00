"""Paths and ellipses over the map."""

from __future__ import annotations

import numpy as np

from bioviz.plots import paths


def test_a_path_passes_its_known_stops_and_names_its_ends():
    xy = np.random.default_rng(0).normal(size=(5000, 2))
    way = np.array([[0, 0], [np.nan, np.nan], [1, 1], [2, 0.0]])
    made = paths.path_map(xy, xy[:, 0] > 0, way, ["as <b>recorded", "20 dB", "10 dB", "0 dB"], method="PCA")
    *under, line = made.data
    assert line.x.tolist() == [0, 1, 2] and line.text == ("as &lt;b&gt;recorded", "", "0 dB")
    assert line.hovertext == ("as &lt;b&gt;recorded", "10 dB", "0 dB")
    assert sum(len(each.x) for each in under) == paths.SAMPLE
    assert {each.type for each in made.data} == {"scatter"}, "SVG: no WebGL context is taken"
    axes = made.layout.xaxis, made.layout.yaxis
    assert [axis.showticklabels for axis in axes] == [False, False], "a map's axes mean nothing"
    assert axes[0].title.text == "PCA: near means alike; the map has no unit and no scale"
    nowhere = paths.path_map(xy, xy[:, 0] > 0, np.full((2, 2), np.nan), ["a", "b"], method="PCA")
    assert len(nowhere.data[-1].x) == 0


def test_an_ellipse_is_drawn_with_its_axes_where_they_point():
    ellipses = np.array([[1, 2, 3, 0.5, np.pi / 2], [0, 0, 1, 1, 0.0]])
    xy = np.zeros((3, 2))
    made = paths.ellipse_map(
        xy,
        np.array([True, False, False]),
        ellipses,
        ["a", "b"],
        method="PCA",
        colours={"a": "#112233"},
        marked=1,
    )
    first, second, bold = made.data[2:]
    assert first.line.color == "#112233" and first.name == "a"
    np.testing.assert_allclose([np.nanmin(first.x), np.nanmax(first.x)], [0.5, 1.5], atol=0.01)
    np.testing.assert_allclose([np.nanmin(first.y), np.nanmax(first.y)], [-1, 5], atol=0.01)
    np.testing.assert_array_equal(second.x, bold.x)
    assert np.isnan(first.x[-1]), "outlines do not run into each other"
