"""Units that share their background, and what tells background without any call."""

from __future__ import annotations

import numpy as np
import pytest

from bioviz.analysis.diagnosis.shortcuts.coarser_test import drop_p
from bioviz.analysis.diagnosis.shortcuts.coarser_units import background_auroc
from bioviz.analysis.diagnosis.shortcuts.shortcuts import shortcuts
from bioviz.analysis.neighbors.jackknife import share_interval
from bioviz.analysis.neighbors.knn import knn
from bioviz.analysis.neighbors.noise_confusion import noise_confusion
from bioviz.analysis.scores.prediction import neighbor_auroc


def cuts(seed=0, originals=20, clips=20):
    """Two cuts of each original recording, one with calls and one without; the recording weighs far more than calls."""
    rng = np.random.default_rng(seed)
    original = np.repeat(np.arange(originals), 2 * clips)
    file = np.repeat(np.arange(2 * originals), clips)
    background = file % 2 == 0
    x = rng.normal(size=(len(file), 6)) + 4 * rng.normal(size=(originals, 6))[original]
    x[:, 0] = 6 * ~background + rng.normal(size=len(file))
    return x.astype(np.float32), background, file, original


def test_by_file_the_other_cut_deflates_the_figure_and_by_original_recording_it_does_not():
    x, background, file, original = cuts()
    by_file, by_unit = (background_auroc(x, background, groups).value for groups in (file, original))
    assert by_file < by_unit - 0.2
    assert by_unit > 0.9


def test_it_is_the_auroc_of_noise_confusion():
    x, background, file, _ = cuts(originals=5)
    side = noise_confusion(knn(x, 20, "euclidean", file), background, file)
    assert background_auroc(x, background, file).value == pytest.approx(neighbor_auroc(side, background))


