"""Times of the map in a browser at growing numbers of points: `pytest -s tests/bench/bench_map.py`.

Beside each time stands that of a plain rerun of the same page, as machines have slow spells.
"""

from __future__ import annotations

import time

import pytest

from tests.ui.test_map_browser import (  # noqa: F401  (fixtures)
    address,
    draw_loop,
    map_of,
    open_page,
    pixel,
    wait_text,
    window,
)

pytestmark = [pytest.mark.browser, pytest.mark.bench]


@pytest.mark.parametrize("points", [10_000, 100_000, 500_000])
def test_times(open_page, points):  # noqa: F811
    began = time.perf_counter()
    page = open_page(f"n={points}")
    load = time.perf_counter() - began

    began = time.perf_counter()
    page.locator("label", has_text="mark some rows").click()
    wait_text(page, "20 selected")
    rerun = time.perf_counter() - began

    began = time.perf_counter()
    page.select_option(".bm-colour select", "snr")
    page.wait_for_selector(".bm-ramp")
    recolour = time.perf_counter() - began

    page.click("[data-tool=lasso]")
    began = draw_loop(page, share=0.75)
    wait_text(page, f"{points:,} selected")
    marked = time.perf_counter() - began
    wait_text(page, f"selected={points} ")
    answered = time.perf_counter() - began

    target = page.evaluate(f"() => {map_of()}.state.choice.drawn[10]")
    x, y = pixel(page, target)
    began = time.perf_counter()
    page.mouse.click(x, y)
    page.wait_for_function("() => /left picked=[0-9]/.test(document.body.innerText)")
    click = time.perf_counter() - began
    drawn = page.evaluate(f"() => {map_of()}.state.choice.drawn.length")
    print(
        f"{points:>9,} points ({drawn:,} drawn): load {load:.1f} s, rerun that marks 20 {rerun:.2f} s, "
        f"recolour {recolour:.2f} s, lasso of all marked {marked:.2f} s and in Python {answered:.2f} s, "
        f"click to the end of the rerun {click:.2f} s"
    )
