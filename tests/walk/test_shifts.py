"""Nothing moves under the pointer: what the browser counts as layout shift while pages load and over a session."""

from __future__ import annotations

import re
import time

import pytest

from tests.walk.user import WHOLE, User

pytestmark = pytest.mark.browser

MOST = 0.1  # what web.dev calls good, and here over a whole session, acts of the user not excepted
WATCH = """
  window.biovizShifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const name = (node) => (node?.dataset?.testid ?? '') + ' ' + (node?.className ?? node?.nodeName ?? '');
      const box = (r) => [r.x, r.y, r.width, r.height].map(Math.round).join(',');
      const moved = entry.sources.map((s) => `${name(s.node)} ${box(s.previousRect)} -> ${box(s.currentRect)}`);
      window.biovizShifts.push([entry.value, moved.map(String)]);
    }
  }).observe({ type: 'layout-shift', buffered: true });
"""


def shifted(page) -> float:
    """What was shifted since the last call; prints the largest shifts."""
    entries = page.evaluate("() => window.biovizShifts.splice(0)")
    for value, moved in sorted(entries, reverse=True)[:4]:
        print(f"  {value:.4f} {moved[:4]}")
    return sum(value for value, _ in entries)


@pytest.fixture
def user(browser, site):
    """user(url, width, height) -> User on Explore, whose page counts its shifts."""
    contexts = []

    def opened(url: str, width: int = 1440, height: int = 900) -> User:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}))
        page = contexts[-1].new_page()
        page.add_init_script(WATCH)
        made = User(page)
        made.opens(site.address(url, "explore"), 1)
        made.settles()
        return made

    yield opened
    for context in contexts:
        context.close()


def acts(user: User, count: int) -> None:
    """Steps, cards of the strip, tabs, neighbors, points of the map and colours, one after the other."""
    page = user.page
    for k in range(count):
        match k % 6:
            case 0 | 3:
                page.keyboard.press("ArrowRight" if k % 4 else "ArrowLeft")
            case 1:
                cards = page.locator(".bb-cards .bv-jump")
                cards.nth(k % min(5, cards.count())).click()
            case 2:
                full = page.get_by_role("tab").filter(has_not_text=re.compile(r" 0$"))
                full.nth((0, 1, full.count() - 1)[k // 6 % 3]).click()
            case 4:
                page.locator(".bv-near .bv-jump").nth(k % 2).click()
            case 5:
                user.recolours(["recording", "label", "cluster"][k // 6 % 3])
        page.wait_for_timeout(350)


@pytest.mark.parametrize("server", ["quick", "slow"] if WHOLE else ["quick"])
def test_sixty_acts_shift_next_to_nothing(user, server, request):
    here = user(request.getfixturevalue(server))
    page = here.page
    loading = shifted(page)
    here.names_itself("Ann")
    page.get_by_role("tab", name=re.compile("^All")).click()
    acts(here, 60)
    here.flags_by("f", here.clip())
    here.stored()
    here.settles()
    session = shifted(page)
    page.emulate_media(color_scheme="dark")
    here.settles()
    page.wait_for_function("() => document.querySelector('.bioviz-map').parentElement.biovizMap.theme.dark")
    page.wait_for_timeout(1000)
    theme = shifted(page)
    print(
        f"\nlayout shift, {server} server: {loading:.4f} loading, {session:.4f} in 60 acts, {theme:.4f} theme"
    )
    assert loading < MOST and session < MOST and theme < MOST


def comes_late(page, messages_s: float = 0.02, style_s: float = 2.0) -> None:
    """Let what the server says come bit by bit, and Streamlit's part that sets the page's style after all else."""

    def one_by_one(socket) -> None:
        def later(message) -> None:
            time.sleep(messages_s)
            socket.send(message)

        socket.connect_to_server().on_message(later)

    def at_last(route) -> None:
        time.sleep(style_s)
        route.continue_()

    page.route_web_socket(re.compile("_stcore"), one_by_one)
    page.route(re.compile(r"/static/js/Html\."), at_last)


def test_nothing_moves_when_the_parts_of_the_bench_come_one_by_one(browser, site, quick):
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(WATCH)
    comes_late(page)
    User(page).opens(site.address(quick, "explore"), 1)
    loading = shifted(page)
    page.close()
    print(f"\nlayout shift: {loading:.4f} loading Explore late")
    assert loading < 0.006, "the page itself may not move: of what the pickers need, 0.002"


def test_diagnose_and_compare_shift_next_to_nothing_while_they_load(browser, site, quick):
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(WATCH)
    for name, maps in (("diagnose", 1), ("compare", 2)):
        User(page).opens(site.address(quick, name), maps)
        loading = shifted(page)
        print(f"\nlayout shift: {loading:.4f} loading {name}")
        assert loading < MOST, name
    page.close()


def test_all_that_counts_is_in_the_window(user, quick):
    for width, height in ((1440, 900), (1280, 800), (1920, 1080)):
        page = user(quick, width, height).page
        for part in (".bm-stage", ".bm-legend", ".bb-panel", ".bb-strip", ".bv-flag-bar"):
            box = page.locator(part).first.bounding_box()
            assert box["y"] >= 0 and box["y"] + box["height"] <= height + 1, (
                f"{part} at {width} x {height}: {box}"
            )
            assert box["x"] + box["width"] <= width + 1, f"{part} at {width} x {height}: {box}"
        bench = page.locator(".bioviz-bench").bounding_box()
        left = page.get_by_test_id("stSidebar").bounding_box()
        assert [bench["x"], bench["x"] + bench["width"]] == [left["x"] + left["width"], width], (
            "from edge to edge"
        )
        finder = page.locator(".bb-finder").bounding_box()
        for picker in page.locator(".st-key-run_bar > *").all():
            box = picker.bounding_box()
            assert box["x"] + box["width"] <= finder["x"], "the search lies over the pickers"
        stage = page.locator(".bm-stage").bounding_box()
        assert stage["height"] > 0.5 * height, "the map fills the window"
        assert page.locator(".bv-inspector[data-row]").count() == 1, "the worst clip is in the inspector"
