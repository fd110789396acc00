"""The spectrogram as an instrument, in a browser, on a tone that is known: 3 kHz, -20 dBFS, from 1.0 to 1.5 s."""

from __future__ import annotations

import hashlib
import io
import os
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bioviz.datasets import library
from bioviz.datasets.types import Annotation, Clips, Dataset, Recording, WindowPlan
from tests.browsing import wait

pytestmark = pytest.mark.browser

APP = Path(__file__).parent / "apps" / "inspector_app.py"
RATE, SECONDS = 22_050, 4.0
HOSTILE = "<img src=x onerror=window.hacked=1>"
SHOTS = os.environ.get("BIOVIZ_SHOTS")  # a folder for pictures of what is tested


def build(root: Path) -> Dataset:
    """One recording, one clip: the tone over faint noise, another at 6 kHz all along, and many boxes."""
    root.mkdir(parents=True)
    t = np.arange(round(SECONDS * RATE)) / RATE
    tone = 0.1 * np.sin(2 * np.pi * 3_000 * t) * ((t >= 1.0) & (t < 1.5))
    samples = tone + 0.01 * np.sin(2 * np.pi * 6_000 * t) + np.random.default_rng(0).normal(0, 3e-4, len(t))
    path = root / "tone.wav"
    soundfile.write(path, samples, RATE, subtype="FLOAT")
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    recording = Recording(path, "tone.wav", content, RATE, 1, len(samples))
    boxes = tuple(
        Annotation(0, 2 + 0.1 * i, 2.08 + 0.1 * i, f"bird {i % 5}", 1_000, 8_000) for i in range(18)
    )
    boxes += tuple(
        Annotation(0, 0.1 * i, 0.1 * i + 0.08, f"bird {i % 5}") for i in range(5)
    )  # no band is stated
    clips = Clips(
        np.zeros(1, np.int32), np.zeros(1), np.full(1, SECONDS), np.ones((1, 5), bool), np.array(["test"])
    )
    labels = tuple(f"bird {i}" for i in range(5))
    plan, source = WindowPlan(SECONDS, SECONDS), {"root": str(root), "reader": "test", "options": {}}
    return Dataset("tone", "Tone", "detection", RATE, labels, (recording,), boxes, plan, clips, source)


@pytest.fixture(scope="module")
def url(tmp_path_factory, start_app):
    cache = tmp_path_factory.mktemp("app-cache")
    dataset = build(tmp_path_factory.mktemp("recordings") / "tone")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIOVIZ_CACHE", str(cache))
        library.save(dataset)
    return start_app(APP, cache)


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request, browser, url):
    page = browser.new_context(color_scheme=request.param, viewport={"width": 1440, "height": 900}).new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{url}/?dataset=tone&clip=0")
    page.wait_for_selector('.bv-inspector[data-row="0"][data-state="ready"]', timeout=120_000)
    yield page
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/spectrogram_{request.param}.png")
    page.context.close()
    assert errors == []


def stage(page) -> dict[str, float]:
    return page.locator(".bv-stage").bounding_box()


def at(page, seconds: float, hz: float) -> tuple[float, float]:
    """Pixels of a place of the whole clip."""
    box = stage(page)
    return box["x"] + seconds / SECONDS * box["width"], box["y"] + (1 - hz / (RATE / 2)) * box["height"]


def tag(page) -> str:
    return page.locator(".bv-cross-tag").text_content() or ""


def numbers(pattern: str, text: str) -> list[float]:
    """What the groups of a pattern say in a text, as numbers."""
    match = re.search(pattern, text)
    assert match, text
    return [float(group.replace("−", "-")) for group in match.groups()]


def read(page) -> tuple[float, float, int]:
    """Seconds, kHz and dB of the cross-hair, once the level is there."""
    text = wait(page, lambda: tag(page) if "…" not in tag(page) else "")
    seconds, khz, db = numbers(r"^([\d.]+) s · ([\d.]+) kHz · (?:≤ )?(−?\d+) dB", text)
    return seconds, khz, round(db)


def drag(page, start, end) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=6)
    page.mouse.up()


def whole(page) -> None:
    page.mouse.move(5, 5)
    page.keyboard.press("0")
    page.keyboard.press("Escape")
    wait(page, lambda: page.locator(".bv-range").inner_text().startswith("0–11.03 kHz"))


