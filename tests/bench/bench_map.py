"""Times of the map in a browser at growing numbers of points: `python -m tests.bench.bench_map`.

Beside each time stand the processor time of the page's process, which other work on the machine hardly changes, and the
longest stretch in which the page could not answer (a long task of the browser); first the load of the machine: with
others at work times of the clock say little.
"""

from __future__ import annotations

import os
import sys
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

WATCH = """window.longTasks = [];
new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((task) => task.duration)))
  .observe({ type: 'longtask', buffered: true });"""
DRAWN = "before => Number(document.querySelector('.bioviz-map').dataset.ready) > before"


def processor_s(page) -> float:
    """Processor time of the page's process so far."""
    if not hasattr(page, "spent"):
        page.spent = page.context.new_cdp_session(page)
        page.spent.send("Performance.enable")
        page.told_s = 0.0
    metrics = page.spent.send("Performance.getMetrics")["metrics"]
    return next(each["value"] for each in metrics if each["name"] == "ProcessTime")


def tell(page, what: str, seconds: float) -> None:
    """Print a line, with processor time and the longest task of the browser since the last one."""
    page.wait_for_timeout(200)  # the browser tells of a task when it is over
    longest = page.evaluate("() => Math.max(0, ...window.longTasks.splice(0))")
    spent = processor_s(page)
    print(
        f"    {what:<36} {seconds:6.2f} s, processor {spent - page.told_s:5.2f} s, "
        f"not answering for {longest / 1000:5.2f} s at most"
    )
    page.told_s = spent


@pytest.mark.parametrize("points", [10_000, 100_000, 500_000, 1_000_000])
def test_times(open_page, window, points):  # noqa: F811
    window.add_init_script(WATCH)
    print(f"\n{points:,} points, load {os.getloadavg()[0]:.1f}")
    began = time.perf_counter()
    page = open_page(f"n={points}")
    tell(page, "from the address to the map", time.perf_counter() - began)

    hide = page.locator("label", has_text="hide the map")
    hide.click()
    page.wait_for_selector(".bioviz-map", state="detached")
    began = time.perf_counter()
    hide.click()
    page.wait_for_selector(".bioviz-map[data-ready]")
    tell(page, "shown again, in a rerun", time.perf_counter() - began)

    began = time.perf_counter()
    page.select_option(".bm-colour select", "snr")
    page.wait_for_selector(".bm-ramp")
    tell(page, "another colour", time.perf_counter() - began)

    page.click("[data-tool=lasso]")
    began = draw_loop(page, share=0.75)
    wait_text(page, f"{points:,} selected")
    marked = time.perf_counter() - began
    wait_text(page, f"selected={points} ")
    tell(page, f"lasso of all ({marked:.2f} s on the map)", time.perf_counter() - began)
    page.click("text=clear selection")
    wait_text(page, "selected=none")
    page.click("[data-tool=pan]")

    x, y = pixel(page, 10)
    page.mouse.move(x, y)
    for step in range(3):
        before = page.evaluate("() => Number(document.querySelector('.bioviz-map').dataset.ready)")
        began = time.perf_counter()
        page.mouse.wheel(0, -600)
        if points > 20_000:
            page.wait_for_function(DRAWN, arg=before)
        tell(page, f"zoomed in {step + 1} times", time.perf_counter() - began)

    began = time.perf_counter()
    page.mouse.click(x, y)
    page.wait_for_function("() => /left picked=[0-9]/.test(document.body.innerText)")
    tell(page, "a click, to the end of the rerun", time.perf_counter() - began)


if __name__ == "__main__":
    sys.exit(pytest.main(["-q", "-s", "-m", "browser and bench", "-p", "no:cacheprovider", __file__]))
