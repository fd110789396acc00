"""Level-matched listening in a browser: equally loud, swapped by key at the same place, pictures on one scale."""

from __future__ import annotations

import io
import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import soundfile

from bioviz.datasets import library
from bioviz.datasets.sound_files.probe import content_hash
from bioviz.datasets.types import Annotation, Clips, Dataset, Recording, WindowPlan

pytestmark = pytest.mark.browser

APP = Path(__file__).parent / "apps" / "ab_app.py"
RATE, SECONDS = 22_050, 2.0
TONES = {"loud": (900.0, 0.5), "faint": (3_000.0, 0.002), "middle": (6_000.0, 0.05)}  # Hz, amplitude
CLICK, SILENT, GONE = 3, 4, 5  # rows after those of TONES
# What comes out of the loudspeakers, told by the strongest frequency.
TAP = """
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...more) {
  if (to === this.context.destination) {
    window.tap = new AnalyserNode(this.context, { fftSize: 4096, smoothingTimeConstant: 0 });
    connect.call(this, window.tap);
  }
  return connect.call(this, to, ...more);
};
window.strongest = () => {
  const bins = new Float32Array(window.tap.frequencyBinCount);
  window.tap.getFloatFrequencyData(bins);
  const most = bins.indexOf(Math.max(...bins));
  return { hz: most * window.tap.context.sampleRate / window.tap.fftSize, db: bins[most] };
};
"""


