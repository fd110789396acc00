"""Whoever listens clip after clip, at any pace and on a slow server, has one clip on ring, inspector and address."""

from __future__ import annotations

import re

import pytest

from bioviz.flags import load_flags
from tests.browsing import settled
from tests.walk.user import MAP, WHOLE, User, look

pytestmark = pytest.mark.browser

PAGES = {"explore": 1, "diagnose": 1, "compare": 2}  # page -> maps on it
COLOURS = {"explore": "colour", "diagnose": "measure", "compare": "colour"}
# Seconds a clip and clips of it; the whole walk (forty clips at each pace) where BIOVIZ_WALK is set.
PACES = [(1, 40), (3, 40), (8, 40)] if WHOLE else [(1, 5), (3, 1)]


@pytest.fixture
def opens(browser, site):
    """opens(url, page, **query) -> User; with `beside`, in another tab of that user's browser."""
    contexts = []

    def opened(url: str, page: str, beside: User | None = None, **query) -> User:
        if beside is None:
            contexts.append(browser.new_context(viewport={"width": 1500, "height": 1300}))
        context = beside.page.context if beside else contexts[-1]
        user = User(context.new_page(), COLOURS[page])
        if (
            page == "compare"
        ):  # a list of all clips; the page opens on those that changed sides, which may be few
            query.setdefault("section", "moved")
        user.opens(site.address(url, page, **query), PAGES[page])
        if page == "explore":
            user.page.get_by_role("tab", name=re.compile("^All")).click()
            user.page.locator(".bv-position", has_text=f"of {len(site.run)}").wait_for()
            user.settles()
        user.page.locator(".bv-position").click()  # arrows were the list's while its button had the focus
        return user

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(params=["quick", "slow"])
def url(request) -> str:
    """Where the app runs; on the slow server every page and act is tried where BIOVIZ_WALK is set, else some."""
    of_page = request.node.callspec.params.get("page", "explore")
    alike = "haste" in request.node.name or "colour" in request.node.name
    if request.param == "slow" and not WHOLE and (of_page != "explore" or alike):
        pytest.skip("on the slow server this runs where BIOVIZ_WALK is set")
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("page", PAGES)
def test_every_choice_of_a_colour_counts(opens, url, page):
    user = opens(url, page)
    chosen = ["recording", "background", "cluster", "label", "recording"]
    for colour in chosen:
        user.recolours(colour)
        user.page.wait_for_timeout(700)  # Python has heard, and answers sooner or later
        user.check_colour(colour)
    user.settles()
    user.page.wait_for_timeout(4000)
    user.check_colour(chosen[-1])
    user.page.reload()
    user.page.locator(".bioviz-map[data-ready]").nth(PAGES[page] - 1).wait_for()
    user.settles()
    user.check_colour(chosen[-1])


@pytest.mark.parametrize("page", PAGES)
def test_next_steps_on_and_all_of_the_page_agrees(opens, url, page):
    user = opens(url, page)
    visited, key = [], "ArrowRight"
    for pause, count in PACES:
        for _ in range(count):
            at, length = place_in_list(user)
            key = {1: "ArrowRight", length: "ArrowLeft"}.get(at, key)  # turns round at both ends
            clip = user.steps(key)
            visited.append(clip)
            user.stays(pause, clip)
    user.settles()
    user.page.wait_for_timeout(4000)
    assert user.clip() == visited[-1]
    user.page.reload()
    user.page.locator(f".bv-inspector[data-row='{visited[-1]}']").wait_for()
    user.page.locator(MAP).nth(PAGES[page] - 1).wait_for()
    user.settles()
    assert user.clip() == visited[-1], "the link reopens another clip"


def place_in_list(user: User) -> tuple[int, int]:
    """The position of the clip, counted from 1 (0 where it is not in the list), and the length of the list."""
    at, length = re.search(r"(–|\d+) of (\d+)", user.page.locator(".bv-position").inner_text()).groups()
    return 0 if at == "–" else int(at), int(length)


@pytest.mark.parametrize("page", PAGES)
def test_flags_in_haste_are_all_kept_and_on_the_clip_that_was_seen(opens, url, site, page):
    user = opens(url, page)
    user.names_itself(f"hasty {page} {'slow' if 'slow' in str(url) else url[-4:]}")
    user.page.evaluate("() => window.dispatchEvent(new StorageEvent('storage', { key: 'bioviz:user' }))")
    for key in "xfubxfu":
        clip = user.steps()
        user.flags_by(key, clip)
    user.stored()
    assert flags_of(site, user) == user.flags


def flags_of(site, user: User) -> dict[int, str]:
    """What is stored under the name that this user's browser has."""
    name = user.page.evaluate("() => localStorage.getItem('bioviz:user')")
    found = load_flags(site.dataset, name)
    return {int(row): found.of(row).kind for row in found.rows}


def test_flag_keys_work_after_a_name_was_typed_and_the_map_clicked(opens, quick, site):
    user = opens(quick, "explore")
    page = user.page
    clip = user.steps()
    user.flags_by("x", clip)
    page.get_by_label("Your name, for flags").wait_for()
    page.keyboard.type("Frieda")
    assert user.clip() == clip and len(load_flags(site.dataset, "Frieda")) == 0
    box = page.locator(".bm-plot").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.93, box["y"] + 12)  # the map, far from every clip
    page.get_by_text("flagging as Frieda").wait_for()
    for key in "fubxfubxfub":
        user.flags_by(key, user.steps())
    user.stored()
    assert flags_of(site, user) == user.flags and len(user.flags) == 12


