"""A model file of one's own, brought in a browser: dropped, asked about, tried, ready to choose, removed again."""

from __future__ import annotations

import re

import pytest

from tests.browsing import settled
from tests.models import files

pytestmark = pytest.mark.browser

SAMPLES, DIM = 24_000, 16


@pytest.mark.parametrize("name", ["frogs.tflite", "frogs.onnx"])
def test_a_file_is_brought_tried_and_removed(app, page, tmp_path, name):
    path = tmp_path / name
    (files.write_tflite if path.suffix == ".tflite" else files.write_onnx)(path, SAMPLES, DIM)
    page.goto(f"{app.url}/models")
    page.locator("input[type=file]").set_input_files(str(path))
    title = page.get_by_role("textbox", name="Name", exact=True)
    title.wait_for()
    title.fill(f"Frogs {path.suffix[1:]}")
    assert page.get_by_role("textbox", name="Window (samples)").input_value() == str(SAMPLES)
    add = page.get_by_role("button", name="Try it and add it")
    shipped = page.get_by_text("pretrained: ready").count()  # the demo's network
    add.click()
    page.get_by_text("Say the sample rate").wait_for()  # nothing in the file tells it
    rate = page.get_by_role("combobox", name="Sample rate (Hz)")
    rate.fill("48000")
    rate.press("Enter")
    add.click()
    page.get_by_text(re.compile(rf"Added: {DIM} numbers a clip")).wait_for()
    settled(page)
    page.get_by_text("pretrained: ready").nth(shipped).wait_for()
    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Remove it").click()
    page.get_by_role("button", name="Remove", exact=True).wait_for(state="detached")


def test_a_file_that_is_no_model_gets_a_sentence(app, page, tmp_path):
    (tmp_path / "broken.tflite").write_bytes(b"\0\0\0\0TFL3" + b"\xff" * 400)
    page.goto(f"{app.url}/models")
    page.locator("input[type=file]").set_input_files(str(tmp_path / "broken.tflite"))
    page.get_by_text(re.compile("no .tflite file that can be read")).wait_for()
    assert page.get_by_text("Traceback").count() == 0