@pytest.fixture(scope="module")
def tones(tmp_path_factory) -> tuple[Dataset, Path]:
    """Tones of unlike level, a click, silence, and a recording that is gone; and the cache they are in."""
    root, cache = tmp_path_factory.mktemp("tones"), tmp_path_factory.mktemp("app-cache")
    t = np.arange(round(RATE * SECONDS)) / RATE
    sounds = {name: amplitude * np.sin(2 * np.pi * hz * t) for name, (hz, amplitude) in TONES.items()}
    sounds["click"] = np.where(np.arange(len(t)) == 5_000, 0.9, 0.0)
    sounds["silent"] = sounds["gone"] = np.zeros(len(t))
    recordings = []
    for name, samples in sounds.items():
        path = root / f"{name}.wav"
        soundfile.write(path, samples, RATE, subtype="PCM_16")
        recordings.append(Recording(path, path.name, content_hash(path), RATE, 1, len(t)))
    (root / "gone.wav").unlink()
    count = len(recordings)
    on = np.zeros((count, 1), dtype=bool)
    on[:2] = True
    clips = Clips(
        np.arange(count, dtype=np.int32), np.zeros(count), np.full(count, SECONDS), on, np.full(count, "test")
    )
    dataset = Dataset(
        id="tones",
        name="Tones",
        task="detection",
        sample_rate=RATE,
        labels=("wren",),
        recordings=tuple(recordings),
        annotations=(Annotation(0, 0.5, 1.5, "wren", 500.0, 1_500.0),),
        plan=WindowPlan(SECONDS, SECONDS),
        clips=clips,
        source={"root": str(root)},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIOVIZ_CACHE", str(cache))
        library.save(dataset)
    return dataset, cache


@pytest.fixture(scope="module")
def open_page(tones, start_app, browser):
    """open_page("row=0&others=2,1", dark=False) -> a page whose sound is tapped and whose requests are kept."""
    url = start_app(APP, tones[1])

    def opened(query: str, dark: bool = False):
        context = browser.new_context(
            color_scheme="dark" if dark else "light", viewport={"width": 1400, "height": 900}
        )
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.asked, page.errors, page.sounds = [], [], {}
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.add_init_script(TAP)
        page.goto(f"{url}/?dataset=tones&{query}")
        page.locator('.bv-ab[data-state="ready"]').wait_for()
        return page

    return opened


@pytest.fixture(scope="module")
def page(open_page):
    """The loud clip, against the middle and the faint one."""
    opened = open_page("row=0&others=2,1")
    yield opened
    assert opened.errors == []


def sounds_asked(page) -> list[str]:
    return [url for url in page.asked if ".wav" in url and "loudness" in url]


def decibels(samples: np.ndarray) -> float:
    return 20 * np.log10(np.sqrt(np.mean(np.square(samples))))


def served(page, url: str) -> np.ndarray:
    return soundfile.read(io.BytesIO(page.request.get(url).body()))[0]


def heard(page) -> float:
    """Hz of the tone that comes out now."""
    page.wait_for_timeout(250)
    return page.evaluate("() => window.strongest().hz")


def test_the_samples_served_are_equally_loud(page):
    levels = [decibels(served(page, url)) for url in sounds_asked(page)]
    assert len(levels) == 3
    assert levels == pytest.approx([-30] * 3, abs=0.1)
    said = page.locator(".bv-ab-level").all_inner_texts()
    gains = [-30 - decibels(np.sqrt(0.5) * TONES[name][1]) for name in ("loud", "middle", "faint")]
    words = [f"{'raised' if gain > 0 else 'lowered'} by {abs(gain):.1f} dB" for gain in gains]
    assert said == words
    assert "All brought to −30.0 dBFS" in page.locator(".bv-ab-note").inner_text()


def test_a_key_swaps_what_is_heard_and_keeps_the_place(page):
    page.locator(".bv-ab-play").click()
    assert heard(page) == pytest.approx(900, abs=30)
    page.locator(".bv-ab-place").first.click()
    for key, hz in (("a", 6_000), ("a", 3_000), ("a", 900), ("A", 3_000), ("2", 6_000), ("1", 900)):
        before = page.evaluate("() => window.tap.context.currentTime")
        page.keyboard.press(key)
        assert heard(page) == pytest.approx(hz, abs=30)
        assert page.evaluate("() => window.tap.context.currentTime") > before
    pressed = page.locator(".bv-ab-letter").evaluate_all(
        "all => all.map(b => b.getAttribute('aria-pressed'))"
    )
    assert pressed == ["true", "false", "false"]


def test_swapping_goes_on_at_the_same_place_and_loops(page):
    clock = page.locator(".bv-ab-clock")

    def place() -> tuple[str, float]:
        name, at = clock.inner_text().split(" · ")
        return name, float(at.split(" / ")[0])

    page.locator(".bv-ab-letter").first.click()
    name, at = place()
    page.keyboard.press("a")
    other, later = place()
    assert (name, other) == ("A", "B")
    assert (later - at) % SECONDS < 0.8  # went on, did not start anew
    page.wait_for_timeout(2_300)  # longer than the clip
    assert page.locator(".bv-ab").get_attribute("data-playing") == "1"


def test_keys_are_left_to_text_fields(page):
    page.keyboard.press("1")
    page.get_by_label("notes").fill("")
    page.get_by_label("notes").press("a")
    assert page.locator(".bv-ab").get_attribute("data-heard") == "0"
    page.locator(".bv-ab-note").click()


def test_the_pictures_are_on_one_scale(page):
    queries = {}
    for url in page.asked:
        if ".png" in url and "top=" in url:
            query = {k: v for k, v in parse_qs(urlsplit(url).query).items() if k != "v"}
            queries.setdefault(urlsplit(url).path.rsplit("/", 1)[1], []).append(query)
    assert set(queries) >= {"0.png", "1.png", "2.png"}
    shown = [queries[f"{row}.png"][-1] for row in (0, 1, 2)]
    assert shown[0] == shown[1] == shown[2]
    assert shown[0]["top"] == ["-5"]  # the loud tone is at -6 dB re full scale
    boxes = page.locator(".bv-ab-image").evaluate_all(
        "all => all.map(i => [i.style.left, i.style.width, i.style.top, i.style.height])"
    )
    assert boxes[0] == boxes[1] == boxes[2]
    assert "Colours from −65.0 to −5.0 dB" in page.locator(".bv-ab-note").inner_text()


def test_space_pauses_and_a_pick_gives_way_to_the_inspector(page):
    listening = page.locator(".bv-ab")
    page.keyboard.press("2")
    page.locator('.bv-ab[data-playing="1"]').wait_for()
    page.keyboard.press(" ")
    page.locator('.bv-ab[data-playing="0"]').wait_for()
    page.keyboard.press(" ")
    page.locator('.bv-ab[data-playing="1"]').wait_for()
    page.locator(".bv-ab-picture").nth(2).click()
    page.get_by_text("shown 1").wait_for()
    assert listening.get_attribute("data-playing") == "0"
    page.keyboard.press("a")
    page.locator('.bv-ab[data-playing="1"]').wait_for()
    assert page.locator(".bv-inspector audio").evaluate("audio => audio.paused")


def test_a_click_that_cannot_be_as_loud_lowers_all(open_page):
    page = open_page(f"row=0&others={CLICK},{SILENT},{GONE}")
    last = sounds_asked(page)[-4:]
    by_row = {int(urlsplit(url).path.rsplit("/", 1)[1].split(".")[0]): url for url in last}
    levels = [decibels(served(page, by_row[row])) for row in (0, CLICK)]
    assert levels[0] == pytest.approx(levels[1], abs=0.1)
    assert levels[0] < -40
    assert np.abs(served(page, by_row[CLICK])).max() == pytest.approx(10 ** (-1 / 20), abs=0.01)
    assert page.locator(".bv-ab-level").all_inner_texts()[2] == "silent"
    assert "no longer there" in page.locator(".bv-ab-message").nth(3).inner_text()
    page.locator(".bv-ab-play").click()
    assert heard(page) == pytest.approx(900, abs=30)
    page.context.close()


def test_alone_and_in_the_dark(open_page):
    page = open_page("row=0", dark=True)
    assert "no neighbor to compare" in page.locator(".bv-ab-note").inner_text()
    assert page.locator(".bv-ab-swap").is_disabled()
    assert all("cmap=greys-dark" in url for url in page.asked if "/bioviz/clip/" in url and ".png" in url)
    page.context.close()


@pytest.mark.skipif("BIOVIZ_SHOTS" not in os.environ, reason="only where pictures are asked for")
def test_shots(open_page):
    for dark in (False, True):
        page = open_page("row=0&others=2,1", dark)
        page.keyboard.press("a")
        page.wait_for_timeout(500)
        page.screenshot(path=f"{os.environ['BIOVIZ_SHOTS']}/ab_{'dark' if dark else 'light'}.png")
        page.context.close()