def judged(share, attributes, x=None, seed=0, clips=20):
    """Shortcuts of units with these shares of background, and scores that know nothing or come from `x`."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(len(share)), clips)
    background = rng.random(len(unit)) < np.asarray(share)[unit]
    own = {name: np.asarray(values)[unit] for name, values in attributes.items()}
    return shortcuts(rng.random(len(unit)), background, unit, own, x, n_permutations=199)


def test_an_attribute_that_tells_on_its_own_is_named_and_what_goes_with_it():
    year = np.repeat(["2017", "2021"], 10)
    recorder = year.copy()
    recorder[0] = "2021"  # the recorder was changed with the year, but for one recording
    found = judged(
        np.where(year == "2017", 0.9, 0.1), {"year": year, "recorder": recorder, "site": np.arange(20) % 4}
    )
    assert found[0].name == "year" and found[0].named and found[0].alone > 0.8
    named = {one.name for one in found if one.named}
    assert "recorder" in named and "site" not in named


def test_attributes_that_divide_alike_are_one():
    year = np.repeat(["2017", "2021"], 10)
    found = judged(np.where(year == "2017", 0.9, 0.1), {"site": year, "recorder": year})
    assert [one.name for one in found] == ["site or recorder"]
    assert found[0].sentence().count("site or recorder") >= 1


@pytest.mark.parametrize(
    "values", [np.arange(20), np.zeros(20, dtype=int), np.array([""] * 20), np.full(20, np.nan)]
)
def test_nothing_is_said_where_no_two_values_are_shared(values):
    assert judged(np.full(20, 0.5), {"date": values}) == ()


def test_one_side_only_has_no_shortcuts():
    assert judged(np.ones(20), {"year": np.arange(20) % 2}) == ()


def test_the_order_of_clips_does_not_decide():
    rng = np.random.default_rng(1)
    unit = np.repeat(np.arange(16), 10)
    background, score = rng.random(160) < 0.5, rng.random(160)
    attributes = {"year": (unit % 2).astype(str), "level": rng.normal(size=16)[unit]}
    turned = rng.permutation(160)
    a = shortcuts(score, background, unit, attributes, n_permutations=99)
    b = shortcuts(
        score[turned],
        background[turned],
        unit[turned],
        {n: v[turned] for n, v in attributes.items()},
        n_permutations=99,
    )
    assert [(one.name, one.p, one.alone) for one in a] == [(one.name, one.p, one.alone) for one in b]


def test_the_interval_leaves_out_groups_from_clips_and_neighbors():
    x, background, _, original = cuts(originals=12, clips=6)
    found = background_auroc(x, background, original, 10)
    without = []
    for group in range(12):
        stay = original != group
        without.append(background_auroc(x[stay], background[stay], original[stay], 10).value)
    low, high = share_interval(np.array([found.value]), np.array(without)[:, None], np.array([12]))
    assert (found.low, found.high) == pytest.approx((low[0], high[0]))


def test_an_interval_needs_eight_groups_on_either_side_and_is_never_without_width():
    x, background, _, original = cuts(originals=8)
    assert background_auroc(x, background, original).low is not None
    few = ~background | (original < 7)
    assert background_auroc(x[few], background[few], original[few]).low is None  # background is in seven
    x[:, 0] += 100 * ~background
    sure = background_auroc(x, background, original)
    assert sure.value == 1 and sure.low < 0.9


def test_a_coarser_figure_says_how_much_it_rests_on():
    from types import SimpleNamespace

    from bioviz.analysis.diagnosis.shortcuts.coarser_units import Coarser
    from bioviz.analysis.diagnosis.shortcuts.words import beside

    coarser = (
        Coarser("site", 2, 0.29, None, None),
        Coarser("night", 6, 0.61, None, None),
        Coarser("year", 12, 0.7, 0.5, 0.8),
    )
    (clause,) = beside(SimpleNamespace(coarser=coarser, shortcuts=()), {})
    assert "night 0.61 (6 nights, too few for a range) and year 0.70 (0.50 to 0.80)" in clause.text
    assert "site 0.29 (2 sites, too few for a range)" in clause.text


def _two_years(sounds_differ: bool):
    """24 recordings of two years; calls and background of each year sound alike, of the other year the other way."""
    rng = np.random.default_rng(0)
    units = np.repeat(np.arange(24), 10)
    year = (np.arange(24) % 2)[units]
    background = rng.random(240) < 0.5
    side = np.where(background, 1.0, -1.0) * (np.where(year == 1, -1.0, 1.0) if sounds_differ else 1.0)
    x = rng.normal(size=(240, 4)) + 3 * np.column_stack([side, year * 2.0, side * 0, side * 0])
    return x.astype(np.float32), background, units, year


def test_a_fall_by_the_coarser_unit_is_told_from_what_leaving_out_as_many_by_lot_brings():
    from bioviz.analysis.diagnosis.shortcuts.coarser_units import coarser_units

    for differ in (True, False):
        x, background, units, year = _two_years(differ)
        pooled = background_auroc(x, background, units).value
        (found,) = coarser_units(x, background, {"year": year}, units=units, pooled=pooled)
        assert (found.p == 0.001) if differ else (found.p is None)  # no fall, nothing to explain
    x, background, units, year = _two_years(True)
    lots = [np.random.default_rng(seed).permutation(24)[units] % 2 for seed in range(10)]
    assert sum(drop_p(x, background, units, lot) <= 0.05 for lot in lots) <= 2


def test_the_coarser_unit_is_named_before_any_praise():
    from types import SimpleNamespace

    from bioviz.analysis.diagnosis.shortcuts.coarser_units import Coarser
    from bioviz.analysis.diagnosis.shortcuts.words import coarser_clauses

    night, year = (
        Coarser("night", 9, 0.7, None, None, 0.2, 0.88),
        Coarser("year", 2, 0.62, None, None, 0.03, 0.88),
    )
    d = SimpleNamespace(coarser=(night, year), unit="file")
    (sure,) = coarser_clauses(d, {("coarser", "year"): 0.05})
    assert sure.claim and "0.88 by neighbors in other files, but 0.62 by those from other years" in sure.text
    (hint,) = coarser_clauses(d, {})  # no claim: how often chance brings as much is said with it
    assert not hint.claim and "as low in 3\u00a0% of cases" in hint.text
    by_chance = SimpleNamespace(coarser=(night, Coarser("year", 2, 0.62, None, None, 0.3, 0.88)), unit="file")
    assert not list(coarser_clauses(by_chance, {}))