def test_the_cross_hair_reads_the_tone(page):
    page.mouse.move(*at(page, 1.25, 3_000))
    seconds, khz, db = read(page)
    box = stage(page)
    assert seconds == pytest.approx(1.25, abs=SECONDS / box["width"])
    assert khz == pytest.approx(3.0, abs=RATE / 2 / box["height"] / 1000)
    assert db == pytest.approx(-20, abs=1)
    page.mouse.move(*at(page, 0.5, 3_000))
    wait(page, lambda: tag(page).startswith("0.5"))
    assert read(page)[2] < -70
    page.mouse.move(*at(page, 2.04, 4_000))
    assert wait(page, lambda: "bird 0" in tag(page))


def test_zoomed_in_it_reads_the_same_within_a_bin(page):
    whole(page)
    x, y = at(page, 1.25, 3_000)
    page.mouse.move(x, y)
    for _ in range(8):
        page.mouse.wheel(0, -120)
    page.keyboard.down("Shift")
    for _ in range(6):
        page.mouse.wheel(0, -120)
    page.keyboard.up("Shift")
    page.wait_for_selector(".bv-detail:not([hidden])")
    page.mouse.move(x + 1, y)
    page.mouse.move(x, y)
    seconds, khz, db = read(page)
    assert seconds == pytest.approx(1.25, abs=0.01)  # what is under the pointer stays there
    assert khz == pytest.approx(3.0, abs=RATE / 512 / 1000)
    assert db == pytest.approx(-20, abs=1)
    ends = page.locator(".bv-range").inner_text()
    assert not ends.startswith("0–11.03")
    before = read(page)[0]
    page.keyboard.press("Shift+ArrowRight")
    page.mouse.move(x + 1, y)
    page.mouse.move(x, y)
    wait(page, lambda: read(page)[0] > before + 0.01)
    whole(page)


def test_a_box_is_measured_and_heard_alone(page):
    whole(page)
    drag(page, at(page, 1.0, 2_500), at(page, 1.5, 3_500))
    said = wait(page, lambda: (t := page.locator(".bv-box-text").inner_text()) and "…" not in t and t)
    low, high = numbers(r"([\d.]+)–([\d.]+) kHz", said)
    start, end = numbers(r"([\d.]+)–([\d.]+) s", said)
    assert (low, high) == (pytest.approx(2.5, abs=0.04), pytest.approx(3.5, abs=0.04))
    assert (start, end) == (pytest.approx(1.0, abs=0.01), pytest.approx(1.5, abs=0.01))
    assert numbers(r"(\d+\.\d) dB above noise", said)[0] > 30
    with page.expect_request(lambda request: ".wav" in request.url and "from=" in request.url) as asked:
        page.locator(".bv-box-buttons").get_by_text("Hear box").click()
    page.wait_for_selector(".bv-beside-box", state="attached")  # what is beside it dims
    page.wait_for_selector(".bv-beside-box", state="detached")  # until it is over
    source = asked.value.url
    heard, rate = soundfile.read(io.BytesIO(page.request.get(source).body()), dtype="float32")
    assert len(heard) / rate == pytest.approx(end - start, abs=0.01)
    power = np.abs(np.fft.rfft(heard * np.hanning(len(heard)))) ** 2
    hz = np.fft.rfftfreq(len(heard), 1 / rate)
    assert hz[power.argmax()] == pytest.approx(3_000, abs=5)
    assert power[(hz < 2_400) | (hz > 3_600)].sum() < 1e-6 * power.sum()
    assert 20 * np.log10(np.sqrt(2) * heard[2_000:8_000].std()) == pytest.approx(-20, abs=0.2)


def test_a_box_without_a_call_is_said_to_be_unknown(page):
    whole(page)
    drag(page, at(page, 0.2, 8_000), at(page, 0.6, 9_500))
    wait(page, lambda: "above noise: unknown" in page.locator(".bv-box-text").inner_text())
    assert "rises as high" in page.locator(".bv-box-text").get_attribute("title")


def test_a_box_is_moved_and_resized_and_nothing_on_the_page_moves(page):
    whole(page)
    place = page.locator(".bv-box-panel").bounding_box()
    drag(page, at(page, 0.4, 2_000), at(page, 0.8, 4_000))
    drag(page, at(page, 0.6, 3_000), at(page, 0.9, 3_000))
    text = page.locator(".bv-box-text")
    assert wait(page, lambda: re.search(r"0\.(69|70|71)–1\.(09|10|11) s", text.inner_text()))
    drag(page, at(page, 1.1, 3_000), at(page, 1.5, 3_000))
    assert wait(page, lambda: re.search(r"0\.(69|70|71)–1\.(49|50|51) s", text.inner_text()))
    assert page.locator(".bv-box-panel").bounding_box() == place
    page.keyboard.press("Escape")
    assert "Drag on the picture" in text.inner_text()
    assert page.locator(".bv-box-panel").bounding_box() == place