def test_the_note_keeps_letters_and_a_click_on_the_inspector_gives_the_keys_back(opens, quick, site):
    user = opens(quick, "explore")
    user.names_itself("Nora")
    clip = user.steps()
    note = user.page.get_by_label("Note for the flag")
    note.click()
    user.page.keyboard.type("box fux")
    assert len(load_flags(site.dataset, "Nora")) == 0, "letters of a note flagged"
    user.page.locator(".bv-facts").click()
    user.flags_by("x", clip)
    user.stored()
    assert load_flags(site.dataset, "Nora").of(clip).note == "box fux"


def test_two_tabs_of_a_browser_are_one_user_and_see_each_others_flags(opens, quick, site):
    one = opens(quick, "explore")
    clip = one.steps()
    one.page.keyboard.press("f")
    one.page.keyboard.type("Tilda")
    one.page.keyboard.press("Enter")
    one.page.get_by_text("flagging as Tilda").wait_for()
    one.stored()
    two = opens(quick, "explore", beside=one, clip=clip)
    two.page.locator(".bv-flag-status", has_text="fine by you").wait_for()
    two.page.keyboard.press("u")
    two.stored()
    one.page.locator(".bv-flag-status", has_text="unsure by you").wait_for()
    found = load_flags(site.dataset)
    assert "Tilda" in found.users and "me" not in found.users
    assert flags_of(site, one) == {clip: "unsure"}


def test_a_line_of_a_table_and_steps_after_it(opens, url, site):
    user = opens(url, "explore")
    user.page.get_by_text(f"All: {len(site.run)}").wait_for()
    settled(user.page)  # of the list before, the table goes
    user.steps()
    table = user.page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    table.click(position={"x": 14, "y": 52 + 35 * 4})
    user.page.locator(f".bv-inspector[data-row='{site.run.rows[4]}']").wait_for()
    assert user.clip() == site.run.rows[4]
    assert user.steps() == site.run.rows[5]
    user.stays(1.5, int(site.run.rows[5]))


def test_the_flags_as_colours_and_the_list_of_flagged_clips_follow_without_losing_the_clip(
    opens, quick, site
):
    user = opens(quick, "explore")
    user.names_itself("Flora")
    clip = user.steps()
    user.recolours("flags")
    user.settles()
    before = len(load_flags(site.dataset))
    user.flags_by("x", clip)
    user.stored()
    now = before + (clip not in {int(r) for r in load_flags(site.dataset).rows} or 0)
    assert now >= before
    user.page.get_by_role("tab", name=f"Flagged {len(load_flags(site.dataset))}").wait_for()
    user.page.locator(".bm-name", has_text="bad audio").or_(
        user.page.locator(".bm-name", has_text="users disagree")
    ).first.wait_for()
    user.check_colour("flags")
    assert user.clip() == clip


def test_a_walk_in_two_tabs_ends_with_everything_equal(opens, quick, site):
    name = "Wanda"
    users = [opens(quick, "explore")]
    users[0].names_itself(name)
    users += [opens(quick, page, beside=users[0]) for page in ("diagnose", "compare")]
    flags: dict[int, str] = {}
    for pause, count in PACES:
        for k in range(count):
            for user in users:
                user.page.bring_to_front()
                at = look(user.page)
                index, length = place_in_list(user)
                clip = user.steps("ArrowRight" if index < length else "ArrowLeft")
                assert clip != at.row
                if k % 3 == 0:
                    key = "xfub"[(k // 3) % 4]
                    user.flags_by(key, clip)
                    flags[clip] = user.flags[clip]
                if k % 4 == 3:
                    user.recolours(["recording", "background", "label"][(k // 4) % 3])
                user.stays(pause / len(users), clip)
    for user in users:
        user.page.bring_to_front()
        user.stored()
        user.settles()
        user.clip()
    assert flags_of(site, users[0]) == flags


LATE_MARKS = """() => {
  const atOnce = window.fetch;
  window.asked = { points: 0, marks: 0 };
  window.fetch = async (url, ...more) => {
    const what = /\\/bioviz\\/(points|marks)\\//.exec(String(url))?.[1];
    if (what) {
      window.asked[what] += 1;
      await new Promise((done) => setTimeout(done, 3000));
    }
    return atOnce(url, ...more);
  };
}"""
SCROLLED = "() => document.querySelector('.bb-cards').scrollLeft"


def flags_another(user: User, key: str, site) -> int:
    """Flag a clip that nobody has flagged, whose mark on the map changes by it."""
    flagged = {int(row) for row in load_flags(site.dataset).rows}
    while (clip := user.steps()) in flagged:
        pass
    user.flags_by(key, clip)
    return clip


def test_the_list_stays_while_the_marks_of_a_flagged_map_are_on_their_way(opens, quick, site):
    user = opens(quick, "explore")
    user.names_itself("Stella")
    user.page.evaluate(LATE_MARKS)
    flags_another(user, "b", site)
    user.stored()
    user.page.wait_for_function("() => window.asked.marks > 0")
    for _ in range(10):
        at, length = place_in_list(user)
        assert length == len(site.run)
        user.steps("ArrowRight" if at < length else "ArrowLeft")
        user.page.wait_for_timeout(50)


def test_a_flag_fetches_no_points_and_leaves_the_strip_where_it_is(opens, quick, site):
    user = opens(quick, "explore")
    user.names_itself("Sofia")
    user.recolours("flags")
    user.settles()
    user.page.evaluate(LATE_MARKS)
    flags_another(user, "u", site)
    user.page.evaluate("() => { document.querySelector('.bb-cards').scrollLeft = 120; }")
    scrolled = user.page.evaluate(SCROLLED)
    assert scrolled > 0, "the strip is too short for this test"
    user.page.locator(".bm-name", has_text="unsure").wait_for()  # by the marks that came
    user.settles()
    assert user.page.evaluate("() => window.asked") == {"points": 0, "marks": 1}
    assert user.page.evaluate(SCROLLED) == scrolled
