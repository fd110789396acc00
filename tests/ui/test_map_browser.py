"""The embedding map in a real browser, on the trial app in apps/. Times are printed, not asserted tightly."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.browsing import PROJECT

PATIENCE = 40_000  # ms; a shared machine has slow spells
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(start_app, tmp_path_factory):
    return start_app(PROJECT / "tests" / "ui" / "apps" / "map_app.py", tmp_path_factory.mktemp("app-cache"))


@pytest.fixture(scope="module")
def window(browser):
    context = browser.new_context(
        viewport={"width": 1280, "height": 820}
    )  # one, so that scripts come from its cache
    yield context
    context.close()


@pytest.fixture
def open_page(window, address):
    pages = []

    def open_(query: str):
        page = window.new_page()
        page.set_default_timeout(PATIENCE)
        page.mishaps = []
        page.on("pageerror", lambda error: page.mishaps.append(str(error)))
        pages.append(page)
        page.goto(f"{address}/?{query}")
        page.wait_for_selector(".bioviz-map[data-ready]")
        maps = 2 if "second" in query else 1
        page.wait_for_function(
            "maps => document.querySelectorAll('.bioviz-map[data-ready]').length >= maps", arg=maps
        )
        return page

    yield open_
    for page in pages:
        mishaps = page.mishaps
        page.close()
        assert not mishaps


def map_of(side: int = 0) -> str:
    return f"document.querySelectorAll('.bioviz-map')[{side}].parentElement.biovizMap"


def pixel(page, index: int, side: int = 0) -> tuple[float, float]:
    """Where point `index` is on the screen."""
    return tuple(
        page.evaluate(
            f"""() => {{ const m = {map_of(side)}, t = m.toPixels(), b = m.stage.getBoundingClientRect();
            return [b.left + m.points.x[{index}] * t.ax + t.bx, b.top + m.points.y[{index}] * t.ay + t.by]; }}"""
        )
    )


def wait_text(page, text: str) -> None:
    page.wait_for_function("text => document.body.innerText.includes(text)", arg=text)


def view(page, side: int = 0) -> list[float]:
    return page.evaluate(f"() => {{ const v = {map_of(side)}.shownView(); return [...v.x, ...v.y]; }}")


def draw_loop(page, side: int = 0, share: float = 0.49) -> float:
    """Draw a lasso about the middle of the plot, kept within it; returns the time of letting go."""
    left, top, width, height = page.evaluate(
        f"""() => {{ const m = {map_of(side)}, b = m.stage.getBoundingClientRect(), p = m.toPixels().box;
        return [b.left + p.left, b.top + p.top, p.width, p.height]; }}"""
    )
    angles = np.linspace(0, 2 * np.pi, 40)
    xs = left + width * np.clip(0.5 + share * np.cos(angles), 0.005, 0.995)
    ys = top + height * np.clip(0.5 + share * np.sin(angles), 0.005, 0.995)
    page.mouse.move(xs[0], ys[0])
    page.mouse.down()
    for x, y in zip(xs[1:], ys[1:], strict=True):
        page.mouse.move(x, y)
    began = time.perf_counter()
    page.mouse.up()
    return began


def test_a_click_picks_its_point_with_every_tool(open_page):
    page = open_page("n=100&special=grid")
    page.evaluate(
        "() => { window.heard = []; biovizActs.pair.on((kind, act) => kind === 'clip' && heard.push(act.value[1])) }"
    )
    for index, tool in zip((33, 47, 62, 58), ("pan", "zoom", "lasso", "box"), strict=True):
        page.click(f"[data-tool={tool}]")
        x, y = pixel(page, index)
        began = time.perf_counter()
        page.mouse.click(x + 3, y - 2)
        assert page.evaluate("() => heard.at(-1)") == 2 * index
        wait_text(page, f"left picked={2 * index} ")
        print(f"click in {tool} mode to the end of the rerun: {time.perf_counter() - began:.2f} s")
    assert page.evaluate("() => heard.length") == 4
    assert page.locator(".bm-ring").count() >= 1
    # Far from every point nothing is picked.
    x0, y0 = pixel(page, 33)
    x1, y1 = pixel(page, 44)
    page.mouse.click((x0 + x1) / 2, (y0 + y1) / 2)
    assert page.evaluate("() => heard.length") == 4
    # With the keyboard: the neighbor to the right.
    page.locator(".bm-stage").focus()
    page.keyboard.press("ArrowRight")
    wait_text(page, f"left picked={2 * 59} ")


def test_recolouring_keeps_zoom_selection_and_picked_point(open_page):
    page = open_page("n=100&special=grid")
    x, y = pixel(page, 45)
    page.mouse.click(x, y)
    page.click("[data-tool=box]")
    page.mouse.move(*np.subtract(pixel(page, 42), (15, -15)))
    page.mouse.down()
    page.mouse.move(*np.add(pixel(page, 75), (15, -15)), steps=4)
    page.mouse.up()
    wait_text(page, "left picked=90 selected=16 ")
    page.mouse.move(x, y)
    before = view(page)
    page.mouse.wheel(0, -400)
    page.wait_for_function(f"before => {map_of()}.shownView().x[0] > before + 0.3", arg=before[0])
    page.wait_for_timeout(400)
    zoomed = view(page)
    began = time.perf_counter()
    page.select_option(".bm-colour select", "snr")
    page.wait_for_selector(".bm-ramp")
    print(f"recolour 100 points: {time.perf_counter() - began:.2f} s")
    wait_text(page, "selected=16 colour=snr")
    np.testing.assert_allclose(view(page), zoomed)
    assert page.evaluate(f"() => [{map_of()}.selection.count, {map_of()}.picked]") == [16, 45]
    page.locator("[data-testid=stSelectbox]").click()  # and the same from Python
    page.get_by_role("option", name="recording").click()
    page.wait_for_selector(".bm-name >> text=REC_01")
    wait_text(page, "selected=16 colour=recording")
    np.testing.assert_allclose(view(page), zoomed)
    assert page.evaluate(f"() => [{map_of()}.selection.count, {map_of()}.picked]") == [16, 45]
    page.click(".bm-status button")
    wait_text(page, "selected=none")
    page.click("[data-tool=reset]")
    np.testing.assert_allclose(view(page), before)
    # A browser that lost the points asks for them.
    hide = page.locator("label", has_text="hide the map")
    hide.click()
    page.wait_for_selector(".bioviz-map", state="detached")
    page.evaluate("() => window.biovizPoints.clear()")
    hide.click()
    wait_text(page, "100 of 100 clips drawn")
    page.set_viewport_size({"width": 700, "height": 820})
    page.wait_for_function(
        f"() => {{ const m = {map_of()}; return m.plot._fullLayout.width === m.stage.clientWidth; }}"
    )
    assert page.evaluate("() => document.querySelector('.bioviz-map').scrollWidth <= innerWidth")


def test_the_legend_isolates_and_a_lasso_then_takes_what_is_shown(open_page):
    page = open_page("n=500")
    assert page.evaluate("() => window.hacked") is None
    assert page.locator(".bioviz-map img, .bioviz-map a[href]").count() == 0
    assert page.locator(".bm-text").nth(3).inner_text().startswith("<img src=x")
    gibbon = page.locator(".bm-name", has_text="gibbon")
    count = int(gibbon.locator(".bm-count").inner_text())
    gibbon.click()
    assert gibbon.get_attribute("aria-pressed") == "true"
    assert page.locator(".bm-name.bm-off").count() == 5
    page.click("[data-tool=lasso]")
    draw_loop(page, share=0.75)
    wait_text(page, f"{count} selected")
    wait_text(page, f"selected={count} ")
    gibbon.focus()
    page.keyboard.press("Enter")
    assert page.locator(".bm-name.bm-off").count() == 0


def test_linked_maps_share_pick_hover_selection_and_zoom(open_page):
    page = open_page("n=200&second=1")
    x, y = pixel(page, 7)
    page.mouse.move(x, y)
    page.wait_for_function(f"() => {map_of(0)}.hovered >= 0 && {map_of(1)}.linked === {map_of(0)}.hovered")
    page.mouse.click(x, y)
    assert page.evaluate(f"() => {map_of(0)}.picked >= 0 && {map_of(1)}.picked === {map_of(0)}.picked")
    page.locator("[data-tool=lasso]").first.click()
    began = draw_loop(page, share=0.3)
    page.wait_for_function(f"() => {map_of(1)}.selection?.count > 0")
    print(f"lasso on one map to marks on the other: {time.perf_counter() - began:.2f} s")
    marked = page.evaluate(f"() => [0, 1].map(k => [{map_of(0)}, {map_of(1)}][k].selection.mask.join(''))")
    assert marked[0] == marked[1] and "1" in marked[0]
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(700)
    left, right = np.array(view(page, 0)), np.array(view(page, 1))
    np.testing.assert_allclose(left, right, atol=0.02 * (left[1] - left[0]))


def test_odd_maps_say_what_they_are(open_page):
    page = open_page("odd=1")
    for said in (
        "There is no clip to draw",
        "1 of 1 clip drawn",
        "90 of 100 clips drawn · 10 without a place",
        "None of the 50 clips has a place",
    ):
        wait_text(page, said)


def test_downloads_are_pictures_and_a_page_that_opens_without_network(open_page, browser, tmp_path):
    page = open_page("n=60")
    got = {}
    for format in ("png", "svg", "html"):
        page.click(".bm-download summary")
        with page.expect_download() as download:
            page.click(f"[data-format={format}]")
        got[format] = tmp_path / f"map.{format}"
        download.value.save_as(got[format])
    assert got["png"].read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    svg = got["svg"].read_text()
    assert svg.count('class="point"') >= 60 and "<img" not in svg and "gibbon" in svg
    alone = browser.new_page(offline=True)
    alone.goto(got["html"].as_uri())
    alone.wait_for_selector("#map .main-svg")
    assert alone.evaluate("() => [window.hacked, document.querySelectorAll('img[src=x]').length]") == [
        None,
        0,
    ]
    alone.close()


def test_a_lasso_of_100_000_points_answers_and_closes_no_connection(open_page):
    began = time.perf_counter()
    page = open_page("n=100000")
    print(f"100,000 points: page to map {time.perf_counter() - began:.1f} s")
    wait_text(page, "100,000 of 100,000 clips drawn")
    page.click("[data-tool=lasso]")
    began = draw_loop(page, share=0.75)
    page.wait_for_function(
        "() => document.querySelector('.bm-status').innerText.includes('100,000 selected')"
    )
    shown = time.perf_counter() - began
    wait_text(page, "selected=100000 ")
    answered = time.perf_counter() - began
    print(f"lasso of 100,000 points: marked after {shown:.2f} s, Python answered after {answered:.2f} s")
    x, y = pixel(page, 5)
    began = time.perf_counter()
    page.mouse.click(x, y)
    page.wait_for_function("() => /left picked=\\d/.test(document.body.innerText)")
    print(f"click among 100,000: {time.perf_counter() - began:.2f} s")
    assert page.locator("[data-testid=stConnectionStatus]").count() == 0
    assert page.evaluate("() => document.querySelectorAll('.bm-plot canvas').length") <= 3


NEAREST = """([px, py]) => {
  const m = %s, t = m.toPixels(), b = m.stage.getBoundingClientRect(), { x, y, n } = m.points;
  let best = -1, least = 12 * 12;
  for (let i = 0; i < n; i++) {
    const d = (x[i] * t.ax + t.bx + b.left - px) ** 2 + (y[i] * t.ay + t.by + b.top - py) ** 2;
    if (d < least) { least = d; best = i; }
  }
  return best;
}"""
SPOTS = """() => {
  const canvas = document.querySelector('.bm-picture canvas');
  if (canvas.hidden) return 0;
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((value, k) => k % 4 === 3 && value).length;
}"""


def background_drawn_as(page, look: str) -> None:
    page.click(".bm-background summary")
    page.click(f"[data-background={look}]")


def test_a_large_map_draws_finds_and_selects_every_clip(open_page):
    page = open_page("n=60000")
    wait_text(page, "60,000 of 60,000 clips drawn · a spot has the colour of most clips there")
    spots = page.evaluate(SPOTS)
    assert spots > 5000
    x, y = pixel(page, 5)
    page.mouse.move(x + 2, y + 1)
    nearest = page.evaluate(NEAREST % map_of(), [x + 2, y + 1])
    page.wait_for_function(f"i => {map_of()}.hovered === i", arg=nearest)
    page.click("[data-tool=lasso]")
    draw_loop(page, share=0.3)
    page.wait_for_selector("text=clear selection")
    chosen = page.evaluate(f"() => {map_of()}.selection.count")
    assert 1000 < chosen < 60_000  # of all clips, not of a sample: Python counts the same
    wait_text(page, f"{chosen:,} selected")
    wait_text(page, f"selected={chosen} ")
    page.click("text=clear selection")
    # Background as contours alone: fewer are drawn, and it is said; another map of this browser does so too.
    background_drawn_as(page, "contours")
    labelled = page.evaluate(f"() => {map_of()}.points.background.filter((b) => !b).length")
    wait_text(
        page, f"{labelled:,} of 60,000 clips drawn · {60_000 - labelled:,} of background as contours alone"
    )
    assert page.evaluate(SPOTS) < spots
    other = open_page("n=500")
    wait_text(other, "of background as contours alone")
    background_drawn_as(other, "both")
    wait_text(other, "500 of 500 clips drawn")
    background_drawn_as(page, "both")
    wait_text(page, "60,000 of 60,000 clips drawn")
    # Near enough every clip in view is a mark.
    page.evaluate(f"""() => {{ const m = {map_of()}, at = [m.points.x[5], m.points.y[5]];
      m.setView({{ x: [at[0] - 0.5, at[0] + 0.5], y: [at[1] - 0.5, at[1] + 0.5] }}, true); }}""")
    wait_text(page, "clips in view drawn (60,000 in all)")
    assert page.evaluate(SPOTS) == 0
    marks = page.evaluate(f"() => {map_of()}.plot.data.reduce((sum, t) => sum + (t.x?.length ?? 0), 0)")
    assert marks == page.evaluate(f"() => {map_of()}.state.choice.drawn.length") > 100
    assert "a spot has" not in page.inner_text(".bm-status")