def test_a_click_seeks_and_draws_no_box(page):
    whole(page)
    page.mouse.click(*at(page, 3.0, 5_000))
    audio = page.locator(".bv-inspector audio")
    assert audio.evaluate("audio => audio.currentTime") == pytest.approx(3.0, abs=0.05)
    assert "Drag on the picture" in page.locator(".bv-box-text").inner_text()


def test_names_of_boxes_lie_above_the_picture_and_not_on_one_another(page):
    whole(page)
    top = stage(page)["y"]
    places = [name.bounding_box() for name in page.locator(".bv-box-label").all()]
    assert len(places) >= 2
    for name, after in pairwise(places):
        assert name["y"] + name["height"] <= top + 1
        assert name["x"] + name["width"] <= after["x"] + 1


def test_a_call_whose_band_is_not_stated_is_marked_above_the_picture(page):
    whole(page)
    top = stage(page)["y"]
    bars = [bar.bounding_box() for bar in page.locator(".bv-box-bar").all()]
    assert len(bars) == 5
    assert all(bar["y"] + bar["height"] <= top + 0.5 for bar in bars)
    assert page.locator(".bv-box").count() == 18
    assert page.locator(".bv-box-halo").count() == 0  # of so narrow boxes it would cover what is in them
    page.mouse.move(*at(page, 0.14, 4_000))
    assert wait(page, lambda: "bird 1" in tag(page))


def test_the_waveform_is_there_on_demand_and_nothing_moves(page):
    whole(page)
    place = page.locator(".bv-box-panel").bounding_box()
    page.keyboard.press("o")
    page.wait_for_selector(".bv-waveform:not([hidden])")
    wait(page, lambda: "peak −1" in (page.locator(".bv-waveform").get_attribute("title") or ""))
    assert page.locator(".bv-box-panel").bounding_box() == place
    page.keyboard.press("o")
    page.wait_for_selector(".bv-waveform", state="hidden")


def test_same_loudness_says_what_was_done(page):
    page.locator("input[name=loudness]").check()
    wait(page, lambda: re.search(r"Played \d+\.\d dB louder", page.locator(".bv-level").inner_text()))
    page.locator("input[name=loudness]").uncheck()
    wait(page, lambda: page.locator(".bv-level").inner_text() == "")


def test_a_box_becomes_an_annotation_that_is_renamed_and_removed(page):
    whole(page)
    place = page.locator(".bv-box-panel").bounding_box()
    drag(page, at(page, 1.0, 2_500), at(page, 1.5, 3_500))
    page.keyboard.press("n")
    page.get_by_label("Label", exact=True).fill(HOSTILE)
    if page.get_by_label("Your name", exact=True).is_visible():
        page.get_by_label("Your name", exact=True).fill("Ada")
    page.keyboard.press("Enter")
    page.wait_for_selector(".bv-own", state="attached")
    assert page.locator(".bv-own").get_attribute("data-label") == HOSTILE
    assert page.locator(".bv-box-panel").bounding_box() == place
    page.mouse.dblclick(*at(page, 1.25, 3_000))
    wait(page, lambda: "1.00–1.50 s" in page.locator(".bv-box-text").inner_text())
    page.keyboard.press("n")
    assert page.get_by_label("Label", exact=True).input_value() == HOSTILE
    page.get_by_label("Label", exact=True).fill("whistle")
    page.keyboard.press("Enter")
    wait(page, lambda: page.locator(".bv-own").get_attribute("data-label") == "whistle")
    page.reload()
    page.wait_for_selector('.bv-inspector[data-row="0"][data-state="ready"]', timeout=120_000)
    page.wait_for_selector(".bv-own", state="attached")
    page.mouse.dblclick(*at(page, 1.25, 3_000))
    page.keyboard.press("n")
    page.locator(".bv-annotation-form").get_by_text("Remove").click()
    page.wait_for_selector(".bv-own", state="detached")
    assert page.evaluate("window.hacked") is None


def test_the_keyboard_sheet_lists_the_keys_that_work(page):
    page.mouse.move(5, 5)
    page.keyboard.press("?")
    page.wait_for_selector(".bv-key-sheet:popover-open")
    listed = page.locator(".bv-key-sheet").inner_text()
    for what in ("Hear the box alone", "Next clip of the list", "Show the whole clip", "Shift ←"):
        assert what in listed
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/keys.png")
    page.keyboard.press("Escape")
    page.wait_for_selector(".bv-key-sheet:popover-open", state="hidden")
