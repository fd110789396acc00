"""How a component's script comes into the page."""

from __future__ import annotations

import pytest
import streamlit as st

from bioviz.errors import Missing
from bioviz.server import assets
from bioviz.ui.components.shared import mount

SCRIPT = "components/gallery/gallery.js"


@pytest.fixture
def registered(monkeypatch):
    """What Streamlit is given."""
    calls = []
    monkeypatch.setattr(st.components.v2, "component", lambda name, **given: calls.append((name, given)))
    return calls


@pytest.mark.parametrize(("base", "before"), [("", ""), ("/lab/sounds/", "/lab/sounds")])
def test_the_entry_imports_the_module_below_the_base_path(registered, monkeypatch, base, before):
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": base}.get)
    mount.component("trial", SCRIPT)
    ((name, given),) = registered
    assert name == "trial"
    assert f'"{before}{assets.script_path(SCRIPT)}"' in given["js"]
    assert given["js"].count("\n") < 10  # the component itself is not in it
    assert given["isolate_styles"] is True


def test_style_sheets_come_in_their_order(registered):
    mount.component("trial", SCRIPT, styles=["components/shared/clips.css", "components/gallery/gallery.css"])
    sheet = registered[0][1]["css"]
    assert 0 <= sheet.index(".bv-root") < sheet.index(".bv-gallery")


def test_a_script_that_is_not_there_is_refused_when_it_is_mounted(registered):
    with pytest.raises(Missing):
        mount.component("trial", "components/gallery/none.js")
    assert registered == []
