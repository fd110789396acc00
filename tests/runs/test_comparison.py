"""Two runs compared end to end: kept, matched clip by clip, reported."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import numpy as np
import pytest

from bioviz import runs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.datasets import library
from bioviz.errors import BadInput, Missing
from bioviz.reports.comparison import TESTED_WORDS, OwnScore, comparison_report
from bioviz.reports.comparison_parts import flow_figure, most_moving
from bioviz.reports.html import Charts, Heading, Table, Values, Words, html_report
from bioviz.runs import comparison
from bioviz.runs.comparison import ComparisonSpec, compute_comparison, open_comparison
from bioviz.runs.comparison_inputs import common_clips
from bioviz.runs.diagnosis import compute_diagnosis

EVIL = "<script>alert(1)</script><img src=http://evil.example/x>"


def test_a_comparison_is_computed_once_and_agrees_with_the_runs(spec):
    found = compute_comparison(spec)
    left, right = (runs.open_run(side) for side in (spec.left, spec.right))
    scores = {d.name: d for d in found.changes.scores}
    for name in ("nmi", "ari", "silhouette"):
        assert scores[name].left == pytest.approx(left.scores[name], abs=1e-6)
        assert scores[name].right == pytest.approx(right.scores[name], abs=1e-6)
        assert scores[name].exceeds is None and "one map" in scores[name].why
    for name in ("separability_neighbor", "noise_confusion", "purity"):
        assert scores[name].low <= scores[name].difference <= scores[name].high
    kept = open_comparison(left, right, spec.layout, spec.k)
    assert kept.changes.scores == found.changes.scores and kept.changes.names == found.changes.names
    np.testing.assert_array_equal(kept.right_xy, found.right_xy)
    assert open_comparison(right, left, spec.layout, spec.k) is None, "the other way round is another one"
    assert open_comparison(left, right, spec.layout, 7) is None


def test_components_start_from_nowhere_so_the_page_and_the_command_line_compare_alike(spec):
    pca = ProjectionSpec(method="pca")
    left, right = (replace(side, projection=pca) for side in (spec.left, spec.right))
    assert ComparisonSpec(left, right) == ComparisonSpec(left, right, "own")
    assert ComparisonSpec.from_dict(ComparisonSpec(left, right).to_dict()).layout == "own"
    assert ComparisonSpec(left, replace(right, projection=ProjectionSpec())).layout == "started"
    compute_comparison(ComparisonSpec(left, right))
    sides = [runs.open_run(side) for side in (left, right)]
    assert open_comparison(*sides) is not None, (
        "whoever opens it without saying how finds it, as the tour does"
    )


def test_the_linear_probe_is_the_one_of_the_diagnosis(spec):
    """Out of fold by recording, the same on its own as in a comparison."""
    found = compute_comparison(spec)
    (probe,) = [d for d in found.changes.scores if d.name == "probe_accuracy"]
    for side, value in ((spec.left, probe.left), (spec.right, probe.right)):
        diagnosed = compute_diagnosis(runs.open_run(side)).prediction.probe_accuracy
        assert value == pytest.approx(diagnosed.cross_unit, abs=1e-6)


def test_a_run_compared_with_itself_has_not_changed(spec):
    same = compute_comparison(replace(spec, right=spec.left))
    assert np.all(same.changes.moved == 0)
    assert same.fit.misfit == pytest.approx(0, abs=1e-6)
    np.testing.assert_allclose(same.left_xy, same.right_xy, atol=1e-5)
    assert all(not d.exceeds and d.difference == 0 for d in same.changes.scores)
    changed = same.changes.transitions["confusion"]
    assert not len(changed.rescued) and not len(changed.broken)


def test_the_right_map_is_the_runs_own_up_to_a_similarity(spec):
    from scipy.spatial.distance import pdist

    found = compute_comparison(spec)
    own = pdist(runs.open_run(spec.right).xy)
    np.testing.assert_allclose(pdist(found.right_xy), found.fit.scale * own, rtol=1e-3, atol=1e-4)


def test_a_map_started_from_the_left_one_stays_near_it(spec):
    umap = ProjectionSpec(n_neighbors=8)
    left, right = (replace(side, projection=umap) for side in (spec.left, spec.right))
    # The same embedding under the same settings: started from the left map, hardly anything may move.
    started = compute_comparison(
        replace(spec, left=left, right=replace(left, projection=replace(umap, seed=7)))
    )
    assert started.fit.misfit < 0.3
    assert np.isfinite(compute_comparison(replace(spec, left=left, right=right)).right_xy).all()


@pytest.fixture
def cleaned(calls):
    """The dataset without its third and tenth clip, and the fifth clip called background."""
    kept = ~np.isin(np.arange(len(calls.clips)), [2, 9])
    labels = calls.clips.labels.copy()
    labels[4] = False
    c = calls.clips
    clips = replace(
        c,
        recording=c.recording[kept],
        start_s=c.start_s[kept],
        end_s=c.end_s[kept],
        labels=labels[kept],
        split=c.split[kept],
    )
    made = replace(calls, id=f"{calls.id}-clean-00000000", name="calls (cleaned)", clips=clips)
    library.save(made)
    return made


def test_clips_of_a_cleaned_version_are_matched_by_their_content(spec, calls, cleaned):
    found = compute_comparison(replace(spec, right=replace(spec.left, dataset=cleaned.id)))
    left, right = (runs.open_run(side) for side in (spec.left, replace(spec.left, dataset=cleaned.id)))
    rows = left.rows[found.left_places]
    assert rows.tolist() == [row for row in range(36) if row not in (2, 9)]
    for row, other in zip(rows, right.rows[found.right_places], strict=True):
        a, b = (d.recordings[d.clips.recording[i]].content_hash for d, i in ((calls, row), (cleaned, other)))
        assert a == b
    # The embeddings are the same, so only labels can have changed.
    assert np.all(found.changes.moved == 0)
    expected = [int(np.flatnonzero(rows == 4)[0])] if calls.targets[4] else []
    assert found.changes.transitions["confusion"].relabelled.tolist() == expected
    assert len(found.changes.notes) == len(expected)


def test_copies_of_a_recording_are_matched_one_to_one(calls, spec):
    hashes = [r.content_hash for r in calls.recordings]
    twins = tuple(
        replace(r, content_hash=hashes[0] if i < 3 else hashes[i]) for i, r in enumerate(calls.recordings)
    )
    left = runs.compute_run(spec.left)
    one = replace(calls, recordings=twins)
    other = replace(one, id="other", sample_rate=one.sample_rate + 1)  # another version, the same clips
    a, b = common_clips(left, left, one, other)
    assert a.tolist() == b.tolist() == list(range(36))


def test_runs_without_a_common_clip_cannot_be_compared(spec, calls):
    strangers = tuple(replace(r, content_hash=f"{i:064d}") for i, r in enumerate(calls.recordings))
    library.save(replace(calls, id="strangers", recordings=strangers))
    with pytest.raises((BadInput, Missing)):
        compute_comparison(replace(spec, right=replace(spec.left, dataset="strangers")))


def test_a_spec_survives_json_and_refuses_an_unknown_layout(spec):
    assert ComparisonSpec.from_dict(spec.to_dict()) == spec
    with pytest.raises(BadInput, match="layout"):
        replace(spec, layout="sideways")


def outside_plotly(report: bytes) -> str:
    """The report without the inlined plotly.js, whose source mentions addresses."""
    from plotly.offline import get_plotlyjs

    return report.decode().replace(get_plotlyjs().replace("</script", "<\\/script"), "")


def test_the_report_holds_everything_and_no_address(spec, calls):
    found = compute_comparison(spec)
    left, right = (runs.open_run(side) for side in (spec.left, spec.right))
    tested = [OwnScore("Own accuracy", None, 0.876, None, "about it")]
    report = comparison_report(
        found, left, right, calls, ("Acoustic", EVIL), spec.layout, tested=tested, arrows_of="low call"
    )
    text = outside_plotly(report)
    assert len(report) - len(text.encode()) > 1_000_000, "plotly.js is not inside"
    assert EVIL not in text and "&lt;script&gt;alert(1)" in text
    assert not re.search(r"<[^>]*\b(src|href)\s*=", text)
    assert not re.search(r"<(link|iframe|img|object|embed)\b", text)
    assert "default-src 'none'" in text
    for words in ("NMI", "Rescued", "low call", "sample", "larger than its uncertainty"):
        assert words in text
    assert text.count("Plotly.newPlot") == 5
    assert "Old and new places of low call" in text and '"symbol":"arrow"' in text
    row = re.search(r"<tr><td>Own accuracy</td>.*?</tr>", text).group()
    assert "0.876" in row and row.count("–") == 4
    assert html.escape(TESTED_WORDS) in text
    plain = outside_plotly(comparison_report(found, left, right, calls, ("a", "b"), spec.layout))
    assert html.escape(TESTED_WORDS) not in plain and "Old and new places of high call" in plain
    for part in ("acoustic_features", "alexnet", "umap-learn"):  # settings and versions
        assert part in text


def test_report_blocks_escape_whatever_they_are_given():
    import plotly.graph_objects as go

    figure = go.Figure(go.Scatter(x=[1], y=[2], name=EVIL))
    blocks = [Heading(EVIL), Words(EVIL), Table([EVIL], [[EVIL], [None], [1.23456]]), Values({EVIL: EVIL})]
    text = outside_plotly(html_report(EVIL, [*blocks, Charts([figure], EVIL)]))
    assert "<script>alert" not in text and "<img" not in text
    assert "1.235" in text and "–" in text


def test_the_flow_counts_every_clip_once(spec):
    found = compute_comparison(spec)
    left, right = (runs.open_run(side) for side in (spec.left, spec.right))
    link = flow_figure(found, left, right, ("a", "b")).data[0].link
    assert sum(link.value) == 36
    only = flow_figure(found, left, right, ("a", "b"), found.changes.left.targets == 1).data[0].link
    assert sum(only.value) == 12


def test_labels_without_a_place_of_their_own_flow_together(spec):
    found = compute_comparison(spec)
    left, right = (runs.open_run(side) for side in (spec.left, spec.right))
    first = most_moving(found, left, right)[:1]
    drawn = flow_figure(found, left, right, ("a", "b"), shown=first).data[0]
    assert sum(drawn.link.value) == 36
    own = (*found.changes.names, "no label")[first[0]]
    others = {name for name in drawn.node.label if name != own}
    assert len(others) == 1 and others.pop().endswith("other labels")


@pytest.mark.parametrize("layout", ["own", "started", "joint"])
def test_maps_of_very_many_clips_are_of_one_sample_on_both_sides_and_say_so(spec, layout, monkeypatch):
    umap = ProjectionSpec(method="umap_parallel", n_neighbors=5)
    left, right = (replace(side, projection=umap) for side in (spec.left, spec.right))
    whole = compute_comparison(ComparisonSpec(left, right, layout))
    assert not any("laid out for" in note for note in whole.changes.notes)
    monkeypatch.setattr("bioviz.analysis.projection.placed.LAID_OUT_UP_TO", 12)
    laid_out = []
    for name in ("project", "joint_maps"):
        real = getattr(comparison, name)

        def noted(x, *others, real=real, **more):
            laid_out.append(len(x))
            return real(x, *others, **more)

        monkeypatch.setattr(comparison, name, noted)
    for side in (left, right):
        runs.compute_run(side)
    found = compute_comparison(ComparisonSpec(left, right, layout))
    assert laid_out == ([] if layout == "own" else [12])
    assert np.isfinite(found.left_xy).all() and np.isfinite(found.right_xy).all()
    assert f"12 of the {len(found)} clips" in found.changes.notes[-1]
    again = open_comparison(runs.open_run(left), runs.open_run(right), layout)
    np.testing.assert_array_equal(again.right_xy, found.right_xy)
    assert again.changes.notes == found.changes.notes
