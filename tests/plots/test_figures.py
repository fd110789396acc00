import numpy as np
import pytest

from bioviz.errors import BadInput
from bioviz.plots import comparison, figures
from bioviz.plots.curves import curves_figure
from bioviz.plots.style import escape, short

HOSTILE = '<a href="javascript:1">x</a> & <b>y</b>'


def made():
    names = ["background", "frog", HOSTILE]
    table = np.array([[5, 0, 1], [0, 7, 0]])
    x = np.array([0.0, 1.0, np.nan])
    return {
        "counts": figures.label_counts(np.array([0, 0, 1, 2]), names),
        "table": figures.cluster_table(table, np.array([0, 1]), names),
        "confusion": figures.confusion_map(np.eye(3), names),
        "ranked": figures.ranked_bars(names, x, x - 1, x + 1, x_title="confusion (share)"),
        "scatter": figures.scatter(x, x, names=names, x_title="SNR (dB)", y_title="confusion", hover=names),
        "curves": curves_figure(
            x[:2], {HOSTILE: (x[:2], x[:2] - 1, x[:2] + 1)}, x_title="SNR (dB)", y_title="s"
        ),
    }


@pytest.mark.parametrize("name", list(made()))
def test_axes_have_titles_and_hostile_names_stay_text(name):
    figure = made()[name]
    assert figure.layout.xaxis.title.text and figure.layout.yaxis.title.text
    text = figure.to_json()
    assert "<a href" not in text and "\\u003ca href" not in text
    assert "javascript" in text


def test_bars_of_labels_come_most_frequent_first():
    figure = figures.label_counts(np.array([0, 1, 1, 2, 2, 2]), ["a", "b", "c"])
    assert list(figure.data[0].x) == [3, 2, 1]
    assert list(figure.layout.yaxis.ticktext) == ["c", "b", "a"]


def test_matched_clusters_form_a_diagonal_and_are_framed():
    table = np.array([[0, 9], [8, 1], [1, 1]])
    figure = figures.cluster_table(table, np.array([1, 0, -1]), ["a", "b"])
    assert list(figure.layout.yaxis.ticktext) == ["cluster 2", "cluster 1", "cluster 3"]
    assert [(s.x0, s.y0) for s in figure.layout.shapes] == [(-0.5, -0.5), (0.5, 0.5)]
    np.testing.assert_allclose(np.array(figure.data[0].z).sum(axis=1), 100)


def test_an_empty_row_of_a_confusion_map_is_nought():
    figure = figures.confusion_map(np.array([[0, 0], [1, 3]]), ["a", "b"])
    np.testing.assert_allclose(figure.data[0].z, [[0, 0], [25, 75]])


def test_a_table_that_does_not_fit_its_names_is_refused():
    with pytest.raises(BadInput):
        figures.confusion_map(np.eye(3), ["a", "b"])


def test_ranked_bars_put_unknown_last_and_intervals_where_they_belong():
    figure = figures.ranked_bars(
        ["a", "b", "c"],
        [0.2, np.nan, 0.9],
        [0.1, np.nan, 0.8],
        [0.5, np.nan, 1.0],
        x_title="confusion (share)",
    )
    assert list(figure.layout.yaxis.ticktext) == ["c", "a", "b"]
    np.testing.assert_allclose(figure.data[0].error_x.array[:2], [0.1, 0.3])
    np.testing.assert_allclose(figure.data[0].error_x.arrayminus[:2], [0.1, 0.1])


def test_a_difference_without_interval_has_no_whiskers_and_says_so():
    figure = comparison.differences(
        ["a", "b"], [0.2, 0.3], [0.1, np.nan], [0.4, np.nan], [True, False], x_title="x", y_title="y"
    )
    assert np.isnan(figure.data[0].error_x.array[1]) and np.isfinite(figure.data[0].error_x.array[0])
    assert figure.data[0].hovertext[1] == "b: +0.300 (no interval)"


def test_shares_of_a_confusion_map_are_written_as_whole_hundredths():
    figure = figures.confusion_map(np.array([[999.0, 1.0], [1.0, 3.0]]), ["a", "b"])
    assert [list(row) for row in figure.data[0].text] == [["100", ""], ["25", "75"]]


def test_a_scatter_keeps_the_identity_of_its_points():
    figure = figures.scatter(
        [1, np.nan, 3], [1, 2, 3], names=["p", "p", "q"], rows=[10, 20, 30], x_title="x", y_title="y"
    )
    assert {t.name: list(t.customdata) for t in figure.data} == {"p": [10], "q": [30]}


def test_long_names_are_cut_and_short_ones_only_escaped():
    assert len(short("x" * 99)) == 40
    assert escape("a<b>&c") == "a&lt;b&gt;&amp;c"


@pytest.mark.parametrize("entries", [2, 8])
def test_a_legend_lies_under_the_chart_and_takes_nothing_of_its_width(entries):
    names = [f"label {i}" for i in range(entries)]
    x = np.arange(float(entries))
    few = figures.scatter(x[:1], x[:1], names=names[:1], x_title="x", y_title="y")
    for chart in (
        figures.scatter(x, x, names=names, x_title="x", y_title="y"),
        curves_figure(x, {name: (x, x, x) for name in names}, x_title="x", y_title="y"),
    ):
        legend = chart.layout.legend
        assert (legend.orientation, legend.yanchor) == ("h", "top") and legend.y < 0
        assert chart.layout.height >= 360 + 20 * (entries // 3)
    alone = curves_figure(x, {"one": (x, None, None)}, x_title="x", y_title="y")
    assert alone.layout.height == 376 < few.layout.height


def test_figures_are_written_in_the_pages_font():
    chart = figures.label_counts(np.array([0, 1]), ["background", "a"])
    assert chart.layout.template.layout.font.family.startswith('"Source Sans"')


def test_intervals_of_many_lines_stand_beside_each_other_where_bands_would_mix():
    x, low, high = np.array([-10.0, 0.0, 10.0]), np.array([0.1, 0.2, 0.3]), np.array([0.4, 0.5, 0.6])
    two, four = (
        curves_figure(
            x, {f"model {i}": ((low + high) / 2, low, high) for i in range(n)}, x_title="x", y_title="y"
        ).data
        for n in (2, 4)
    )
    assert sum(trace.fill == "toself" for trace in two) == 2
    bars = [trace for trace in four if trace.showlegend is False]
    assert len(bars) == 4 and not any(trace.fill for trace in bars)
    at = np.array([np.reshape(bar.x, (3, 3))[:, 0] for bar in bars])
    assert (np.diff(at, axis=0) > 0).all(), "no bar covers another"
    assert np.abs(at - x).max() < 1, "each stands by its own point"
    for bar in bars:
        ends = np.reshape(bar.y, (3, 3))
        assert np.allclose(ends[:, 0], low) and np.allclose(ends[:, 1], high) and np.isnan(ends[:, 2]).all()
    lines = [trace for trace in four if trace.showlegend is not False]
    assert len({trace.line.dash for trace in lines}) == 4 and all(np.allclose(line.x, x) for line in lines)
